"""What makes an event this event and no other, and how much its kind matters."""

from __future__ import annotations

import hashlib
from datetime import datetime

from mscwatch.model import Event, FetchedTrial, StoredTrial
from mscwatch.vocabulary import EventKind, Severity

NCT_ID_PATH = "protocolSection.identificationModule.nctId"

SEVERITY = {
    EventKind.BECAME_UNKNOWN: Severity.NORMAL,
    EventKind.STATUS_CHANGED: Severity.NORMAL,
    EventKind.ENROLLMENT_CHANGED: Severity.NORMAL,
    EventKind.LEFT_WATCH: Severity.NORMAL,
    EventKind.RETURNED: Severity.NORMAL,
    EventKind.DATE_CHANGED: Severity.LOW,
}  # every other kind is high


def event_id(nct_id: str, kind: EventKind, field: str, before: str, after: str, times_before: int = 0) -> str:
    """Identity: trial, kind, field and the two contents (hashes; the first is empty for a first sight).

    The same change read twice is one event. A→B→A→B is three: the second arrival at B differs from the first by
    `times_before`, the number of versions that already had this content.
    """
    parts = [nct_id, kind, field, before, after]
    if times_before:
        parts.append(str(times_before))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def arrival(
    seen: FetchedTrial,
    kind: EventKind,
    field: str,
    after: str | None,
    summary: str,
    *,
    is_baseline: bool = False,
) -> Event:
    """An event about a first sight: there is no content before."""
    identity = event_id(seen.nct_id, kind, field, "", seen.content_hash)
    return _event(identity, seen.nct_id, kind, field, None, after, summary, is_baseline=is_baseline)


def change(
    known: StoredTrial,
    seen: FetchedTrial,
    kind: EventKind,
    field: str,
    before: str | None,
    after: str | None,
    summary: str,
) -> Event:
    """An event between two contents of a record."""
    pair = known.content_hash, seen.content_hash
    identity = event_id(seen.nct_id, kind, field, *pair, known.times_before)
    return _event(identity, seen.nct_id, kind, field, before, after, summary)


def membership_event(
    nct_id: str, kind: EventKind, stamp: datetime, summary: str, after: str | None = None
) -> Event:
    """An event about belonging to the watch: the data timestamp stands in place of the pair of contents."""
    identity = event_id(nct_id, kind, NCT_ID_PATH, "", stamp.isoformat())
    return _event(identity, nct_id, kind, NCT_ID_PATH, nct_id, after, summary)


def words(value: str) -> str:
    """A value of an enum as people read it."""
    return value.replace("_", " ").lower() or "no status"


def _event(
    identity: str,
    nct_id: str,
    kind: EventKind,
    field: str,
    before: str | None,
    after: str | None,
    summary: str,
    *,
    is_baseline: bool = False,
) -> Event:
    return Event(
        event_id=identity,
        nct_id=nct_id,
        kind=kind,
        severity=SEVERITY.get(kind, Severity.HIGH),
        field=field,
        before=before,
        after=after,
        summary=summary,
        is_baseline=is_baseline,
    )
