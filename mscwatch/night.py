"""What a night makes of what was known and what was seen. Pure: nothing here reads a clock, a file or a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from mscwatch import diff, events, relevance
from mscwatch.model import (
    Address,
    Change,
    Delivery,
    Departure,
    Event,
    Issue,
    Kind,
    Known,
    Missing,
    NewVersion,
    Notice,
    Plan,
    Proof,
    Reading,
    Retraction,
    Seen,
    Sweep,
    Whereabouts,
)
from mscwatch.watch import Alerts, Expect, Watch


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What `plan` must know of the night beside the records."""

    watch: Watch
    previous_night: datetime | None  # when the last trusted night was; None makes this one the baseline
    addresses: tuple[Address, ...]
    stamp: datetime  # data timestamp of tonight; the time of the run where the registry gives none
    watch_edited: bool = False
    merged_into: frozenset[str] = frozenset()  # targets of tonight's merges

    @property
    def is_baseline(self) -> bool:
        return self.previous_night is None

    @property
    def entering_is_news(self) -> bool:
        """Not on the first night, and not when a person's edit of the watch file brings trials in."""
        return not self.is_baseline and not self.watch_edited


def plan(pairs: Iterable[tuple[Known | None, Seen]], night: Circumstances) -> Plan:
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
        reading = _reading(known, seen, night)
        version_no = known.version_no + 1 if known else 1
        enters = known is None or not known.in_watch
        versions.append(NewVersion(seen.nct_id, version_no, reading, enters))
        news = _news(known, seen, reading, night)
        found += news
        issues += events.not_understood(seen)
        if known:
            changes += _changes(known, seen, version_no)
        if known and known.earlier and news and news[0].kind is Kind.RETRACTED:
            retractions.append(Retraction(news[0].event_id, tuple(e.event_id for e in known.earlier.events)))
            owed += _owed_to_the_told(news[0], known.earlier.told, night)
        else:
            owed += _owed(news, reading.relevance, night)
    return Plan(
        tuple(versions),
        tuple(changes),
        tuple(found),
        tuple(issues),
        tuple(owed),
        retractions=tuple(retractions),
    )


def plan_membership(
    missing: Iterable[tuple[Missing, Whereabouts]], back: Iterable[tuple[str, str]], night: Circumstances
) -> Plan:
    """Decide what to write for trials that the search no longer shows, and for those that are back.

    `back` holds id and relevance of trials that had left and match again. What an edited watch file drops or
    brings back is no news.
    """
    departures: list[Departure] = []
    found: list[Event] = []
    owed: list[Delivery] = []
    for trial, whereabouts in missing:
        departure, event = events.departure(trial, whereabouts, night.stamp)
        departures.append(departure)
        if event and not (night.watch_edited and departure.standing == "left"):
            found.append(event)
            owed += _owed([event], trial.relevance, night)
    for nct_id, relevance_of_trial in back:
        if not night.watch_edited:
            found.append(events.returned(nct_id, night.stamp))
            owed += _owed(found[-1:], relevance_of_trial, night)
    return Plan(events=tuple(found), deliveries=tuple(owed), departures=tuple(departures))


def is_told(event: Event, relevance_of_trial: str, alerts: Alerts) -> bool:
    """Whether an event goes to people: not on a baseline, and only what the watch asks for."""
    return not event.is_baseline and event.kind in alerts.kinds and relevance_of_trial in alerts.relevance


def summary_notice(night: Circumstances, run_id: str, entered: int, left: int = 0) -> Notice | None:
    """The one message for a night whose new trials are no news: a baseline, or an edited watch file."""
    if night.entering_is_news or (night.watch_edited and not entered and not left):
        return None
    title = night.watch.title
    if night.is_baseline:
        said = f'The watch "{title}" begins with {entered} trials. From now on, changes are told.'
        return Notice(f"baseline-{night.watch.name}", "baseline", said)
    said = f'The watch file of "{title}" was edited; {entered} trials entered and {left} left by that.'
    return Notice(f"bulk-{run_id}", "bulk", said)


def _owed(news: Iterable[Event], relevance_of_trial: str, night: Circumstances) -> list[Delivery]:
    return [
        Delivery(event.event_id, address)
        for event in news
        if is_told(event, relevance_of_trial, night.watch.alerts)
        for address in night.addresses
    ]


def _owed_to_the_told(event: Event, told: Iterable[Address], night: Circumstances) -> list[Delivery]:
    """Who heard what is taken back hears that, whatever the alerts say; nobody else would know what is meant."""
    return [Delivery(event.event_id, address) for address in told if address in night.addresses]


