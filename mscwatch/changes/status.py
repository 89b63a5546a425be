"""The overall status: the rule for `completed`, `terminated` and the other kinds of a changed status."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes.event import change, or_missing, words
from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.record import overall_status, part
from mscwatch.vocabulary import EventKind

STATUS_PATH = "protocolSection.statusModule.overallStatus"

STATUS_KINDS = {
    "COMPLETED": EventKind.COMPLETED,
    "TERMINATED": EventKind.TERMINATED,
    "WITHDRAWN": EventKind.WITHDRAWN,
    "SUSPENDED": EventKind.SUSPENDED,
    "UNKNOWN": EventKind.BECAME_UNKNOWN,
}


def status_event(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """A change of `overallStatus`, as an event of the new status's kind.

    COMPLETED, TERMINATED, WITHDRAWN, SUSPENDED and UNKNOWN have kinds of their own. Every other change is
    `status_changed`, also to a status that is in no published enum. Dates play no part: the registry sets UNKNOWN by
    itself and moves none.
    """
    before, after = overall_status(stored.record), overall_status(fetched.record)
    if before == after:
        return
    kind = STATUS_KINDS.get(after, EventKind.STATUS_CHANGED)
    was, now = (
        words(status) if status else or_missing(None, trial, STATUS_PATH)
        for status, trial in ((before, stored), (after, fetched))
    )
    summary = f"{was} → {now}"
    why = part(fetched.record, "protocolSection", "statusModule", "whyStopped")
    last_known = part(fetched.record, "protocolSection", "statusModule", "lastKnownStatus")
    if why:
        summary += f". Why stopped: {why}"
    if kind is EventKind.BECAME_UNKNOWN and last_known:
        summary += f" (last known: {words(last_known)}; not verified for two years)"
    yield change(stored, fetched, kind, STATUS_PATH, before, after, summary)
