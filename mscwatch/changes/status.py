"""The family of status: what the trial is doing."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes.event import change, words
from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.record import overall_status, part, registry_values
from mscwatch.vocabulary import EventKind

STATUS_PATH = "protocolSection.statusModule.overallStatus"

STATUSES = frozenset(registry_values().enums["Status"])

STATUS_KINDS = {
    "COMPLETED": EventKind.COMPLETED,
    "TERMINATED": EventKind.TERMINATED,
    "WITHDRAWN": EventKind.WITHDRAWN,
    "SUSPENDED": EventKind.SUSPENDED,
    "UNKNOWN": EventKind.BECAME_UNKNOWN,
}


def status_event(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """A change of `overallStatus`, named by the new status.

    COMPLETED, TERMINATED, WITHDRAWN, SUSPENDED and UNKNOWN have kinds of their own; every other change, also to
    a status that no published enum knows, is `status_changed`. UNKNOWN comes from the registry itself, without
    moving any date, so no date is looked at. Ignored: statuses of sites, and a new reason for an old stop.
    """
    before, after = overall_status(known.record), overall_status(seen.record)
    if before == after:
        return
    kind = STATUS_KINDS.get(after, EventKind.STATUS_CHANGED)
    summary = f"{words(before)} → {words(after)}"
    why = part(seen.record, "protocolSection", "statusModule", "whyStopped")
    last_known = part(seen.record, "protocolSection", "statusModule", "lastKnownStatus")
    if why:
        summary += f". Why stopped: {why}"
    if kind is EventKind.BECAME_UNKNOWN and last_known:
        summary += f" (last known: {words(last_known)}; not verified for two years)"
    yield change(known, seen, kind, STATUS_PATH, before, after, summary)