def _reading(known: Known | None, seen: Seen, night: Circumstances) -> Reading:
    """What our rules make of the record; of a withheld one what they made of it when it could be read."""
    record = events.last_readable(known) if known and events.is_redacted(seen.record) else None
    return relevance.read(record or seen.record, night.watch.relevance.rules)


def _news(known: Known | None, seen: Seen, reading: Reading, night: Circumstances) -> list[Event]:
    if known is None:
        if seen.nct_id in night.merged_into:
            return []  # told by the merge that brings it
        return [
            events.first_seen(seen, baseline=not night.entering_is_news, previous_night=night.previous_night)
        ]
    if known.content_hash == seen.content_hash:
        return []
    was_redacted = events.is_redacted(known.record)
    if events.is_redacted(seen.record):
        return [] if was_redacted else [events.withheld(seen.nct_id, night.stamp)]
    if not was_redacted and events.is_taken_back(known, seen):
        return list(events.retracted(known, seen))
    back = [events.returned(seen.nct_id, night.stamp)] if was_redacted else []
    readable = events.last_readable(known)
    return back + (_changed(replace(known, record=readable), seen, reading, night) if readable else [])


def _changed(known: Known, seen: Seen, reading: Reading, night: Circumstances) -> list[Event]:
    found = events.changed(known, seen, night.stamp)
    if reading.relevance in events.RELEVANT:
        # today's rules read both, so that new rules wake nobody
        before = relevance.read(known.record, night.watch.relevance.rules)
        found += events.became_relevant(known, seen, before, reading)
    return found


def _changes(known: Known, seen: Seen, version_no: int) -> Iterable[Change]:
    for found in diff.differences(known.record, seen.record):
        yield Change(seen.nct_id, known.version_no, version_no, *found)


def prove(
    sweep: Sweep,
    ids: AbstractSet[str],
    *,
    known: int,
    missing: Sequence[str],
    expect: Expect,
    accepted: str = "",
) -> Proof:
    """Whether a reading of the topic may be trusted.

    `ids` are the trials that came, `known` is the number of trials that were in the watch, `missing` those of them
    that tonight's reading lacks.
    `accepted` is a person's reason to take a night that fails a bound of the watch file; a count that does not
    add up or data that moved are never taken.
    """
    wrong = []
    if sweep.nameless:
        wrong.append(f"{sweep.nameless} record(s) came without an NCT number")
    if sweep.before != sweep.after:
        wrong.append("the registry's data moved while they were read")
    if sweep.total_count is None:
        wrong.append("the registry did not say how many trials there are")
    elif sweep.distinct != sweep.total_count:
        wrong.append(f"the registry says {sweep.total_count} trials and sent {sweep.distinct}")
    if sweep.distinct == 0 and known:
        wrong.append("the answer is empty")

    bounds = []
    if expect.min is not None and sweep.distinct < expect.min:
        bounds.append(f"{sweep.distinct} trials are fewer than the {expect.min} that the watch expects")
    share = len(missing) / known if known else 0.0
    if expect.max_drop is not None and share > expect.max_drop:
        bounds.append(f"{len(missing)} of {known} known trials are missing ({share:.0%})")
    if lost := [sentinel for sentinel in expect.sentinels if sentinel not in ids]:
        bounds.append(f"sentinel(s) {', '.join(lost)} did not come")
    warnings = []
    if expect.max is not None and sweep.distinct > expect.max:
        warnings.append(f"{sweep.distinct} trials are more than the {expect.max} that the watch expects")
    checks = {
        "total_count": sweep.total_count,
        "distinct": sweep.distinct,
        "duplicates": sweep.duplicates,
        "nameless": sweep.nameless,
        "known": known,
        "missing": list(missing),
        "walks": sweep.walks,
        "sentinels": {sentinel: sentinel in ids for sentinel in expect.sentinels},
        "accepted": accepted or None,
        "bounds": bounds,
        "warnings": warnings,
        "not_checked": list(_not_checked(sweep, expect)),
    }
    reasons = wrong if accepted else wrong + bounds
    return Proof(checks, tuple(reasons), tuple(warnings))


def _not_checked(sweep: Sweep, expect: Expect) -> Iterable[str]:
    """What this proof does not cover, in words."""
    if sweep.before.data_timestamp is None:
        yield "whether the data moved: the registry gives no data timestamp"
    for name in ("min", "max", "max_drop", "sentinels"):
        if getattr(expect, name) in (None, ()):
            yield f"expect.{name}: the watch file has none"
