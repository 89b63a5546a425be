"""A night's transaction (a first night has several): landed pages become versions, events, deliveries, ctgov rows.

Bulk is SQL over the landed files; judgement is `night.plan`, asked only for records whose hashes are new, and of those
that were never seen while DuckDB works on the bulk. Work beyond reading the index is proportional to what changed;
memory is bounded by one group of pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import duckdb
import orjson
from msgspec import structs

from mscwatch import record as records
from mscwatch.model import (
    Address,
    Departure,
    Earlier,
    Kind,
    Known,
    Missing,
    Raised,
    Seen,
    Whereabouts,
)
from mscwatch.night import Circumstances, NewVersion, Plan, is_read, plan, plan_membership
from mscwatch.registry.landing import Landed, Landing
from mscwatch.store import ctgov, fingerprints, readings
from mscwatch.store.ledger import owe
from mscwatch.store.rows import insert, row_of

STORED_AT_ONCE = 10_000  # refreshing ctgov has a fixed cost per call, and a group must fit into memory twice
COMPARED_AT_ONCE = 1_000  # with what was known; each query for it reads the stored records through

# `version_no` is the one that a fresh record gets.
FRESH_IDS = """
CREATE OR REPLACE TEMP TABLE fresh_ids AS
SELECT l.nct_id, l.page, coalesce(v.version_no, 0) + 1 AS version_no
FROM landed AS l LEFT JOIN versions AS v ON v.nct_id = l.nct_id AND v.valid_to IS NULL
WHERE l.page IS NOT NULL
    AND (v.nct_id IS NULL OR v.content_hash <> l.content_hash OR v.derived_hash <> l.derived_hash)
"""

LANDED = """
read_json($files, format = 'newline_delimited', compression = 'zstd', columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', record: 'JSON'
})
"""

FRESH_RECORDS = (
    f"SELECT nct_id, version_no, record::VARCHAR AS record FROM {LANDED} JOIN fresh_ids USING (nct_id)"
)

KNOWN = """
SELECT v.nct_id, v.version_no, v.content_hash, v.derived_hash, v.record, w.in_watch,
    (SELECT count(*) FROM versions AS o JOIN landed AS l USING (nct_id, content_hash)
        WHERE o.nct_id = v.nct_id AND o.version_no > 0)
FROM fresh_ids AS f
JOIN versions AS v ON v.nct_id = f.nct_id AND v.valid_to IS NULL
LEFT JOIN watched AS w ON w.nct_id = f.nct_id
WHERE list_contains(?, f.page)
"""

# The version before each known one that changed in content tonight, the events that were raised when the known content
# replaced it, and who was told. Versions in which nothing material moved are passed over, and so are those of the
# registry's own history (from 0 backwards): what a night makes of a record must not depend on whether that was read.
EARLIER = """
WITH moved AS (
    SELECT f.nct_id, v.version_no
    FROM fresh_ids AS f
    JOIN landed AS l ON l.nct_id = f.nct_id
    JOIN versions AS v ON v.nct_id = f.nct_id AND v.valid_to IS NULL
    WHERE list_contains(?, f.page) AND v.content_hash <> l.content_hash
), turn AS (
    SELECT m.nct_id, m.version_no AS until_no, max(c.to_version) AS since_no,
        arg_max(c.from_version, c.to_version) AS before_no
    FROM moved AS m JOIN changes AS c ON c.nct_id = m.nct_id
    WHERE c.from_version > 0 AND c.is_material AND NOT starts_with(c.path, 'protocolSection.statusModule.lastUpdate')
        AND c.path <> 'protocolSection.statusModule.statusVerifiedDate'
    GROUP BY m.nct_id, m.version_no
), raised AS (
    SELECT t.nct_id, e.event_id, e.kind, e.summary
    FROM turn AS t
    JOIN versions AS v ON v.nct_id = t.nct_id AND v.version_no BETWEEN t.since_no AND t.until_no
    JOIN events AS e ON e.nct_id = v.nct_id AND e.run_id = v.first_run_id
    WHERE NOT e.is_baseline
        AND e.field <> 'protocolSection.identificationModule.nctId'
), said AS (
    SELECT nct_id, list([event_id, kind, summary] ORDER BY kind, event_id) AS events FROM raised GROUP BY nct_id
), heard AS (
    SELECT r.nct_id, list(DISTINCT [d.channel, d.recipient]) AS told
    FROM raised AS r JOIN deliveries AS d USING (event_id) WHERE d.state <> 'gave_up' GROUP BY r.nct_id
)
SELECT t.nct_id, b.record, coalesce(said.events, []), coalesce(heard.told, [])
FROM turn AS t JOIN versions AS b ON b.nct_id = t.nct_id AND b.version_no = t.before_no
LEFT JOIN said ON said.nct_id = t.nct_id
LEFT JOIN heard ON heard.nct_id = t.nct_id
"""

RETRACT = """
UPDATE events SET retracted_by = r.retraction
FROM (SELECT unnest(?::VARCHAR[]) AS event_id, unnest(?::VARCHAR[]) AS retraction) AS r
WHERE events.event_id = r.event_id
"""

# The files are read a second time: to keep so many texts in memory costs more.
NEW_VERSIONS = f"""
INSERT INTO versions BY NAME SELECT nct_id, version_no, $run_id AS first_run_id, $observed_at AS observed_at,
    $data_timestamp AS data_timestamp, last_update_posted_date, $observed_at AS valid_from, NULL AS valid_to,
    content_hash, derived_hash, record
