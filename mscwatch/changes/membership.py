"""Belonging to the watch: entering it, leaving it, coming back, and coming to be about the topic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mscwatch.changes import diff
from mscwatch.changes.event import arrival, change, membership_event, words
from mscwatch.model import (
    Event,
    FetchedTrial,
    LookupResult,
    MembershipChange,
    Record,
    Screening,
    StoredTrial,
    WatchedTrial,
)
from mscwatch.record import overall_status, part
from mscwatch.vocabulary import EventKind, LookupVerdict, Membership, Relevance

FIRST_POSTED_PATH = "protocolSection.statusModule.studyFirstPostDateStruct.date"
NEW_WITHIN = timedelta(days=30)  # before the previous trusted night (contract, new_trial)
RELEVANT = frozenset({Relevance.CORE, Relevance.UNSURE})


def first_seen(seen: FetchedTrial, *, baseline: bool, previous_night: datetime | None) -> Event:
    """A trial's first time in the watch.

    `new_trial` when it was first posted no earlier than 30 days before the previous trusted night; else
    `entered_watch` (its record changed, or the registry's synonyms did). The first night of a watch is a
    baseline: everything enters, nothing is news.
    """
    posted = part(seen.record, *FIRST_POSTED_PATH.split("."))
    fresh = not baseline and previous_night is not None and _is_recent(posted, previous_night.date())
    kind = EventKind.NEW_TRIAL if fresh else EventKind.ENTERED_WATCH
    entered = "New on the registry" if fresh else "Entered the watch"
    summary = f"{entered}: {words(overall_status(seen.record))}, first posted {posted or '?'}"
    return arrival(seen, kind, FIRST_POSTED_PATH, posted, summary, is_baseline=baseline)


def became_relevant(
    known: StoredTrial, seen: FetchedTrial, before: Screening, after: Screening
) -> Iterator[Event]:
    """A known trial's record changed so that it now is, or may be, about the topic.

    Both readings must come of the same rules: new rules read known trials anew and wake nobody. Ignored: between
    core and unsure, between off and adjacent, every way out of the topic, and a record that says the same in other
    markup, should our rules read that otherwise.
    """
    if before.relevance in RELEVANT or after.relevance not in RELEVANT:
        return
    if not any(
        one.is_material for one in diff.differences(known.record, seen.record) if _is_about_it(one.path)
    ):
        return
    summary = f"{before.relevance} → {after.relevance}: {after.reason} (before: {before.reason})"
    field = "protocolSection"
    yield change(known, seen, EventKind.BECAME_RELEVANT, field, before.relevance, after.relevance, summary)


def departure(
    missing: WatchedTrial, found: LookupResult, stamp: datetime
) -> tuple[MembershipChange, Event | None]:
    """What becomes of a trial that the search no longer shows; `stamp` is the data timestamp of tonight.

    Still on the registry: `left_watch`. Forwarded: `merged`, naming the target. Redacted: `withheld`. "Not found"
    is noted the first time and told as `removed` only when a later data set says it again.
    """
    match found.verdict:
        case LookupVerdict.HERE:
            return _leave(
                missing,
                Membership.LEFT,
                EventKind.LEFT_WATCH,
                stamp,
                "Still on the registry, no longer matched",
            )
        case LookupVerdict.FORWARDED:
            return _leave(
                missing,
                Membership.MERGED,
                EventKind.MERGED,
                stamp,
                f"Merged into {found.target}",
                found.target,
            )
        case LookupVerdict.WITHHELD:
            return MembershipChange(missing.nct_id, Membership.WITHHELD), withheld(missing.nct_id, stamp)
        case LookupVerdict.GONE if missing.missing_since is None or missing.missing_since >= stamp:
            return MembershipChange(missing.nct_id, Membership.PENDING), None
        case LookupVerdict.GONE:
            said = f"Removed: not found on {missing.missing_since:%Y-%m-%d} and on {stamp:%Y-%m-%d}"
            return _leave(missing, Membership.REMOVED, EventKind.REMOVED, stamp, said)


def returned(nct_id: str, stamp: datetime) -> Event:
    """A trial that had left the watch matches again. What changed meanwhile are events of their own."""
    return membership_event(nct_id, EventKind.RETURNED, stamp, "Matches again")


def withheld(nct_id: str, stamp: datetime) -> Event:
    """The registry redacts the record. All that is blanked by that is no event of its own."""
    return membership_event(nct_id, EventKind.WITHHELD, stamp, "Withheld: the registry redacts the record")


def is_redacted(record: Record) -> bool:
    """Whether the record is a withheld one, in which nothing can be read."""
    return overall_status(record) == "WITHHELD"


def _is_about_it(path: str) -> bool:
    """Whether a path can bear on relevance: not the status and its dates, which every update moves."""
    return not path.startswith("protocolSection.statusModule")


def last_readable(known: StoredTrial) -> Record | None:
    """The last content of a trial in which something could be read, as far back as one version before."""
    if not is_redacted(known.record):
        return known.record
    return known.previous.record if known.previous else None


def _leave(
    missing: WatchedTrial,
    membership: Membership,
    kind: EventKind,
    stamp: datetime,
    summary: str,
    after: str | None = None,
) -> tuple[MembershipChange, Event]:
    return MembershipChange(missing.nct_id, membership), membership_event(
        missing.nct_id, kind, stamp, summary, after
    )


def _is_recent(posted: object, previous_night: date) -> bool:
    try:
        return date.fromisoformat(str(posted)) >= previous_night - NEW_WITHIN
    except ValueError:
        return False
