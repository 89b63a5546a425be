"""What a night makes of what was known and what was seen. Pure: nothing here reads a clock, a file or a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mscwatch.changes import diff, membership, retraction, rules
from mscwatch.changes.issues import not_understood
from mscwatch.digest.subscriptions import wants
from mscwatch.model import (
    Address,
    Change,
    Delivery,
    Event,
    FetchedTrial,
    Issue,
    LookupResult,
    MembershipChange,
    Notice,
    Record,
    Retraction,
    Screening,
    StoredTrial,
    WatchedTrial,
)
from mscwatch.record import record_nct_id
from mscwatch.screening import relevance
from mscwatch.screening.decisions import ScreeningDecision, screened
from mscwatch.therapy import Therapy, read_record
from mscwatch.vocabulary import EventKind, Membership, NoticeKind, Relevance
from mscwatch.watch import Alerts, Watch


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What `plan` must know of the night beside the records."""

    watch: Watch
    previous_night: datetime | None  # when the last trusted night was; None makes this one the baseline
    addresses: tuple[Address, ...]
    stamp: datetime  # data timestamp of tonight; the time of the run where the registry gives none
    watch_edited: bool = False
    merged_into: frozenset[str] = frozenset()  # targets of tonight's merges
    screening: Mapping[str, ScreeningDecision] = field(default_factory=dict)  # what people decided, by trial

    @property
    def is_baseline(self) -> bool:
        return self.previous_night is None

    @property
    def entering_is_news(self) -> bool:
        """Not on the first night, and not when a person's edit of the watch file brings trials in."""
        return not self.is_baseline and not self.watch_edited


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A content that was not known before, with the number it gets and what our rules make of it."""

    nct_id: str
    version_no: int
    reading: Screening
    therapy: Therapy  # with nothing stated where the record is off the topic


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a batch of records makes the warehouse write. Nothing here has happened yet."""

    versions: tuple[NewVersion, ...] = ()
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    issues: tuple[Issue, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    departures: tuple[MembershipChange, ...] = ()
    retractions: tuple[Retraction, ...] = ()


def plan(pairs: Iterable[tuple[StoredTrial | None, FetchedTrial]], night: PlanContext) -> Plan:
    """Decide everything to write for records whose content or derived part is new.

    Each pair is what was known (None: never seen) and what is seen. Derived readings are not compared: a better
    vocabulary wakes nobody.
    """
    versions: list[NewVersion] = []
    changes: list[Change] = []
    found: list[Event] = []
    issues: list[Issue] = []
    owed: list[Delivery] = []
    retractions: list[Retraction] = []
    for known, seen in pairs:
        record = _readable(known, seen)
        reading = _reading(seen.nct_id, record, night)
        version_no = known.version_no + 1 if known else 1
        therapy = read_therapy(record, reading)
        versions.append(NewVersion(seen.nct_id, version_no, reading, therapy))
        news = _news(known, seen, reading, night)
        found += news
        if known is None or known.content_hash != seen.content_hash:
            issues += [*not_understood(seen), *therapy.issues]
        if known:
            changes += _changes(known, seen, version_no)
        if known and known.previous and news and news[0].kind is EventKind.RETRACTED:
            retractions.append(Retraction(news[0].event_id, tuple(e.event_id for e in known.previous.events)))
            owed += _owed_to_the_told(news[0], known.previous.addresses, night)
        else:
            owed += _owed(news, reading.relevance, reading.indication_group, night)
    return Plan(
        tuple(versions),
        tuple(changes),
        tuple(found),
        tuple(issues),
        tuple(owed),
        retractions=tuple(retractions),
    )


def read_therapy(record: Record, reading: Screening) -> Therapy:
    """What the cells were; of a record off the topic nothing is read (`is_read` says so)."""
    if is_read(reading):
        return read_record(record)
    return Therapy(record_nct_id(record) or "")


def is_read(reading: Screening) -> bool:
    """Whether a trial is near enough to the topic for its therapy to be read."""
    return reading.relevance is not Relevance.OFF


def plan_membership(
    missing: Iterable[tuple[WatchedTrial, LookupResult]],
    back: Iterable[tuple[str, str, str]],
    night: PlanContext,
) -> Plan:
    """Decide what to write for trials that the search no longer shows, and for those that are back.

    `back` holds id, relevance and indication group of trials that had left and match again. What an edited watch
    file drops or brings back is no news.
    """
    departures: list[MembershipChange] = []
    found: list[Event] = []
    owed: list[Delivery] = []
    for trial, whereabouts in missing:
        departure, event = membership.departure(trial, whereabouts, night.stamp)
        departures.append(departure)
        if event and not (night.watch_edited and departure.membership is Membership.LEFT):
            found.append(event)
            owed += _owed([event], trial.relevance, trial.indication_group, night)
    for nct_id, relevance_of_trial, indication_group in back:
        if not night.watch_edited:
            found.append(membership.returned(nct_id, night.stamp))
            owed += _owed(found[-1:], relevance_of_trial, indication_group, night)
    return Plan(events=tuple(found), deliveries=tuple(owed), departures=tuple(departures))


def is_told(event: Event, relevance_of_trial: str, alerts: Alerts) -> bool:
    """Whether an event goes to people: not on a baseline, and only what the watch asks for."""
    return not event.is_baseline and event.kind in alerts.kinds and relevance_of_trial in alerts.relevance


def summary_notice(night: PlanContext, run_id: str, entered: int, left: int = 0) -> Notice | None:
    """The one message for a night whose new trials are no news: a baseline, or an edited watch file."""
    if night.entering_is_news or (night.watch_edited and not entered and not left):
        return None
    title = night.watch.title
    if night.is_baseline:
        trials = "1 trial" if entered == 1 else f"{entered} trials"
        said = f'The watch "{title}" begins with {trials}. From now on, changes are told.'
        return Notice(f"baseline-{night.watch.name}", NoticeKind.BASELINE, said)
    said = f'The watch file of "{title}" was edited; {entered} trials entered and {left} left by that.'
    return Notice(f"bulk-{run_id}", NoticeKind.BULK, said)


def _owed(
    news: Iterable[Event], relevance_of_trial: str, indication_group: str, night: PlanContext
) -> list[Delivery]:
    return [
        Delivery(event.event_id, address)
        for event in news
        if is_told(event, relevance_of_trial, night.watch.alerts)
        for address in night.addresses
        if wants(address, event, indication_group, night.watch.subscriptions)
    ]


def _owed_to_the_told(event: Event, told: Iterable[Address], night: PlanContext) -> list[Delivery]:
    """Who heard what is taken back hears that, whatever the alerts say; nobody else would know what is meant."""
    return [Delivery(event.event_id, address) for address in told if address in night.addresses]


def _readable(known: StoredTrial | None, seen: FetchedTrial) -> Record:
    """The record that our rules read; of a withheld one what it was when it could be read."""
    last = membership.last_readable(known) if known and membership.is_redacted(seen.record) else None
    return last or seen.record


def _reading(nct_id: str, record: Record, night: PlanContext) -> Screening:
    """Whether a record belongs to the topic: as a person decided, else as its words say."""
    return screened(record, relevance.read(record, night.watch.relevance.rules), night.screening.get(nct_id))


def _news(
    known: StoredTrial | None, seen: FetchedTrial, reading: Screening, night: PlanContext
) -> list[Event]:
    if known is None:
        if seen.nct_id in night.merged_into:
            return []  # told by the merge that brings it
        return [
            membership.first_seen(
                seen, baseline=not night.entering_is_news, previous_night=night.previous_night
            )
        ]
    if known.content_hash == seen.content_hash:
        return []
    was_redacted = membership.is_redacted(known.record)
    if membership.is_redacted(seen.record):
        return [] if was_redacted else [membership.withheld(seen.nct_id, night.stamp)]
    if not was_redacted and retraction.is_taken_back(known, seen):
        return list(retraction.retracted(known, seen))
    back = [membership.returned(seen.nct_id, night.stamp)] if was_redacted else []
    readable = membership.last_readable(known)
    return back + (_changed(replace(known, record=readable), seen, reading, night) if readable else [])


def _changed(known: StoredTrial, seen: FetchedTrial, reading: Screening, night: PlanContext) -> list[Event]:
    found = rules.changed(known, seen, night.stamp)
    if reading.relevance in membership.RELEVANT:
        # today's rules and decisions read both, so that new ones wake nobody
        before = _reading(known.nct_id, known.record, night)
        found += membership.became_relevant(known, seen, before, reading)
    return found


def _changes(known: StoredTrial, seen: FetchedTrial, version_no: int) -> Iterable[Change]:
    for found in diff.differences(known.record, seen.record):
        yield Change(seen.nct_id, known.version_no, version_no, *found)
