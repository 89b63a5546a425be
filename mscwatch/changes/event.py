"""Events: their identity (a hash) and their severity."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.record import part
from mscwatch.record.values import BLANK
from mscwatch.vocabulary import EventKind, Severity

NCT_ID_PATH = "protocolSection.identificationModule.nctId"

SEVERITY = {
    EventKind.BECAME_UNKNOWN: Severity.NORMAL,
    EventKind.STATUS_CHANGED: Severity.NORMAL,
    EventKind.ENROLLMENT_CHANGED: Severity.NORMAL,
    EventKind.LEFT_WATCH: Severity.NORMAL,
    EventKind.RETURNED: Severity.NORMAL,
    EventKind.DATE_CHANGED: Severity.LOW,
}  # every other kind is high, but for a linked paper that is no result


def event_id(nct_id: str, kind: EventKind, field: str, before: str, after: str, times_before: int = 0) -> str:
    """Twenty hexadecimal digits from trial, kind, field and the hashes of both contents (contract, section 6).

    The same change read twice is one event. A→B→A→B is three events: `times_before`, the number of earlier versions
    with the new content, tells the second B from the first. `before` is empty where there is no earlier content.
    """
    parts = [nct_id, kind, field, before, after]
    if times_before:
        parts.append(str(times_before))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def arrival(
    fetched: FetchedTrial,
    kind: EventKind,
    field: str,
    after: str | None,
    summary: str,
    *,
    is_baseline: bool,
) -> Event:
    """An event about the first version of a trial: there is no content before."""
    identity = event_id(fetched.nct_id, kind, field, "", fetched.content_hash)
    return Event(identity, fetched.nct_id, kind, _severity(kind), field, None, after, summary, is_baseline)


def change(
    stored: StoredTrial,
    fetched: FetchedTrial,
    kind: EventKind,
    field: str,
    before: str | None,
    after: str | None,
    summary: str,
    *,
    severity: Severity | None = None,
) -> Event:
    """An event between two contents of a record; its severity is that of its kind unless another is given."""
    pair = stored.content_hash, fetched.content_hash
    identity = event_id(fetched.nct_id, kind, field, *pair, stored.times_before)
    return Event(identity, fetched.nct_id, kind, severity or _severity(kind), field, before, after, summary)


def membership_event(
    nct_id: str, kind: EventKind, stamp: datetime, summary: str, after: str | None = None
) -> Event:
    """An event about membership in the watch: its identity has the data timestamp instead of the two contents."""
    identity = event_id(nct_id, kind, NCT_ID_PATH, "", stamp.isoformat())
    return Event(identity, nct_id, kind, _severity(kind), NCT_ID_PATH, nct_id, after, summary)


def unread(trial: StoredTrial | FetchedTrial, path: str) -> bool:
    """Whether the record has something at a dotted path, or in place of what leads there, that was not understood."""
    if trial.as_came is None or part(trial.record, *path.split(".")) is not None:
        return False
    value: Any = trial.as_came
    for key in path.split("."):
        if not isinstance(value, dict):
            break
        value = value.get(key)
    return bool(value.strip(BLANK)) if isinstance(value, str) else value is not None


def or_missing(shown: object, trial: StoredTrial | FetchedTrial, path: str) -> str:
    """A value in words: `not understood` where the record has something else there, else `not stated`."""
    if shown is None:
        return "not understood" if unread(trial, path) else "not stated"
    return str(shown)


def words(value: str) -> str:
    """A value of one of the API's enums in words: `not yet recruiting`."""
    return value.replace("_", " ").lower() or "no status"


def _severity(kind: EventKind) -> Severity:
    return SEVERITY.get(kind, Severity.HIGH)
