"""A night's transaction (a first night has several): landed pages become versions, events, deliveries, ctgov rows.

Bulk is SQL over the landed files; judgement is `night.plan`, asked only for records whose hashes are new, and of those
that were never seen while DuckDB works on the bulk. Work beyond reading the index is proportional to what changed;
memory is bounded by one group of pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from mscwatch.changes.plan import NewVersion, Plan, PlanContext, is_read, plan, plan_membership
from mscwatch.model import LookupResult, MembershipChange, WatchedTrial
from mscwatch.registry.landing import Landing
from mscwatch.store import derive, load
from mscwatch.store.ledger import enqueue
from mscwatch.store.sql import Connection, insert, row_of
from mscwatch.vocabulary import IndicationGroup, Membership, Relevance

STORED_AT_ONCE = 10_000  # refreshing ctgov has a fixed cost per call, and a group must fit into memory
COMPARED_AT_ONCE = 1_000  # with what was known; each query for it reads the stored records through

RETRACT = """
UPDATE events SET retracted_by = r.retraction
FROM (SELECT unnest(?::VARCHAR[]) AS event_id, unnest(?::VARCHAR[]) AS retraction) AS r
WHERE events.event_id = r.event_id
"""

NEW_READINGS = """
CREATE OR REPLACE TEMP TABLE new_readings (
    nct_id VARCHAR, version_no INTEGER, relevance VARCHAR, relevance_reason VARCHAR, indication_group VARCHAR
)
"""

BACK = """
UPDATE watched SET in_watch = true, standing = 'matched', left_at = NULL, missing_since = NULL
WHERE standing <> 'matched' AND nct_id IN (SELECT nct_id FROM landed)
"""


@dataclass(slots=True)
class RunStamp:
    """What identifies the rows that a night writes."""

    run_id: str
    observed_at: datetime
    data_timestamp: datetime | None


@dataclass(slots=True)
class CommitReport:
    """What a night wrote (`runs.new`, `runs.changed`, `runs.stored`, and the count of events by kind)."""

    new: int = 0
    changed: int = 0
    stored: int = 0
    left: int = 0
    back: int = 0
    events: Counter[str] = field(default_factory=Counter)


def commit_run(
    con: Connection,
    landing: Landing,
    missing: Iterable[tuple[WatchedTrial, LookupResult]],
    circumstances: PlanContext,
    night: RunStamp,
) -> CommitReport:
    """Write everything that a proven reading says, within the caller's transaction.

    A first night alone is committed group by group: a hundred thousand new records in one transaction do not fit into
    memory, and until the run's row says how it ended, none of it is told or published. Killed in between, the next
    night is the first one again, and finds part of its work done.
    `missing` are the trials that the reading lacks, each with what the registry said when asked for it.
    """
    written = CommitReport()
    load.compare(con, landing)
    con.execute(NEW_READINGS)
    with ThreadPoolExecutor(max_workers=1) as bulk:
        for pages in load.groups_of_pages(con, STORED_AT_ONCE):
            compared = load.groups_of_pages(con, COMPARED_AT_ONCE, among=pages, oldest_version=2)
            plans = [plan(load.known_pairs(con, landing, some), circumstances) for some in compared]
            unseen = load.unseen(con, pages)
            # the connection is the worker's until it is done; what was never seen is judged without it
            stored = bulk.submit(load.store_bulk, con, landing, pages, row_of(night))
            try:
                plans += [
                    plan(load.new_pairs(landing, page, unseen), circumstances) for page in pages if unseen
                ]
                stored.result()
            except BaseException:
                con.interrupt()
                raise
            _write(con, _together(plans), night, written)
            _bring_readings(con, night)
            if circumstances.is_baseline:
                con.execute("COMMIT; BEGIN")
    back = con.execute(
        "SELECT nct_id, relevance, indication_group FROM watched "
        "WHERE NOT in_watch AND nct_id IN (SELECT nct_id FROM landed) ORDER BY ALL"
    ).fetchall()
    written.back = len(back)
    planned = plan_membership(missing, back, circumstances)
    _write(con, planned, night, written)
    _depart(con, planned.departures, circumstances.stamp, night)
    con.execute(BACK)
    written.left = sum(departure.membership is not Membership.PENDING for departure in planned.departures)
    load.keep_fingerprints(con, "landed")
    con.execute("DROP TABLE new_readings")
    load.drop(con)
    return written


def watched(con: Connection) -> list[WatchedTrial]:
    """The trials in the watch: each may be missing from tonight's reading."""
    rows = con.execute(
        "SELECT nct_id, relevance, missing_since, indication_group FROM watched WHERE in_watch ORDER BY nct_id"
    ).fetchall()
    return [
        WatchedTrial(nct_id, Relevance(relevance), missing_since, IndicationGroup(group))
        for nct_id, relevance, missing_since, group in rows
    ]


def _together(plans: Sequence[Plan]) -> Plan:
    """What several pages make the warehouse write, as one plan."""
    return Plan(*(tuple(row for one in plans for row in getattr(one, part.name)) for part in fields(Plan)))


def _write(con: Connection, planned: Plan, night: RunStamp, written: CommitReport) -> None:
    insert(con, "new_readings", (_version_row(version) for version in planned.versions))
    derive.replace_therapies(
        con, [(version.therapy, is_read(version.reading)) for version in planned.versions]
    )
    stamp = {"run_id": night.run_id, "observed_at": night.observed_at}
    insert(con, "changes", (row_of(change) for change in planned.changes))
    insert(con, "events", (row_of(event) | stamp for event in planned.events))
    insert(con, "issues", (row_of(issue) | {"run_id": night.run_id} for issue in planned.issues))
    taken_back = [(old, one.event_id) for one in planned.retractions for old in one.retracted_ids]
    if taken_back:
        con.execute(RETRACT, [list(column) for column in zip(*taken_back, strict=True)])
    enqueue(con, planned.deliveries)
    written.stored += len(planned.versions)
    written.new += sum(version.version_no == 1 for version in planned.versions)
    written.changed += sum(version.version_no > 1 for version in planned.versions)
    written.events.update(event.kind.value for event in planned.events)


def _depart(
    con: Connection, departures: Iterable[MembershipChange], stamp: datetime, night: RunStamp
) -> None:
    for departure in departures:
        if departure.membership is Membership.PENDING:
            con.execute(
                "UPDATE watched SET standing = 'pending', missing_since = coalesce(missing_since, ?) "
                "WHERE nct_id = ?",
                [stamp, departure.nct_id],
            )
        else:
            con.execute(
                "UPDATE watched SET in_watch = false, standing = ?, left_at = ? WHERE nct_id = ?",
                [departure.membership, night.observed_at, departure.nct_id],
            )


def _bring_readings(con: Connection, night: RunStamp) -> None:
    """Bring `watched` to what was made of the new versions."""
    derive.update_relevance(con, "new_readings")
    con.execute(
        "INSERT INTO watched BY NAME "
        "SELECT nct_id, true AS in_watch, 'matched' AS standing, ? AS first_seen_at, relevance, "
        "relevance_reason, indication_group FROM new_readings WHERE version_no = 1",
        [night.observed_at],
    )
    con.execute("DELETE FROM new_readings")


def _version_row(version: NewVersion) -> dict[str, Any]:
    return derive.relevance_row(version.nct_id, version.reading) | {"version_no": version.version_no}
