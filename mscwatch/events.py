"""What happened to a trial: one small rule per kind, from what was known and what is seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from mscwatch.model import Departure, Event, Issue, Kind, Known, Missing, Place, Seen, Severity, Whereabouts
from mscwatch.record import part, status

STATUS_PATH = "protocolSection.statusModule.overallStatus"
FIRST_POSTED_PATH = "protocolSection.statusModule.studyFirstPostDateStruct.date"
NCT_ID_PATH = "protocolSection.identificationModule.nctId"
NEW_WITHIN = timedelta(days=30)  # before the previous trusted night (contract, new_trial)

# `Status` of the API's enums (/studies/enums, API 2.0.5).
STATUSES = frozenset(
    {
        "ACTIVE_NOT_RECRUITING", "COMPLETED", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "RECRUITING",
        "SUSPENDED", "TERMINATED", "WITHDRAWN", "AVAILABLE", "NO_LONGER_AVAILABLE",
        "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING", "WITHHELD", "UNKNOWN",
    }
)  # fmt: skip

SEVERITY = {
    Kind.BECAME_UNKNOWN: Severity.NORMAL,
    Kind.STATUS_CHANGED: Severity.NORMAL,
    Kind.ENROLLMENT_CHANGED: Severity.NORMAL,
    Kind.LEFT_WATCH: Severity.NORMAL,
    Kind.RETURNED: Severity.NORMAL,
    Kind.DATE_CHANGED: Severity.LOW,
}  # every other kind is high

STATUS_KINDS = {
    "COMPLETED": Kind.COMPLETED,
    "TERMINATED": Kind.TERMINATED,
    "WITHDRAWN": Kind.WITHDRAWN,
    "SUSPENDED": Kind.SUSPENDED,
    "UNKNOWN": Kind.BECAME_UNKNOWN,
}


def changed(known: Known, seen: Seen) -> list[Event]:
    """The events between two versions of one record; no rule looks at `derivedSection`."""
    return [event for rule in RULES for event in rule(known, seen)]


def first_seen(seen: Seen, *, baseline: bool, previous_night: datetime | None) -> Event:
    """A trial's first time in the watch.

    `new_trial` when it was first posted no earlier than 30 days before the previous trusted night; else
    `entered_watch` (its record changed, or the registry's synonyms did). The first night of a watch is a
    baseline: everything enters, nothing is news.
    """
    posted = part(seen.record, *FIRST_POSTED_PATH.split("."))
    fresh = not baseline and previous_night is not None and _is_recent(posted, previous_night.date())
    kind = Kind.NEW_TRIAL if fresh else Kind.ENTERED_WATCH
    told = _words(status(seen.record))
    summary = (
        f"{'New on the registry' if fresh else 'Entered the watch'}: {told}, first posted {posted or '?'}"
    )
    return _event(seen, None, kind, FIRST_POSTED_PATH, None, posted, summary, is_baseline=baseline)


def status_event(known: Known, seen: Seen) -> Iterator[Event]:
    """A change of `overallStatus`, named by the new status.

    COMPLETED, TERMINATED, WITHDRAWN, SUSPENDED and UNKNOWN have kinds of their own; every other change, also to
    a status that no published enum knows, is `status_changed`.
    """
    before, after = status(known.record), status(seen.record)
    if before == after:
        return
    kind = STATUS_KINDS.get(after, Kind.STATUS_CHANGED)
    summary = f"{_words(before)} → {_words(after)}"
    why = part(seen.record, "protocolSection", "statusModule", "whyStopped")
    last_known = part(seen.record, "protocolSection", "statusModule", "lastKnownStatus")
    if why:
        summary += f". Why stopped: {why}"
    if kind is Kind.BECAME_UNKNOWN and last_known:
        summary += f" (last known: {_words(last_known)}; not verified for two years)"
    yield _event(seen, known, kind, STATUS_PATH, before, after, summary)


def results_event(known: Known, seen: Seen) -> Iterator[Event]:
    """Results appear on the registry (`hasResults`)."""
    if seen.record.get("hasResults") is True and known.record.get("hasResults") is not True:
        posted = part(seen.record, "protocolSection", "statusModule", "resultsFirstPostDateStruct", "date")
        when = f" (first posted {posted})" if posted else ""
        yield _event(seen, known, Kind.RESULTS_POSTED, "hasResults", "false", "true", f"Results posted{when}")


RULES: tuple[Callable[[Known, Seen], Iterator[Event]], ...] = (status_event, results_event)


def departure(missing: Missing, found: Whereabouts, stamp: datetime) -> tuple[Departure, Event | None]:
    """What becomes of a trial that the search no longer shows; `stamp` is the data timestamp of tonight.

    Still on the registry: `left_watch`. Forwarded: `merged`, naming the target. Redacted: `withheld`. "Not found"
    is noted the first time and told as `removed` only when a later data set says it again.
    """
    match found.place:
        case Place.HERE:
            return _leave(missing, "left", Kind.LEFT_WATCH, stamp, "Still on the registry, no longer matched")
        case Place.FORWARDED:
            return _leave(missing, "merged", Kind.MERGED, stamp, f"Merged into {found.target}", found.target)
        case Place.WITHHELD:
            return _leave(
                missing, "withheld", Kind.WITHHELD, stamp, "Withheld: the registry redacts the record"
            )
        case Place.GONE if missing.missing_since is None or missing.missing_since >= stamp:
            return Departure(missing.nct_id, "pending"), None
        case Place.GONE:
            said = f"Removed: not found on {missing.missing_since:%Y-%m-%d} and on {stamp:%Y-%m-%d}"
            return _leave(missing, "removed", Kind.REMOVED, stamp, said)


def returned(nct_id: str, stamp: datetime) -> Event:
    """A trial that had left the watch matches again. What changed meanwhile are events of their own."""
    return _membership(nct_id, Kind.RETURNED, stamp, "Matches again", None)


def not_understood(seen: Seen) -> Iterator[Issue]:
    """Values of this record that no published enum knows. They are kept and told as they are."""
    found = status(seen.record)
    if found not in STATUSES:
        yield Issue(
            seen.nct_id, STATUS_PATH, found, "a status that the registry's published enums do not name"
        )


def event_id(nct_id: str, kind: Kind, field: str, before: str, after: str, times_before: int = 0) -> str:
    """Identity: trial, kind, field and the two contents (hashes; the first is empty for a first sight).

    The same change read twice is one event. A→B→A→B is three: the second arrival at B differs from the first by
    `times_before`, the number of versions that already had this content.
    """
    parts = [nct_id, kind, field, before, after]
    if times_before:
        parts.append(str(times_before))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def _leave(
    missing: Missing, standing: str, kind: Kind, stamp: datetime, summary: str, after: str | None = None
) -> tuple[Departure, Event]:
    return Departure(missing.nct_id, standing), _membership(missing.nct_id, kind, stamp, summary, after)


def _membership(nct_id: str, kind: Kind, stamp: datetime, summary: str, after: str | None) -> Event:
    """Membership has no pair of contents: the data timestamp stands in its place."""
    return Event(
        event_id=event_id(nct_id, kind, NCT_ID_PATH, "", stamp.isoformat()),
        nct_id=nct_id,
        kind=kind,
        severity=SEVERITY.get(kind, Severity.HIGH),
        field=NCT_ID_PATH,
        before=nct_id,
        after=after,
        summary=summary,
    )


def _event(
    seen: Seen,
    known: Known | None,
    kind: Kind,
    field: str,
    before: str | None,
    after: str | None,
    summary: str,
    *,
    is_baseline: bool = False,
) -> Event:
    came_from, times_before = (known.content_hash, known.times_before) if known else ("", 0)
    return Event(
        event_id=event_id(seen.nct_id, kind, field, came_from, seen.content_hash, times_before),
        nct_id=seen.nct_id,
        kind=kind,
        severity=SEVERITY.get(kind, Severity.HIGH),
        field=field,
        before=before,
        after=after,
        summary=summary,
        is_baseline=is_baseline,
    )


def _is_recent(posted: object, previous_night: date) -> bool:
    try:
        return date.fromisoformat(str(posted)) >= previous_night - NEW_WITHIN
    except ValueError:
        return False


def _words(value: str) -> str:
    return value.replace("_", " ").lower() or "no status"
