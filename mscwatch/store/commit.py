"""The night's one transaction: landed pages become versions, changes, events, owed deliveries and ctgov rows.

Bulk is SQL over the landed files; judgement is `night.plan`, asked only for records whose hashes are new. Work
beyond reading the index is proportional to what changed; memory is bounded by one group of pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import orjson

from mscwatch.model import Delivery, Known, NewVersion, Notice, Plan, Seen
from mscwatch.night import Circumstances, plan
from mscwatch.registry.landing import Landing
from mscwatch.store import ctgov
from mscwatch.store.rows import insert, scalar

PAGES_AT_ONCE = 20  # refreshing ctgov has a fixed cost per call, so few large groups
RECORDS_AT_ONCE = 1_000

READ_PAGES = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT row_number() OVER () AS n, nct_id, content_hash, derived_hash, record::VARCHAR AS record
FROM read_json(?, format = 'newline_delimited', compression = 'zstd', columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', record: 'JSON'
})
WHERE nct_id IN (SELECT nct_id FROM fresh_ids)
"""

PAIRS = """
SELECT f.nct_id, f.content_hash, f.derived_hash, f.record,
    v.version_no, v.content_hash, v.derived_hash, v.record, w.in_watch,
    (SELECT count(*) FROM versions AS o WHERE o.nct_id = f.nct_id AND o.content_hash = f.content_hash)
FROM fresh AS f
LEFT JOIN versions AS v ON v.nct_id = f.nct_id AND v.valid_to IS NULL
LEFT JOIN watched AS w ON w.nct_id = f.nct_id
WHERE f.n > ? AND f.n <= ?
ORDER BY f.nct_id
"""


NEW_VERSIONS = """
CREATE OR REPLACE TEMP TABLE new_versions (
    nct_id VARCHAR, version_no INTEGER, relevance VARCHAR, relevance_reason VARCHAR, indication_group VARCHAR
)
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
    events: Counter[str] = field(default_factory=Counter)


def commit_night(
    con: duckdb.DuckDBPyConnection, landing: Landing, circumstances: Circumstances, night: Night
) -> Written:
    """Write everything that a proven reading says, within the caller's transaction."""
    written = Written()
    _compare_hashes(con, landing)
    con.execute(NEW_VERSIONS)
    for pages in _groups_of_pages(con, landing):
        con.execute(READ_PAGES, [pages])
        count = scalar(con, "SELECT count(*) FROM fresh")
        for start in range(0, count, RECORDS_AT_ONCE):
            pairs = _pairs(con, start, start + RECORDS_AT_ONCE)
            _write(con, plan(pairs, circumstances), night, written)
        _write_versions(con, night)
        con.execute("DROP TABLE fresh; DELETE FROM new_versions")
    con.execute(
        "UPDATE watched SET in_watch = true, left_at = NULL "
        "WHERE NOT in_watch AND nct_id IN (SELECT nct_id FROM landed)"
    )
    con.execute("DROP TABLE landed; DROP TABLE fresh_ids; DROP TABLE new_versions")
    return written


def missing_ids(con: duckdb.DuckDBPyConnection, landing: Landing) -> tuple[int, list[str]]:
    """How many trials are in the watch, and which of them a landed reading lacks."""
    rows = con.execute("SELECT nct_id FROM watched WHERE in_watch ORDER BY nct_id").fetchall()
    return len(rows), [nct_id for (nct_id,) in rows if nct_id not in landing.ids]


def owe_notice(
    con: duckdb.DuckDBPyConnection, notice: Notice, run_id: str, circumstances: Circumstances
) -> None:
    """Record a notice once, owed to every address."""
    if scalar(con, "SELECT 1 FROM notices WHERE notice_id = ?", [notice.notice_id]):
        return
    insert(con, "notices", [asdict(notice) | {"run_id": run_id}])
    _owe(con, (Delivery(notice.notice_id, address) for address in circumstances.addresses))


