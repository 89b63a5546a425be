"""Start, primary completion and completion dates: the rule for `date_changed`, and how partial dates are read."""

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


def date_events(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """One `date_changed` per date that changed; not where only precision or type did (contract, section 6)."""
    for struct, name in PLANNED.items():
        before, after = (_date(trial.record, struct) for trial in (stored, fetched))
        if before == after or (before and after and only_precision(before, after)):
            continue
        kind = part(fetched.record, *STATUS_MODULE.split("."), struct, "type")
        summary = f"{name} {before or 'not stated'} → {after or 'not stated'}"
        if isinstance(kind, str) and after:
            summary += f" ({kind.lower()})"
        yield change(
            stored, fetched, EventKind.DATE_CHANGED, f"{STATUS_MODULE}.{struct}.date", before, after, summary
        )


def last_day(text: object) -> date | None:
    """The last day that a date of day, month or year precision can mean; None where the text is not a date."""
    match = _PARTIAL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day = (int(digits or 0) for digits in match.groups(""))
    month = month if match[2] else 12
    try:
        return date(year, month, day if match[3] else calendar.monthrange(year, month)[1])
    except ValueError:  # a thirteenth month, a thirtieth of February, a year 0
        return None


def _date(record: Record, struct: str) -> str | None:
    text = part(record, *STATUS_MODULE.split("."), struct, "date")
    return text.strip() if isinstance(text, str) else None
