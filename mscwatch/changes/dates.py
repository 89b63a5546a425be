"""Start, primary completion and completion dates: the rule for `date_changed`."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.changes.diff import only_precision
from mscwatch.changes.event import change, or_missing
from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.record import part
from mscwatch.vocabulary import EventKind

STATUS_MODULE = "protocolSection.statusModule"
PLANNED = {
    "startDateStruct": "Start",
    "primaryCompletionDateStruct": "Primary completion",
    "completionDateStruct": "Completion",
}


def date_events(stored: StoredTrial, fetched: FetchedTrial) -> Iterator[Event]:
    """One `date_changed` per date that changed; not where only precision or type did (contract, section 6)."""
    for struct, name in PLANNED.items():
        path = f"{STATUS_MODULE}.{struct}.date"
        before, after = (part(trial.record, *path.split(".")) for trial in (stored, fetched))
        if before == after or (before and after and only_precision(before, after)):
            continue
        summary = f"{name} {or_missing(before, stored, path)} → {or_missing(after, fetched, path)}"
        kind = part(fetched.record, *STATUS_MODULE.split("."), struct, "type")
        if kind and after:
            summary += f" ({kind.lower()})"
        yield change(stored, fetched, EventKind.DATE_CHANGED, path, before, after, summary)
