"""The number of participants: the rule for `enrollment_changed`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mscwatch.changes.event import change
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
    kind = part(fetched.record, "protocolSection", "designModule", "enrollmentInfo", "type")
    summary = f"Enrollment {_words(before)} → {_words(after)}"
    if isinstance(kind, str) and after is not None:
        summary += f" ({kind.lower()})"
    old, new = (_text(count(trial.record)) for trial in (stored, fetched))
    yield change(stored, fetched, EventKind.ENROLLMENT_CHANGED, ENROLLMENT_PATH, old, new, summary)


def count(record: Record) -> Any:
    """The number as the registry gives it (any JSON value); None where there is none."""
    return part(record, *ENROLLMENT_PATH.split("."))


def _stated(record: Record) -> Any:
    number = count(record)
    return None if number == NOT_STATED else number


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _words(value: Any) -> str:
    return "not stated" if value is None else str(value)
