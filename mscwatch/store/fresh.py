"""What a walk landed, in DuckDB: which of it is fresh, and its bulk stored as versions and registry's tables.

The temporary tables `landed` (the landing's index) and `fresh_ids` (trial, page, and the number that its version gets)
are there from `compare` to `forget`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from mscwatch.registry.landing import Landing
from mscwatch.store import ctgov

LANDED = """
CREATE OR REPLACE TEMP TABLE landed AS SELECT * FROM read_csv(?, header = true, columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', page: 'INTEGER', fingerprint: 'VARCHAR'
})
"""

FRESH_IDS = """
CREATE OR REPLACE TEMP TABLE fresh_ids AS
SELECT l.nct_id, l.page, coalesce(v.version_no, 0) + 1 AS version_no
FROM landed AS l LEFT JOIN versions AS v ON v.nct_id = l.nct_id AND v.valid_to IS NULL
WHERE l.page IS NOT NULL
    AND (v.nct_id IS NULL OR v.content_hash <> l.content_hash OR v.derived_hash <> l.derived_hash)
"""

PAGES = """
read_json($files, format = 'newline_delimited', compression = 'zstd', columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', record: 'JSON'
})
"""

FRESH_RECORDS = (
    f"SELECT nct_id, version_no, record::VARCHAR AS record FROM {PAGES} JOIN fresh_ids USING (nct_id)"
)

# The files are read a second time: to keep so many texts in memory costs more.
NEW_VERSIONS = f"""
INSERT INTO versions BY NAME SELECT nct_id, version_no, $run_id AS first_run_id, $observed_at AS observed_at,
    $data_timestamp AS data_timestamp, last_update_posted_date, $observed_at AS valid_from, NULL AS valid_to,
    content_hash, derived_hash, record
FROM {PAGES} JOIN (
    SELECT nct_id, version_no,
        partial_date(r."protocolSection"."statusModule"."lastUpdatePostDateStruct"."date") AS last_update_posted_date
    FROM ctgov_parsed
) USING (nct_id)
"""


def compare(con: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Look which landed records are not stored as they are."""
    con.execute(LANDED, [str(landing.index)])
    con.execute(FRESH_IDS)


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what `compare` made."""
    con.execute("DROP TABLE landed; DROP TABLE fresh_ids")


def groups_of_pages(
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


def unseen(con: duckdb.DuckDBPyConnection, pages: list[int]) -> set[str]:
    """Which fresh records of some pages are of trials that were never seen."""
    rows = con.execute(
        "SELECT nct_id FROM fresh_ids WHERE version_no = 1 AND list_contains(?, page)", [pages]
    ).fetchall()
    return {nct_id for (nct_id,) in rows}


def store(
    con: duckdb.DuckDBPyConnection, landing: Landing, pages: list[int], night: Mapping[str, Any]
) -> None:
    """Close the versions that some pages replace, add the new ones, and bring `ctgov` to them.

    `night` has what every new version bears: `run_id`, `observed_at`, `data_timestamp`.
    """
    con.execute(
        "UPDATE versions SET valid_to = ? WHERE valid_to IS NULL "
        "AND nct_id IN (SELECT nct_id FROM fresh_ids WHERE version_no > 1 AND list_contains(?, page))",
        [night["observed_at"], pages],
    )
    files = {"files": [str(landing.page(page)) for page in pages]}
    # DuckDB takes a file for 420 records, and would keep all that is in it to look the few up that it is joined with
    con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    with ctgov.parsed(con, FRESH_RECORDS, files):
        con.execute(NEW_VERSIONS, {**night, **files})
        con.execute("RESET disabled_optimizers")
        ctgov.fill(con)
