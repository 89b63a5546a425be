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
    was, now = or_missing(before, stored, ENROLLMENT_PATH), or_missing(after, fetched, ENROLLMENT_PATH)
    summary = f"Enrollment {was} → {now}"
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
