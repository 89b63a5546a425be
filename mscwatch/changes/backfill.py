"""The history of a trial from before its first run: earlier versions, and the events between them. Pure.

The registry keeps a version history of every record. A version is valid from the day on which the registry posted it
(`lastUpdatePostDateStruct`, for the first version `studyFirstPostDateStruct`). The day in the list of versions is the
day of submission, a few days earlier.
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
from mscwatch.model import Change, Event, FetchedTrial, HistoryVersion, Issue, Record, StoredTrial
from mscwatch.record import content_hash, derived_hash, part
from mscwatch.record.plain import plain_record, shallow

STATUS = ("protocolSection", "statusModule")
HAS_RESULTS = "hasResults"

# What the registry, not the sponsor, writes into the status module when it posts a version.
_POSTING = re.compile(r"protocolSection\.statusModule\.(lastUpdate|\w+PostDateStruct)")
_MOMENT = timedelta(seconds=1)
# The history's texts were HTML, and the API's are markdown: how a list is marked and set tells nothing.
_MARKER = re.compile(r"^\s*(?:(?:\\?[*+•-]|\d+\\?[.)])(?:\s+|$))+|(?:\\?[-=]){3,}", re.MULTILINE)
_SETTING = str.maketrans("", "", " *_`#|\u200b")


@dataclass(frozen=True, slots=True)
class FirstVersion:
    """The first version of a trial that a run fetched."""

    run_id: str
    observed_at: datetime
    fetched: FetchedTrial


@dataclass(frozen=True, slots=True)
class BackfilledVersion:
    """A version from before the first run. `version_no` counts back from 0; `number` is the registry's own."""

    version_no: int
    number: int
    valid_from: datetime
    valid_to: datetime
    trial: FetchedTrial


@dataclass(frozen=True, slots=True)
class Backfill:
    """What to store of one trial's history. Each event comes with the time from which its new version was valid."""

    versions: tuple[BackfilledVersion, ...]
    first_valid_from: datetime  # since when the content of the first run's version was valid
    changes: tuple[Change, ...]
    events: tuple[tuple[Event, datetime], ...]
    issues: tuple[Issue, ...]

    @property
    def reaches_back_to(self) -> date:
        """The first day of the history."""
        return (self.versions[0].valid_from if self.versions else self.first_valid_from).date()


class _Version(NamedTuple):
    """A version of the line that events and changes compare: number, valid from, trial."""

    version_no: int
    valid_from: datetime
    trial: FetchedTrial


def backfill(history: Sequence[HistoryVersion], first: FirstVersion) -> Backfill:
    """The past of a trial: what was valid before its first run, from the registry's versions, oldest first.

    The version with the content of the first run is not stored twice; it only tells since when that was valid. The
    rules of a run raise the events, all with `is_baseline`. Entering, leaving and becoming relevant are not among
    them, because there was no watch yet.
    """
    before, same = _before(history, first)
    starts = _valid_from([*before, *([same] if same else [])])
    since = min(starts.pop(), first.observed_at) if same else first.observed_at
    ends = [*starts[1:], since]
    versions = tuple(
        BackfilledVersion(
            at + 1 - len(before),
            version.number,
            starts[at],
            ends[at],
            _fetched(first.fetched.nct_id, version.record),
        )
        for at, version in enumerate(before)
    )
    shown = frozenset(key for version in before for key in version.record) - {HAS_RESULTS}
    line = [
        _Version(version_no, valid_from, replace(trial, record=_as_history_shows(trial.record, shown)))
        for version_no, valid_from, trial in (
            *((version.version_no, version.valid_from, version.trial) for version in versions),
            # where the history shows its content, in the history's form: then only contents differ
            (1, since, replace(first.fetched, record=same.record) if same else first.fetched),
        )
    ]
    return Backfill(versions, since, tuple(_changes(line)), tuple(_events(line)), tuple(_issues(versions)))


def matter(text: str) -> str:
    """A text for comparison across HTML and markdown: its characters, without markers of lists, markup and spaces."""
    return diff.plain_text(_MARKER.sub(" ", text)).translate(_SETTING)


