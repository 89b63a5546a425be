"""The registry takes an answer back: yesterday's content was not so."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes import diff
from mscwatch.changes.event import change
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import overall_status, part
from mscwatch.vocabulary import EventKind

POSTED_PATH = "protocolSection.statusModule.lastUpdatePostDateStruct.date"
BOOKKEEPING = ("protocolSection.statusModule.lastUpdate", "protocolSection.statusModule.statusVerifiedDate")
SAYS_THE_SAME = frozenset({"order", "markup", "derived"})


def is_taken_back(known: StoredTrial, seen: FetchedTrial) -> bool:
    """Whether the record returns exactly to the version before the known one without having been updated.

    "Exactly" is the canonical content without `lastUpdate…` and `statusVerifiedDate`; without an update means a
    `lastUpdatePostDate` that is not later than the known version's. With a later date it is a real change back.
    A content that comes again after it was taken back is news again, not a retraction of the retraction. So is a
    second flip to UNKNOWN after an update: the registry makes it without moving the date of that update.
    """
    earlier = known.previous
    if earlier is None or any(taken.kind is EventKind.RETRACTED for taken in earlier.events):
        return False
    if _posted(seen.record) > _posted(known.record):
        return False
    if overall_status(seen.record) == "UNKNOWN" and _posted(seen.record) > _posted(earlier.record):
        return False
    return all(
        one.rule in SAYS_THE_SAME or one.path.startswith(BOOKKEEPING)
        for one in diff.differences(earlier.record, seen.record)
    )


def retracted(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """One event in place of the reverse ones, naming what no longer holds; none where nothing had been said."""
    if known.previous is None or not known.previous.events:
        return
    taken = "; ".join(f"{one.kind.value} ({one.summary})" for one in known.previous.events)
    summary = f"The registry took its answer back; this did not happen: {taken}"
    before, after = (_posted(version.record) or None for version in (known, seen))
    yield change(known, seen, EventKind.RETRACTED, POSTED_PATH, before, after, summary)


def _posted(record: Record) -> str:
    found = part(record, *POSTED_PATH.split("."))
    return found if isinstance(found, str) else ""
