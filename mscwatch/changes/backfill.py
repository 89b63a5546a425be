"""What the registry's own history adds to what the nights have seen: earlier versions, and what happened between them.

Pure. A version of the past stood from the day on which the registry posted it (`lastUpdatePostDateStruct`, of the
first version `studyFirstPostDateStruct`); the day in the list of versions is that of submission, a few days earlier.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from mscwatch.changes import diff, membership, rules
from mscwatch.changes.issues import not_understood
from mscwatch.model import Change, Event, FetchedTrial, Issue, Record, StoredTrial
from mscwatch.record import content_hash, derived_hash, part

STATUS = ("protocolSection", "statusModule")
HAS_RESULTS = "hasResults"

# What the registry, not the sponsor, writes into the status of a version when it posts it.
_POSTING = re.compile(r"protocolSection\.statusModule\.(lastUpdate|\w+PostDateStruct)")
_MOMENT = timedelta(seconds=1)


class HistoryVersion(NamedTuple):
    """A version as the registry tells it: its number there (from 0), the day of submission, the record."""

    number: int
    submitted: date
    record: Record


@dataclass(frozen=True, slots=True)
class FirstSight:
    """The first version that a night saw of a trial."""

    run_id: str
    observed_at: datetime
    seen: FetchedTrial


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A version from before the first night. `version_no` ends with 0 and goes back from there."""

    version_no: int
    number: int
    stood_from: datetime
    stood_until: datetime
    seen: FetchedTrial


@dataclass(frozen=True, slots=True)
class Backfill:
    """What to keep of one trial's history. Events carry the time from which what they tell of stood."""

    versions: tuple[EarlierVersion, ...]
    first_stood_from: datetime  # since when the content of the first night had stood
    changes: tuple[Change, ...]
    events: tuple[tuple[Event, datetime], ...]
    issues: tuple[Issue, ...]

    @property
    def reaches_back_to(self) -> date:
        """The first day of which it tells."""
        return (self.versions[0].stood_from if self.versions else self.first_stood_from).date()


def backfill(told: Sequence[HistoryVersion], first: FirstSight) -> Backfill:
    """Settle what stood before the first night, from the versions that the registry tells, oldest first.

    The version that says what the first night saw is not kept twice; it only tells since when that stood. The same
    rules as on a night make the events; all are `is_baseline`, and what belongs to the watch (entering, leaving,
    becoming relevant) is none of them, for there was no watch.
    """
    before, same = _before(told, first)
    stood = _moments([*before, *([same] if same else [])])
    since = min(stood.pop(), first.observed_at) if same else first.observed_at
    until = [*stood[1:], since]
    versions = tuple(
        EarlierVersion(
            at + 1 - len(before), one.number, stood[at], until[at], _seen(first.seen.nct_id, one.record)
        )
        for at, one in enumerate(before)
    )
    line = [*((one.version_no, one.stood_from, one.seen) for one in versions), (1, since, first.seen)]
    spoken = frozenset(key for one in before for key in one.record) - {HAS_RESULTS}
    line = [(no, moment, replace(seen, record=_spoken(seen.record, spoken))) for no, moment, seen in line]
    return Backfill(versions, since, tuple(_changes(line)), tuple(_events(line)), tuple(_issues(versions)))


def posted_on(one: HistoryVersion) -> date:
    """The day from which the registry showed a version; where the record does not say, the day of submission."""
    day = last_update_posted(one.record)
    if day is None and one.number == 0:
        day = _day(part(one.record, *STATUS, "studyFirstPostDateStruct", "date"))
    return max(day, one.submitted) if day else one.submitted


def last_update_posted(record: Record) -> date | None:
    """The day of the latest update, as a version says."""
    return _day(part(record, *STATUS, "lastUpdatePostDateStruct", "date"))


def _before(
    told: Sequence[HistoryVersion], first: FirstSight
) -> tuple[list[HistoryVersion], HistoryVersion | None]:
    """The versions older than what the first night saw, and the one that says the same, if there is one."""
    shown = first.seen.record
    submitted = _submitted(shown)
    known = [one for one in told if _midnight(posted_on(one)) < first.observed_at]
    if submitted is not None:
        known = [one for one in known if (_submitted(one.record) or one.submitted) <= submitted]
        last = [one for one in known if (_submitted(one.record) or one.submitted) == submitted]
    else:
        last = known[-1:]
    same = next((one for one in reversed(last) if _says_the_same(one.record, shown)), None)
    return (known[: known.index(same)] if same else known), same


def _says_the_same(former: Record, shown: Record) -> bool:
    spoken = frozenset(former) - {HAS_RESULTS}
    return all(
        _POSTING.match(one.path) or not one.is_material
        for one in diff.differences(_spoken(former, spoken), _spoken(shown, spoken))
    )


def _spoken(record: Record, sections: Collection[str]) -> Record:
    """A record as far as the history speaks of it: a section that it never shows is neither there nor gone.

    Whether there are results, a version without `hasResults` says by the day on which they were posted.
    """
    results = record.get(HAS_RESULTS)
    if not isinstance(results, bool):
        results = part(record, *STATUS, "resultsFirstPostDateStruct") is not None
    return {key: value for key, value in record.items() if key in sections} | {HAS_RESULTS: results}


def _changes(line: Sequence[tuple[int, datetime, FetchedTrial]]) -> Iterator[Change]:
    for (older_no, _, older), (newer_no, _, newer) in pairwise(line):
        for found in diff.differences(older.record, newer.record):
            yield Change(newer.nct_id, older_no, newer_no, *found)


def _events(line: Sequence[tuple[int, datetime, FetchedTrial]]) -> Iterator[tuple[Event, datetime]]:
    """The events from each version that can be read to the next one that can be."""
    readable = [one for one in line if not membership.is_redacted(one[2].record)]
    arrivals = [seen.content_hash for _, _, seen in readable]
    for at, ((older_no, _, older), (_, moment, newer)) in enumerate(pairwise(readable), start=1):
        # A night counts from 0 how often a content had come before. The past counts from -1 backwards, so no event
        # of a night has its identity, whenever the history is read.
        times = -1 - arrivals[at + 1 :].count(newer.content_hash)
        known = StoredTrial(
            older.nct_id, older_no, older.content_hash, older.derived_hash, True, times, older.record
        )
        for event in rules.changed(known, newer, moment):
            yield replace(event, is_baseline=True), moment


def _issues(versions: Sequence[EarlierVersion]) -> Iterator[Issue]:
    """What was not understood, once, in however many versions it stands."""
    yield from dict.fromkeys(issue for one in versions for issue in not_understood(one.seen))


def _moments(versions: Sequence[HistoryVersion]) -> list[datetime]:
    """Since when each stood. The later of two that were posted on one day stood from a second after the other."""
    stood: list[datetime] = []
    for one in versions:
        moment = _midnight(posted_on(one))
        stood.append(max(moment, stood[-1] + _MOMENT) if stood else moment)
    return stood


def _seen(nct_id: str, record: Record) -> FetchedTrial:
    return FetchedTrial(nct_id, content_hash(record), derived_hash(record), record)


def _submitted(record: Record) -> date | None:
    return _day(part(record, *STATUS, "lastUpdateSubmitDate"))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