FROM {LANDED} JOIN (
    SELECT nct_id, version_no,
        partial_date(r."protocolSection"."statusModule"."lastUpdatePostDateStruct"."date") AS last_update_posted_date
    FROM ctgov_parsed
) USING (nct_id)
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
class Night:
    """What identifies the rows that a night writes."""

    run_id: str
    observed_at: datetime
    data_timestamp: datetime | None


@dataclass(slots=True)
class Written:
    """What a night wrote (`runs.new`, `runs.changed`, `runs.stored`, and the count of events by kind)."""

    new: int = 0
    changed: int = 0
    stored: int = 0
    left: int = 0
    back: int = 0
    events: Counter[str] = field(default_factory=Counter)


def commit_night(
    con: duckdb.DuckDBPyConnection,
    landing: Landing,
    missing: Iterable[tuple[Missing, Whereabouts]],
    circumstances: Circumstances,
    night: Night,
) -> Written:
    """Write everything that a proven reading says, within the caller's transaction.

    A first night alone is committed group by group: a hundred thousand new records in one transaction do not fit into
    memory, and until the run's row says how it ended, none of it is told or published. Killed in between, the next
    night is the first one again, and finds part of its work done.
    `missing` are the trials that the reading lacks, each with what the registry said when asked for it.
    """
    written = Written()
    _compare_hashes(con, landing)
    con.execute(NEW_READINGS)
    with ThreadPoolExecutor(max_workers=1) as bulk:
        for pages in _groups_of_pages(con, STORED_AT_ONCE):
            compared = _groups_of_pages(con, COMPARED_AT_ONCE, among=pages, oldest_version=2)
            plans = [plan(_known(con, landing, some), circumstances) for some in compared]
            unseen = _unseen(con, pages)
            # the connection is the worker's until it is done; what was never seen is judged without it
            stored = bulk.submit(_store, con, landing, pages, night)
            try:
                plans += [plan(_first_seen(landing, page, unseen), circumstances) for page in pages if unseen]
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
    written.left = sum(departure.standing != "pending" for departure in planned.departures)
    fingerprints.keep(con, "landed")
    con.execute("DROP TABLE landed; DROP TABLE fresh_ids; DROP TABLE new_readings")
    return written


def missing_trials(con: duckdb.DuckDBPyConnection, landing: Landing) -> tuple[int, list[Missing]]:
    """How many trials are in the watch, and which of them a landed reading lacks."""
    rows = con.execute(
        "SELECT nct_id, relevance, missing_since, indication_group FROM watched WHERE in_watch ORDER BY nct_id"
    ).fetchall()
    return len(rows), [Missing(*row) for row in rows if row[0] not in landing.ids]