def posted_on(version: HistoryVersion) -> date:
    """The day from which the registry showed a version; where the record does not say, the day of submission."""
    day = last_update_posted(version.record)
    if day is None and version.number == 0:
        day = _day(part(version.record, *STATUS, "studyFirstPostDateStruct", "date"))
    return max(day, version.submitted) if day else version.submitted


def last_update_posted(record: Record) -> date | None:
    """The day of `lastUpdatePostDateStruct`, or None."""
    return _day(part(record, *STATUS, "lastUpdatePostDateStruct", "date"))


def _before(
    history: Sequence[HistoryVersion], first: FirstVersion
) -> tuple[list[HistoryVersion], HistoryVersion | None]:
    """The versions older than the first run's, and the one with the same content, if there is one."""
    record = first.fetched.record
    submitted = _submitted(record)
    older = [version for version in history if _midnight(posted_on(version)) < first.observed_at]
    if submitted is not None:
        days = {version.number: _submitted(version.record) or version.submitted for version in older}
        older = [version for version in older if days[version.number] <= submitted]
        last = [version for version in older if days[version.number] == submitted]
    else:
        last = older[-1:]
    same = next((version for version in reversed(last) if _says_the_same(version.record, record)), None)
    return (older[: older.index(same)] if same else older), same


def _says_the_same(former: Record, record: Record) -> bool:
    shown = frozenset(former) - {HAS_RESULTS}
    return all(
        _POSTING.match(difference.path) or not difference.is_material
        for difference in diff.differences(
            _as_history_shows(former, shown), _as_history_shows(record, shown), matter
        )
    )


def _as_history_shows(record: Record, sections: Collection[str]) -> Record:
    """A record with only the sections that the history shows, so that the others are neither added nor removed.

    A version of the history has no `hasResults`; the day on which results were posted stands for it.
    """
    results = record.get(HAS_RESULTS)
    if not isinstance(results, bool):
        results = part(record, *STATUS, "resultsFirstPostDateStruct") is not None
    return {key: value for key, value in record.items() if key in sections} | {HAS_RESULTS: results}


def _changes(line: Sequence[_Version]) -> Iterator[Change]:
    for older, newer in pairwise(line):
        for difference in diff.differences(older.trial.record, newer.trial.record, matter):
            yield Change(newer.trial.nct_id, older.version_no, newer.version_no, *difference)


def _events(line: Sequence[_Version]) -> Iterator[tuple[Event, datetime]]:
    """The events from each readable version to the next readable one."""
    readable = [version for version in line if not membership.is_redacted(version.trial.record)]
    hashes = [version.trial.content_hash for version in readable]
    for at, (older, newer) in enumerate(pairwise(readable), start=1):
        # A run counts from 0 how often a content had come before. The past counts from -1 backwards, so no event
        # of a run has its identity, whenever the history is read.
        times = -1 - hashes[at + 1 :].count(newer.trial.content_hash)
        trial = older.trial
        stored = StoredTrial(
            trial.nct_id,
            older.version_no,
            trial.content_hash,
            trial.derived_hash,
            True,
            times,
            trial.record,
        )
        for event in rules.changed(stored, newer.trial, newer.valid_from):
            yield replace(event, is_baseline=True), newer.valid_from


def _issues(versions: Sequence[BackfilledVersion]) -> Iterator[Issue]:
    """Each issue once, in however many versions it is."""
    yield from dict.fromkeys(issue for version in versions for issue in not_understood(version.trial))


def _valid_from(versions: Sequence[HistoryVersion]) -> list[datetime]:
    """Since when each was valid. Of two that were posted on one day, the later is valid from a second later."""
    starts: list[datetime] = []
    for version in versions:
        moment = _midnight(posted_on(version))
        starts.append(max(moment, starts[-1] + _MOMENT) if starts else moment)
    return starts


def _fetched(nct_id: str, record: Record) -> FetchedTrial:
    plain, _, differs = plain_record(record)
    hashes = content_hash(record), derived_hash(record)
    return FetchedTrial(nct_id, *hashes, plain, shallow(record) if differs else None)


def _submitted(record: Record) -> date | None:
    return _day(part(record, *STATUS, "lastUpdateSubmitDate"))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
