"""The registry takes an answer back: a record returns exactly to its version before (contract, section 6)."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes import diff
from mscwatch.changes.event import change
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import overall_status, part
from mscwatch.vocabulary import EventKind

POSTED_PATH = "protocolSection.statusModule.lastUpdatePostDateStruct.date"
BOOKKEEPING = ("protocolSection.statusModule.lastUpdate", "protocolSection.statusModule.statusVerifiedDate")
SAYS_THE_SAME = frozenset({"order", "markup", "writing", "derived"})


def is_taken_back(stored: StoredTrial, fetched: FetchedTrial) -> bool:
    """Whether the record returns exactly to the version before the stored one, and was not updated since.

    "Exactly" compares the canonical content without `lastUpdate…` and `statusVerifiedDate`. "Not updated" means a
    `lastUpdatePostDate` that is not later than the stored version's; with a later date it is a real change back.
    Two cases are ordinary changes: a content that comes again after it was taken back, and a second change to UNKNOWN
    after an update, which the registry makes without moving the date of that update.
    """
    earlier = stored.previous
    if earlier is None or any(taken.kind is EventKind.RETRACTED for taken in earlier.events):
        return False
    if _posted(fetched.record) > _posted(stored.record):
        return False
    if overall_status(fetched.record) == "UNKNOWN" and _posted(fetched.record) > _posted(earlier.record):
        return False
    return all(
        difference.rule in SAYS_THE_SAME or difference.path.startswith(BOOKKEEPING)
        for difference in diff.differences(earlier.record, fetched.record)
    )


def retracted(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """One `retracted` event that names the events it takes back; none where there are no such events."""
    if stored.previous is None or not stored.previous.events:
        return
    taken = "; ".join(f"{event.kind.value} ({event.summary})" for event in stored.previous.events)
    summary = f"The registry took its answer back; this did not happen: {taken}"
    before, after = (_posted(trial.record) or None for trial in (stored, fetched))
    yield change(stored, fetched, EventKind.RETRACTED, POSTED_PATH, before, after, summary)


def _posted(record: Record) -> str:
    day = part(record, *POSTED_PATH.split("."))
    return day if isinstance(day, str) else ""
