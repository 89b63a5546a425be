"""The number of participants: the rule for `enrollment_changed`."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes.event import change, or_missing
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import part
from mscwatch.vocabulary import EventKind

ENROLLMENT_PATH = "protocolSection.designModule.enrollmentInfo.count"
NOT_STATED = 99999999  # the registry writes this where no number is stated


def enrollment_event(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """`enrollment_changed` where the number changed; not where only its type did, or how it is left unstated."""
    before, after = _stated(stored.record), _stated(fetched.record)
    if before == after:
        return
    summary = f"Enrollment {_words(before, stored)} → {_words(after, fetched)}"
    kind = part(fetched.record, "protocolSection", "designModule", "enrollmentInfo", "type")
    if kind and after is not None:
        summary += f" ({kind.lower()})"
    old, new = (
        None if number is None else str(number) for number in map(count, (stored.record, fetched.record))
    )
    yield change(stored, fetched, EventKind.ENROLLMENT_CHANGED, ENROLLMENT_PATH, old, new, summary)


def count(record: Record) -> int | None:
    """The number, `NOT_STATED` included; None where there is none."""
    number: int | None = part(record, *ENROLLMENT_PATH.split("."))
    return number


def _stated(record: Record) -> int | None:
    number = count(record)
    return None if number == NOT_STATED else number


def _words(number: int | None, trial: StoredTrial | FetchedTrial) -> str:
    return or_missing(number, trial, ENROLLMENT_PATH)