def _compare_hashes(con: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE landed AS SELECT * FROM read_csv(?, header = true, columns = {"
        "nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', page: 'INTEGER', "
        "fingerprint: 'VARCHAR'})",
        [str(landing.index)],
    )
    con.execute(FRESH_IDS)


def _groups_of_pages(
    con: duckdb.DuckDBPyConnection, most: int, among: Sequence[int] | None = None, oldest_version: int = 1
) -> list[list[int]]:
    """The pages that hold anything fresh (of that version or a later one), `most` records at once or a single page."""
    groups: list[list[int]] = []
    room = 0
    for page, count in con.execute(
        "SELECT page, count(*) FROM fresh_ids WHERE version_no >= $oldest "
        "AND ($among IS NULL OR list_contains($among, page)) GROUP BY page ORDER BY page",
        {"oldest": oldest_version, "among": among},
    ).fetchall():
        if count > room:
            groups.append([])
            room = most
        groups[-1].append(page)
        room -= count
    return groups


def _known(
    con: duckdb.DuckDBPyConnection, landing: Landing, pages: list[int]
) -> Iterator[tuple[Known | None, Seen]]:
    """The fresh records of some pages that are versions of a known trial, each with what was known."""
    rows = con.execute(KNOWN, [pages]).fetchall()
    earlier = _earlier(con, pages)
    wanted = {row[0] for row in rows}
    seen = {  # copied, lest each keep its whole page in memory
        one.nct_id: structs.replace(one, record=one.record.copy())
        for page in pages
        for one in landing.read(page)
        if one.nct_id in wanted
    }
    for nct_id, version_no, content, derived, record, in_watch, times in rows:
        known = Known(
            nct_id,
            version_no,
            content,
            derived,
            bool(in_watch),
            times,
            orjson.loads(record),
            earlier.get(nct_id),
        )
        yield known, _seen(seen[nct_id])


def _unseen(con: duckdb.DuckDBPyConnection, pages: list[int]) -> set[str]:
    """Which fresh records of some pages are of trials that were never seen."""
    rows = con.execute(
        "SELECT nct_id FROM fresh_ids WHERE version_no = 1 AND list_contains(?, page)", [pages]
    ).fetchall()
    return {nct_id for (nct_id,) in rows}


def _first_seen(landing: Landing, page: int, unseen: set[str]) -> Iterator[tuple[None, Seen]]:
    for one in landing.read(page):
        if one.nct_id in unseen:
            yield None, _seen(one)


def _seen(one: Landed) -> Seen:
    return Seen(one.nct_id, one.content_hash, one.derived_hash, records.read(bytes(one.record)))


def _together(plans: Sequence[Plan]) -> Plan:
    """What several pages make the warehouse write, as one plan."""
    return Plan(*(tuple(row for one in plans for row in getattr(one, part.name)) for part in fields(Plan)))


def _earlier(con: duckdb.DuckDBPyConnection, pages: list[int]) -> dict[str, Earlier]:
    return {
        nct_id: Earlier(
            orjson.loads(record),
            tuple(Raised(event_id, Kind(kind), summary) for event_id, kind, summary in events),
            tuple(Address(*address) for address in sorted(told)),
        )
        for nct_id, record, events, told in con.execute(EARLIER, [pages]).fetchall()
    }


def _write(con: duckdb.DuckDBPyConnection, planned: Plan, night: Night, written: Written) -> None:
    insert(con, "new_readings", (_version_row(version) for version in planned.versions))
    readings.replace_therapies(
        con, [(version.therapy, is_read(version.reading)) for version in planned.versions]
    )
    stamp = {"run_id": night.run_id, "observed_at": night.observed_at}
    insert(con, "changes", (row_of(change) for change in planned.changes))
    insert(con, "events", (row_of(event) | stamp for event in planned.events))
    insert(con, "issues", (row_of(issue) | {"run_id": night.run_id} for issue in planned.issues))
    taken_back = [(old, one.event_id) for one in planned.retractions for old in one.taken_back]
    if taken_back:
        con.execute(RETRACT, [list(column) for column in zip(*taken_back, strict=True)])
    owe(con, planned.deliveries)
    written.stored += len(planned.versions)
    written.new += sum(version.version_no == 1 for version in planned.versions)
    written.changed += sum(version.version_no > 1 for version in planned.versions)
    written.events.update(event.kind.value for event in planned.events)


def _depart(
    con: duckdb.DuckDBPyConnection, departures: Iterable[Departure], stamp: datetime, night: Night
) -> None:
    for departure in departures:
        if departure.standing == "pending":
            con.execute(
                "UPDATE watched SET standing = 'pending', missing_since = coalesce(missing_since, ?) "
                "WHERE nct_id = ?",
                [stamp, departure.nct_id],
            )
        else:
            con.execute(
                "UPDATE watched SET in_watch = false, standing = ?, left_at = ? WHERE nct_id = ?",
                [departure.standing, night.observed_at, departure.nct_id],
            )


def _store(con: duckdb.DuckDBPyConnection, landing: Landing, pages: list[int], night: Night) -> None:
    """Close the versions that some pages replace, add the new ones, and bring `ctgov` to them."""
    con.execute(
        "UPDATE versions SET valid_to = ? WHERE valid_to IS NULL "
        "AND nct_id IN (SELECT nct_id FROM fresh_ids WHERE version_no > 1 AND list_contains(?, page))",
        [night.observed_at, pages],
    )
    files = {"files": [str(landing.page(page)) for page in pages]}
    # DuckDB takes a file for 420 records, and would keep all that is in it to look the few up that it is joined with
    con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    with ctgov.parsed(con, FRESH_RECORDS, files):
        con.execute(NEW_VERSIONS, row_of(night) | files)
        con.execute("RESET disabled_optimizers")
        ctgov.fill(con)


def _bring_readings(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Bring `watched` to what was made of the new versions."""
    readings.update_relevance(con, "new_readings")
    con.execute(
        "INSERT INTO watched BY NAME "
        "SELECT nct_id, true AS in_watch, 'matched' AS standing, ? AS first_seen_at, relevance, "
        "relevance_reason, indication_group FROM new_readings WHERE version_no = 1",
        [night.observed_at],
    )
    con.execute("DELETE FROM new_readings")


def _version_row(version: NewVersion) -> dict[str, Any]:
    return readings.relevance_row(version.nct_id, version.reading) | {"version_no": version.version_no}
