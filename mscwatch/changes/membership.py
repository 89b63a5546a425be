"""Membership in the watch: events for trials that enter, leave, return, or become relevant."""

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
from mscwatch.record.values import last_day
from mscwatch.vocabulary import EventKind, LookupVerdict, Membership, Relevance

FIRST_POSTED_PATH = "protocolSection.statusModule.studyFirstPostDateStruct.date"
NEW_WITHIN = timedelta(days=30)  # before the previous trusted run (contract, section 4, new_trial)
RELEVANT = frozenset({Relevance.CORE, Relevance.UNSURE})


def first_seen(fetched: FetchedTrial, *, baseline: bool, previous_run: datetime | None) -> Event:
    """`new_trial` for a trial first posted from 30 days before the previous trusted run on; else `entered_watch`.

    With `baseline` (the first run of a watch, or an edited watch file) every trial has entered, with `is_baseline`.
    """
    posted = part(fetched.record, *FIRST_POSTED_PATH.split("."))
    is_new = not baseline and previous_run is not None and _is_recent(posted, previous_run.date())
    kind = EventKind.NEW_TRIAL if is_new else EventKind.ENTERED_WATCH
    verb = "New on the registry" if is_new else "Entered the watch"
    summary = f"{verb}: {words(overall_status(fetched.record))}, first posted {posted or '?'}"
    return arrival(fetched, kind, FIRST_POSTED_PATH, posted, summary, is_baseline=baseline)


def became_relevant(
    stored: StoredTrial, fetched: FetchedTrial, before: Screening, after: Screening
) -> Iterator[Event]:
    """`became_relevant` where a change of the record moved it from off or adjacent to core or unsure.

    Both screenings must come from the same rules and decisions, so that new ones raise no event. A record that only
    changed in order, markup or status raises none either, even where the rules read it differently.
    """
    if before.relevance in RELEVANT or after.relevance not in RELEVANT:
        return
    differences = diff.differences(stored.record, fetched.record)
    if not any(one.is_material and _can_bear_on_relevance(one.path) for one in differences):
        return
    summary = f"{before.relevance} → {after.relevance}: {after.reason} (before: {before.reason})"
    field = "protocolSection"
    yield change(
        stored, fetched, EventKind.BECAME_RELEVANT, field, before.relevance, after.relevance, summary
    )


def departure(
    trial: WatchedTrial, answer: LookupResult, stamp: datetime
) -> tuple[MembershipChange, Event | None]:
    """The new membership of a trial that the search no longer shows, and its event; `stamp` is the data timestamp.

    Still on the registry: `left_watch`. Forwarded: `merged`, naming the target. Redacted: `withheld`. "Not found":
    `pending` without an event the first time, `removed` on a later data timestamp (contract, section 6).
    """
    nct_id = trial.nct_id
    match answer.verdict:
        case LookupVerdict.HERE:
            summary = "Still on the registry, no longer matched"
            event = membership_event(nct_id, EventKind.LEFT_WATCH, stamp, summary)
            return MembershipChange(nct_id, Membership.LEFT), event
        case LookupVerdict.FORWARDED:
            summary = f"Merged into {answer.target}"
            event = membership_event(nct_id, EventKind.MERGED, stamp, summary, answer.target)
            return MembershipChange(nct_id, Membership.MERGED), event
        case LookupVerdict.WITHHELD:
            return MembershipChange(nct_id, Membership.WITHHELD), withheld(nct_id, stamp)
        case LookupVerdict.GONE if trial.missing_since is None or trial.missing_since >= stamp:
            return MembershipChange(nct_id, Membership.PENDING), None
        case LookupVerdict.GONE:
            summary = f"Removed: not found on {trial.missing_since:%Y-%m-%d} and on {stamp:%Y-%m-%d}"
            event = membership_event(nct_id, EventKind.REMOVED, stamp, summary)
            return MembershipChange(nct_id, Membership.REMOVED), event


def returned(nct_id: str, stamp: datetime) -> Event:
    """`returned` for a trial that had left the watch and matches again."""
    return membership_event(nct_id, EventKind.RETURNED, stamp, "Matches again")


def withheld(nct_id: str, stamp: datetime) -> Event:
    """`withheld` for a record that the registry redacts."""
    return membership_event(nct_id, EventKind.WITHHELD, stamp, "Withheld: the registry redacts the record")


def is_redacted(record: Record) -> bool:
    """Whether the record is withheld, so that the rules can read nothing in it."""
    return overall_status(record) == "WITHHELD"


def last_readable(stored: StoredTrial) -> Record | None:
    """The stored record, or the version before it where the stored one is withheld; None where there is none before."""
    if not is_redacted(stored.record):
        return stored.record
    return stored.previous.record if stored.previous else None


def _can_bear_on_relevance(path: str) -> bool:
    """Any path but the status and its dates, which every update moves."""
    return not path.startswith("protocolSection.statusModule")


def _is_recent(posted: object, previous_run: date) -> bool:
    """Whether the first posting is recent. A month or a year alone may mean its last day."""
    day = last_day(posted)
    return day is not None and day >= previous_run - NEW_WITHIN
