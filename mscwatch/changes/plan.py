"""The plan of a run: from stored and fetched trials to the rows that the warehouse is to write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from mscwatch.changes import diff, membership, retraction, rules
from mscwatch.changes.issues import not_understood
from mscwatch.digest.subscriptions import wants
from mscwatch.errors import MscwatchError
from mscwatch.model import (
    Address,
    Change,
    Delivery,
    Event,
    FetchedTrial,
    Issue,
    LookupResult,
    MembershipChange,
    NewsItem,
    Notice,
    Record,
    Screening,
    StoredTrial,
    WatchedTrial,
)
from mscwatch.record import record_nct_id
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import ReadingDecision
from mscwatch.screening.judgement import corrected, judge
from mscwatch.therapy import Therapy, read_record
from mscwatch.vocabulary import Area, EventKind, IndicationGroup, Membership, NoticeKind, Relevance
from mscwatch.watch import Alerts, Watch

LONGEST_REASON = 200  # characters


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What `plan` must know of the run beside the records."""

    watch: Watch
    previous_run: datetime | None  # time of the last trusted run; None makes this one the baseline
    addresses: tuple[Address, ...]
    stamp: datetime  # data timestamp of this run; the time of the run where the registry gives none
    watch_edited: bool = False
    merged_into: frozenset[str] = frozenset()  # targets of this run's merges
    decisions: Decisions = field(default_factory=Decisions)  # of people

    @property
    def is_baseline(self) -> bool:
        return self.previous_run is None

    @property
    def entering_is_news(self) -> bool:
        """Not on a baseline, and not where an edit of the watch file brings trials in."""
        return not self.is_baseline and not self.watch_edited


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A content that is not stored yet, with its version number and what the rules read in it."""

    nct_id: str
    version_no: int
    screening: Screening
    therapy: Therapy  # with nothing stated where it was not read
    is_read: bool


@dataclass(frozen=True, slots=True)
class Retraction:
    """A `retracted` event and the ids of the events that it retracts (written to `events.retracted_by`)."""

    event_id: str
    retracted_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a batch of records makes the warehouse write; nothing is written yet."""

    versions: tuple[NewVersion, ...] = ()
    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    issues: tuple[Issue, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    memberships: tuple[MembershipChange, ...] = ()
    retractions: tuple[Retraction, ...] = ()
    failures: tuple[
        tuple[str, str], ...
    ] = ()  # trials on whose record the rules failed, each with the reason


def plan(pairs: Iterable[tuple[StoredTrial | None, FetchedTrial]], context: PlanContext) -> Plan:
    """Decide everything to write for records whose content or derived part is new.

    Each pair is the stored trial (None for a new one) and the fetched one. Therapies are not compared, so a better
    vocabulary raises no event. A record on which the rules fail costs its own news only (`Plan.failures`). Raises
    `ConfigError` where there are no rules of the watch's name.
    """
    return merged([_plan_or_failure(stored, fetched, context) for stored, fetched in pairs])


def merged(plans: Sequence[Plan]) -> Plan:
    """Several plans as one, in their order."""
    return Plan(*(tuple(row for plan in plans for row in getattr(plan, part.name)) for part in fields(Plan)))


def _plan_or_failure(stored: StoredTrial | None, fetched: FetchedTrial, context: PlanContext) -> Plan:
    try:
        return _plan_one(stored, fetched, context)
    except MscwatchError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is: one record must not stop the others
        reason = f"{type(error).__name__}: {error}"[:LONGEST_REASON]
        screening = Screening(
            Relevance.UNSURE, f"the rules failed on this record ({reason})", IndicationGroup.NONE
        )
        version = NewVersion(
            fetched.nct_id, _number(stored), screening, Therapy(fetched.nct_id), is_read=False
        )
        issue = Issue(fetched.nct_id, "", "", f"the rules failed on this record: {reason}")
        return Plan(versions=(version,), issues=(issue,), failures=((fetched.nct_id, reason),))


def _plan_one(stored: StoredTrial | None, fetched: FetchedTrial, context: PlanContext) -> Plan:
    record = _readable(stored, fetched)
    screening = _screening(fetched.nct_id, record, context)
    corrections = context.decisions.corrections(fetched.nct_id)
    therapy = read_therapy(record, screening, corrections)
    version = NewVersion(fetched.nct_id, _number(stored), screening, therapy, is_read(screening, corrections))
    events = _events(stored, fetched, screening, context)
    plan_so_far = Plan(
        versions=(version,),
        changes=tuple(_changes(stored, fetched)) if stored else (),
        events=tuple(events),
        issues=tuple(_issues(stored, fetched, therapy)),
    )
    if stored and stored.previous and events and events[0].kind is EventKind.RETRACTED:
        identity, previous = events[0].event_id, stored.previous
        # It goes to whoever got what it takes back, whatever the alerts admit, and to nobody else.
        notified = [address for address in previous.addresses if address in context.addresses]
        return replace(
            plan_so_far,
            deliveries=tuple(Delivery(identity, address) for address in notified),
            retractions=(Retraction(identity, tuple(event.event_id for event in previous.events)),),
        )
    group, area = screening.indication_group, area_treated(therapy)
    told = _deliveries(events, screening.relevance, group, area, context)
    return replace(plan_so_far, deliveries=tuple(told))


def _number(stored: StoredTrial | None) -> int:
    return stored.version_no + 1 if stored else 1


def read_therapy(
    record: Record, screening: Screening, corrections: Sequence[ReadingDecision] = ()
) -> Therapy:
    """The therapy of a record, with what people set in it; with nothing stated where the trial is not `is_read`."""
    if is_read(screening, corrections):
        return corrected(read_record(record), corrections)
    return Therapy(record_nct_id(record) or "")


def is_read(screening: Screening, corrections: Sequence[ReadingDecision] = ()) -> bool:
    """Whether a trial's therapy is read: it is near enough to the topic, or a person corrected it."""
    return screening.relevance is not Relevance.OFF or bool(corrections)


def plan_membership(
    missing: Iterable[tuple[WatchedTrial, LookupResult]],
    back: Iterable[tuple[str, str, str, str | None]],
    context: PlanContext,
) -> Plan:
    """Decide what to write for trials that the search no longer shows, and for those that match again.

    `back` holds id, relevance, indication group and area of the latter. Where the watch file was edited, leaving and
    returning raise no events.
    """
    memberships: list[MembershipChange] = []
    events: list[Event] = []
    deliveries: list[Delivery] = []
    for trial, answer in missing:
        change, event = membership.departure(trial, answer, context.stamp)
        memberships.append(change)
        if event and not (context.watch_edited and change.membership is Membership.LEFT):
            events.append(event)
            deliveries += _deliveries([event], trial.relevance, trial.indication_group, trial.area, context)
    for nct_id, relevance_of_trial, indication_group, area in back:
        if not context.watch_edited:
            events.append(membership.returned(nct_id, context.stamp))
            deliveries += _deliveries(events[-1:], relevance_of_trial, indication_group, area, context)
    return Plan(events=tuple(events), deliveries=tuple(deliveries), memberships=tuple(memberships))


def area_treated(therapy: Therapy) -> Area | None:
    """The area of the disease that a trial treats. A group of liver disease is of the liver, whatever else is read."""
    if therapy.area is None and therapy.indication_group is not IndicationGroup.NONE:
        return Area.LIVER
    return therapy.area


def is_alert(event: Event, relevance_of_trial: str, area: str | None, alerts: Alerts) -> bool:
    """Whether an event is sent to people: not on a baseline, and only what `[alerts]` of the watch admits.

    A kind that no vocabulary has cannot be left out by name, so it is sent. Where areas are named, a trial without an
    area is not sent.
    """
    named = event.kind in alerts.kinds or event.kind not in tuple(EventKind)
    within = not alerts.areas or area in alerts.areas
    return not event.is_baseline and named and within and relevance_of_trial in alerts.relevance


def alerts_among(items: Iterable[NewsItem], alerts: Alerts) -> list[NewsItem]:
    """The items whose events are sent to people."""
    return [item for item in items if is_alert(item.event, item.trial.relevance, item.trial.area, alerts)]


def summary_notice(context: PlanContext, run_id: str, entered: int, left: int = 0) -> Notice | None:
    """The one message in place of events on a baseline, or after an edit of the watch file; else None."""
    if context.entering_is_news or (context.watch_edited and not entered and not left):
        return None
    title = context.watch.title
    if context.is_baseline:
        trials = "1 trial" if entered == 1 else f"{entered} trials"
        summary = f'The watch "{title}" begins with {trials}. From now on, changes are reported.'
        return Notice(f"baseline-{context.watch.name}", NoticeKind.BASELINE, summary)
    summary = (
        f'The watch "{title}" asks for something else now: its file was edited, or a newer mscwatch brought it. '
        f"{entered} trials entered and {left} left because of it."
    )
    return Notice(f"bulk-{run_id}", NoticeKind.BULK, summary)


def _deliveries(
    events: Iterable[Event],
    relevance_of_trial: str,
    indication_group: str,
    area: str | None,
    context: PlanContext,
) -> list[Delivery]:
    return [
        Delivery(event.event_id, address)
        for event in events
        if is_alert(event, relevance_of_trial, area, context.watch.alerts)
        for address in context.addresses
        if wants(address, event, indication_group, context.watch.subscriptions)
    ]


def _readable(stored: StoredTrial | None, fetched: FetchedTrial) -> Record:
    """The record that the rules read; of a withheld one the last readable version."""
    last = membership.last_readable(stored) if stored and membership.is_redacted(fetched.record) else None
    return last or fetched.record


def _screening(nct_id: str, record: Record, context: PlanContext) -> Screening:
    """Whether a record belongs to the topic, by a person's decision or else by the rules."""
    return judge(record, nct_id, context.watch.relevance.rules, context.decisions)


def _events(
    stored: StoredTrial | None, fetched: FetchedTrial, screening: Screening, context: PlanContext
) -> list[Event]:
    if stored is None:
        if fetched.nct_id in context.merged_into:
            return []  # the event `merged` of the old number names it
        return [
            membership.first_seen(
                fetched, baseline=not context.entering_is_news, previous_run=context.previous_run
            )
        ]
    if stored.content_hash == fetched.content_hash:
        return []
    was_redacted = membership.is_redacted(stored.record)
    if membership.is_redacted(fetched.record):
        return [] if was_redacted else [membership.withheld(fetched.nct_id, context.stamp)]
    if not was_redacted and retraction.is_taken_back(stored, fetched):
        return list(retraction.retracted(stored, fetched))
    back = [membership.returned(fetched.nct_id, context.stamp)] if was_redacted else []
    readable = membership.last_readable(stored)
    return back + (
        _changed(replace(stored, record=readable), fetched, screening, context) if readable else []
    )


def _changed(
    stored: StoredTrial, fetched: FetchedTrial, screening: Screening, context: PlanContext
) -> list[Event]:
    events = rules.changed(stored, fetched, context.stamp)
    if screening.relevance in membership.RELEVANT:
        # today's rules and decisions read both versions, so that new ones raise no event
        before = _screening(stored.nct_id, stored.record, context)
        events += membership.became_relevant(stored, fetched, before, screening)
    return events


def _issues(stored: StoredTrial | None, fetched: FetchedTrial, therapy: Therapy) -> Iterable[Issue]:
    """What was not understood in the record, without what was not understood in the stored version either."""
    known: set[Issue] = set()
    if stored:
        known = set(not_understood(FetchedTrial(stored.nct_id, "", "", stored.record, stored.as_came)))
    yield from (issue for issue in not_understood(fetched) if issue not in known)
    if stored is None or stored.content_hash != fetched.content_hash:
        yield from therapy.issues


def _changes(stored: StoredTrial, fetched: FetchedTrial) -> Iterable[Change]:
    before, after = (trial.record if trial.as_came is None else trial.as_came for trial in (stored, fetched))
    for difference in diff.differences(before, after):
        yield Change(fetched.nct_id, stored.version_no, _number(stored), *difference)
