"""The transaction of a run (a first run has several): landed pages become versions, events, deliveries, ctgov rows.

SQL over the landed files loads the bulk. `changes.plan` decides what happened, only for records whose hashes are new;
records of unseen trials are planned while DuckDB loads. Beyond reading the index, the work is proportional to what
changed; memory is bounded by one group of pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from mscwatch.changes.plan import Plan, PlanContext, merged, plan, plan_membership
from mscwatch.model import FetchedTrial, LookupResult, MembershipChange, StoredTrial, WatchedTrial
from mscwatch.registry.landing import Landing
from mscwatch.store import derive, load
from mscwatch.store.ledger import enqueue
from mscwatch.store.sql import Connection, insert, row_of
from mscwatch.store.touched import changed_fields, tables_that_read
from mscwatch.vocabulary import Area, IndicationGroup, Membership, Relevance

STORED_AT_ONCE = 10_000  # refreshing ctgov has a fixed cost per call, and a group must fit into memory
COMPARED_AT_ONCE = 1_000  # with their stored versions; each query for those scans all stored records

# As `changes.plan.area_treated` has it, of the columns of `therapies AS c`.
AREA = "coalesce(c.area, CASE WHEN c.indication_group <> 'none' THEN 'liver' END)"

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
    """What the rows that a run writes have in common."""

    run_id: str
    observed_at: datetime
    data_timestamp: datetime | None


@dataclass(slots=True)
class CommitReport:
    """What a run wrote: `runs.new`, `runs.changed`, `runs.stored`, trials that left or came back, events by kind."""

    new: int = 0
    changed: int = 0
    stored: int = 0
    left: int = 0
    back: int = 0
    events: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)  # trials on whose record the rules failed


def commit_run(
    con: Connection,
    landing: Landing,
    missing: Iterable[tuple[WatchedTrial, LookupResult]],
    context: PlanContext,
    stamp: RunStamp,
) -> CommitReport:
    """Write everything that follows from a proven sweep, within the caller's transaction.

    `missing` are the watched trials that the sweep lacks, each with the registry's answer about it.
    Only a first run is committed group by group, as a hundred thousand new records in one transaction do not fit into
    memory; the caller commits the last group with the rest. None of it is sent or published until the run's row says
    how it ended. When it is killed in between, the next run is a first run again and finds part of the work done.
    """
    written = CommitReport()
    load.compare(con, landing)
    con.execute(NEW_READINGS)
    groups = load.groups_of_pages(con, STORED_AT_ONCE)
    with ThreadPoolExecutor(max_workers=1) as bulk:
        for pages in groups:
            compared = load.groups_of_pages(con, COMPARED_AT_ONCE, among=pages, oldest_version=2)
            fields: set[str] = set()
            plans = [
                plan(_noting(load.known_pairs(con, landing, some), fields), context) for some in compared
            ]
            unseen = load.unseen(con, pages)
            tables = None if unseen else tables_that_read(fields)
            # until the worker is done the connection is its own; planning unseen trials needs none
            stored = bulk.submit(load.store_bulk, con, landing, pages, row_of(stamp), tables)
            try:
                plans += [plan(load.new_pairs(landing, page, unseen), context) for page in pages if unseen]
                stored.result()
            except BaseException:
                con.interrupt()
                raise
            _write(con, merged(plans), stamp, written)
            _update_watched(con, stamp)
            if context.is_baseline and pages is not groups[-1]:
                con.execute("COMMIT; BEGIN")
    back = con.execute(
        f"SELECT nct_id, relevance, w.indication_group, {AREA} FROM watched AS w "
        "LEFT JOIN therapies AS c USING (nct_id) "
        "WHERE NOT in_watch AND nct_id IN (SELECT nct_id FROM landed) ORDER BY ALL"
    ).fetchall()
    written.back = len(back)
    planned = plan_membership(missing, back, context)
    _write(con, planned, stamp, written)
    _update_membership(con, planned.memberships, context.stamp, stamp)
    con.execute(BACK)
    written.left = sum(departure.membership is not Membership.PENDING for departure in planned.memberships)
    load.store_fingerprints(con, "landed")
    con.execute("DROP TABLE new_readings")
    load.drop(con)
    return written


def _noting(
    pairs: Iterable[tuple[StoredTrial, FetchedTrial]], fields: set[str]
) -> Iterator[tuple[StoredTrial, FetchedTrial]]:
    """The pairs as they come; the fields in which the two records of one differ are added to `fields`."""
    for stored, fetched in pairs:
        fields.update(changed_fields(stored.record, fetched.record))
        yield stored, fetched


def watched(con: Connection) -> list[WatchedTrial]:
    """The trials that are in the watch, by NCT number."""
    rows = con.execute(
        f"SELECT nct_id, relevance, missing_since, w.indication_group, {AREA} FROM watched AS w "
        "LEFT JOIN therapies AS c USING (nct_id) WHERE in_watch ORDER BY nct_id"
    ).fetchall()
    return [
        WatchedTrial(
            nct_id, Relevance(relevance), missing_since, IndicationGroup(group), Area(area) if area else None
        )
        for nct_id, relevance, missing_since, group, area in rows
    ]


def _write(con: Connection, planned: Plan, run: RunStamp, written: CommitReport) -> None:
    readings = (
        derive.relevance_row(version.nct_id, version.screening) | {"version_no": version.version_no}
        for version in planned.versions
    )
    insert(con, "new_readings", readings)
    derive.replace_therapies(con, [(version.therapy, version.is_read) for version in planned.versions])
    stamp = {"run_id": run.run_id, "observed_at": run.observed_at}
    insert(con, "changes", (row_of(change) for change in planned.changes))
    insert(con, "events", (row_of(event) | stamp for event in planned.events))
    insert(con, "issues", (row_of(issue) | {"run_id": run.run_id} for issue in planned.issues))
    taken_back = [
        (event_id, retraction.event_id)
        for retraction in planned.retractions
        for event_id in retraction.retracted_ids
    ]
    if taken_back:
        con.execute(RETRACT, [list(column) for column in zip(*taken_back, strict=True)])
    enqueue(con, planned.deliveries)
    written.failures.update(planned.failures)
    written.stored += len(planned.versions)
    written.new += sum(version.version_no == 1 for version in planned.versions)
    written.changed += sum(version.version_no > 1 for version in planned.versions)
    written.events.update(event.kind.value for event in planned.events)


def _update_membership(
    con: Connection, departures: Iterable[MembershipChange], missing_since: datetime, run: RunStamp
) -> None:
    for departure in departures:
        if departure.membership is Membership.PENDING:
            con.execute(
                "UPDATE watched SET standing = 'pending', missing_since = coalesce(missing_since, ?) "
                "WHERE nct_id = ?",
                [missing_since, departure.nct_id],
            )
        else:
            con.execute(
                "UPDATE watched SET in_watch = false, standing = ?, left_at = ? WHERE nct_id = ?",
                [departure.membership, run.observed_at, departure.nct_id],
            )


def _update_watched(con: Connection, run: RunStamp) -> None:
    """Copy what was read from the new versions into `watched`, and add the trials that are new."""
    derive.update_relevance(con, "new_readings")
    con.execute(
        "INSERT INTO watched BY NAME "
        "SELECT nct_id, true AS in_watch, 'matched' AS standing, ? AS first_seen_at, relevance, "
        "relevance_reason, indication_group FROM new_readings WHERE version_no = 1",
        [run.observed_at],
    )
    con.execute("DELETE FROM new_readings")