def _compare_hashes(con: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE landed AS SELECT * FROM read_csv(?, header = true, columns = {"
        "nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', page: 'INTEGER'})",
        [str(landing.index)],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE fresh_ids AS SELECT l.nct_id, l.page FROM landed AS l "
        "LEFT JOIN versions AS v ON v.nct_id = l.nct_id AND v.valid_to IS NULL "
        "WHERE v.nct_id IS NULL OR v.content_hash <> l.content_hash OR v.derived_hash <> l.derived_hash"
    )


def _groups_of_pages(con: duckdb.DuckDBPyConnection, landing: Landing) -> Iterator[list[str]]:
    """The landed files that hold anything fresh, a few at a time."""
    numbers = [row[0] for row in con.execute("SELECT DISTINCT page FROM fresh_ids ORDER BY page").fetchall()]
    for start in range(0, len(numbers), PAGES_AT_ONCE):
        yield [str(landing.page(number)) for number in numbers[start : start + PAGES_AT_ONCE]]


def _pairs(con: duckdb.DuckDBPyConnection, after: int, until: int) -> Iterator[tuple[Known | None, Seen]]:
    for row in con.execute(PAIRS, [after, until]).fetchall():
        (
            nct_id,
            content,
            derived,
            record,
            version_no,
            old_content,
            old_derived,
            old_record,
            in_watch,
            times,
        ) = row
        seen = Seen(nct_id, content, derived, orjson.loads(record))
        known = None
        if version_no is not None:
            known = Known(
                nct_id, version_no, old_content, old_derived, bool(in_watch), times, orjson.loads(old_record)
            )
        yield known, seen


def _write(con: duckdb.DuckDBPyConnection, planned: Plan, night: Night, written: Written) -> None:
    insert(con, "new_versions", (_version_row(version) for version in planned.versions))
    stamp = {"run_id": night.run_id, "observed_at": night.observed_at}
    insert(con, "changes", (asdict(change) for change in planned.changes))
    insert(con, "events", (asdict(event) | stamp for event in planned.events))
    insert(con, "issues", (asdict(issue) | {"run_id": night.run_id} for issue in planned.issues))
    _owe(con, planned.deliveries)
    written.stored += len(planned.versions)
    written.new += sum(version.version_no == 1 for version in planned.versions)
    written.changed += sum(version.version_no > 1 for version in planned.versions)
    written.events.update(event.kind.value for event in planned.events)


def _write_versions(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Close the versions that were current, add the new ones, and bring `watched` and `ctgov` to them."""
    con.execute("CREATE OR REPLACE TEMP TABLE current_records AS SELECT nct_id, record FROM fresh")
    ctgov.refresh(con, "current_records")
    con.execute(
        "UPDATE versions SET valid_to = ? "
        "WHERE valid_to IS NULL AND nct_id IN (SELECT nct_id FROM new_versions WHERE version_no > 1)",
        [night.observed_at],
    )
    con.execute(
        "INSERT INTO versions BY NAME SELECT n.nct_id, n.version_no, ? AS first_run_id, ? AS observed_at, "
        "? AS data_timestamp, s.last_update_posted_date, ? AS valid_from, NULL AS valid_to, "
        "f.content_hash, f.derived_hash, f.record "
        "FROM new_versions AS n JOIN fresh AS f USING (nct_id) JOIN ctgov.studies AS s USING (nct_id)",
        [night.run_id, night.observed_at, night.data_timestamp, night.observed_at],
    )
    con.execute(
        "UPDATE watched SET relevance = n.relevance, relevance_reason = n.relevance_reason, "
        "indication_group = n.indication_group FROM new_versions AS n WHERE n.nct_id = watched.nct_id"
    )
    con.execute(
        "INSERT INTO watched BY NAME SELECT nct_id, true AS in_watch, ? AS first_seen_at, relevance, "
        "relevance_reason, indication_group FROM new_versions WHERE version_no = 1",
        [night.observed_at],
    )
    con.execute("DROP TABLE current_records")


def _version_row(version: NewVersion) -> dict[str, Any]:
    return {
        "nct_id": version.nct_id,
        "version_no": version.version_no,
        "relevance": version.reading.relevance,
        "relevance_reason": version.reading.reason,
        "indication_group": version.reading.indication_group,
    }


def _owe(con: duckdb.DuckDBPyConnection, deliveries: Iterable[Delivery]) -> None:
    insert(
        con,
        "deliveries",
        (
            {
                "event_id": delivery.event_id,
                "channel": delivery.address.channel,
                "recipient": delivery.address.recipient,
                "state": "owed",
            }
            for delivery in deliveries
        ),
    )
