"""The dates of a plan: when it starts, and when it is to be complete."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

from mscwatch.changes.diff import only_precision
from mscwatch.changes.event import change
from mscwatch.model import Event, FetchedTrial, Record, StoredTrial
from mscwatch.record import part
from mscwatch.vocabulary import EventKind

STATUS_MODULE = "protocolSection.statusModule"
PLANNED = {
    "startDateStruct": "Start",
    "primaryCompletionDateStruct": "Primary completion",
    "completionDateStruct": "Completion",
}
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def date_events(known: StoredTrial, seen: FetchedTrial) -> Iterator[Event]:
    """The start, primary completion or completion date changed: one event per date, for plans slip one by one.

    Ignored: more or less precision about the same date (`2024-05` and `2024-05-17`), ESTIMATED becoming ACTUAL
    with the same date, and every other date of the record, for those are the registry's bookkeeping.
    """
    for struct, name in PLANNED.items():
        before, after = (_date(version.record, struct) for version in (known, seen))
        if before == after or (before and after and only_precision(before, after)):
            continue
        kind = part(seen.record, *STATUS_MODULE.split("."), struct, "type")
        summary = f"{name} {before or 'not stated'} → {after or 'not stated'}"
        if isinstance(kind, str) and after:
            summary += f" ({kind.lower()})"
        yield change(
            known, seen, EventKind.DATE_CHANGED, f"{STATUS_MODULE}.{struct}.date", before, after, summary
        )


def last_day(text: object) -> date | None:
    """The last day that a date of day, month or year precision can mean; None where the text is no date."""
    found = _PARTIAL.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day = (int(digits or 0) for digits in found.groups(""))
    month = month if found[2] else 12
    try:
        return date(year, month, day if found[3] else calendar.monthrange(year, month)[1])
    except ValueError:  # a thirteenth month, a thirtieth of February, a year 0
        return None


def _date(record: Record, struct: str) -> str | None:
    found = part(record, *STATUS_MODULE.split("."), struct, "date")
    return found.strip() if isinstance(found, str) else None
