"""How many people take part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mscwatch.changes.event import change
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import part
from mscwatch.vocabulary import EventKind

ENROLLMENT_PATH = "protocolSection.designModule.enrollmentInfo.count"
NOT_STATED = 99999999  # what the registry writes for "no number"


def enrollment_event(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """The planned or actual number changed: the trial grew, shrank, or said what it reached.

    Ignored: ESTIMATED becoming ACTUAL with the same number, and one way of not stating it for another.
    """
    before, after = _stated(known.record), _stated(seen.record)
    if before == after:
        return
    kind = part(seen.record, "protocolSection", "designModule", "enrollmentInfo", "type")
    summary = f"Enrollment {_words(before)} → {_words(after)}"
    if isinstance(kind, str) and after is not None:
        summary += f" ({kind.lower()})"
    old, new = (_text(count(version.record)) for version in (known, seen))
    yield change(known, seen, EventKind.ENROLLMENT_CHANGED, ENROLLMENT_PATH, old, new, summary)


def count(record: Record) -> Any:
    """The number as the registry gives it, None where it gives none."""
    return part(record, *ENROLLMENT_PATH.split("."))


def _stated(record: Record) -> Any:
    found = count(record)
    return None if found == NOT_STATED else found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _words(value: Any) -> str:
    return "not stated" if value is None else str(value)
