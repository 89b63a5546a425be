"""Landed records in DuckDB: which are fresh, what was stored of them before, and the bulk load of the fresh ones.

The temporary tables `landed` (the landing's index) and `fresh_ids` (trial, page, the number that its new version gets,
and the earliest moment at which that may begin) exist from `compare` to `drop`. A row of table `fingerprints` is
written in the same transaction as the version that it stands for, so a known fingerprint means a stored version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
from msgspec import structs

from mscwatch.model import Address, FetchedTrial, PreviousVersion, RaisedEvent, StoredTrial
from mscwatch.record import parse_record
from mscwatch.record.plain import shallow
from mscwatch.registry.landing import Landed, Landing
from mscwatch.store import ctgov
from mscwatch.store.sql import Connection, reset
from mscwatch.vocabulary import EventKind

LANDED = """
CREATE OR REPLACE TEMP TABLE landed AS SELECT * FROM read_csv(?, header = true, columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', page: 'INTEGER', fingerprint: 'VARCHAR'
})
"""

FRESH_IDS = """
CREATE OR REPLACE TEMP TABLE fresh_ids AS
SELECT l.nct_id, l.page, coalesce(v.version_no, 0) + 1 AS version_no, v.valid_from AS not_before
FROM landed AS l LEFT JOIN versions AS v ON v.nct_id = l.nct_id AND v.valid_to IS NULL
WHERE l.page IS NOT NULL
    AND (v.nct_id IS NULL OR v.content_hash <> l.content_hash OR v.derived_hash <> l.derived_hash)
"""

PAGES = """
read_json($files, format = 'newline_delimited', compression = 'zstd', columns = {
    nct_id: 'VARCHAR', content_hash: 'VARCHAR', derived_hash: 'VARCHAR', record: 'JSON', plain: 'JSON'
})
"""

FRESH_RECORDS = (
    "SELECT nct_id, version_no, coalesce(plain, record)::VARCHAR AS record "
    f"FROM {PAGES} JOIN fresh_ids USING (nct_id)"
)

# Reads the landed files a second time: keeping all the texts in memory costs more. A version never begins before the
# one that it replaces, also where the clock was set back meanwhile.
NEW_VERSIONS = f"""
INSERT INTO versions BY NAME SELECT nct_id, version_no, $run_id AS first_run_id, $observed_at AS observed_at,
    $data_timestamp AS data_timestamp, last_update_posted_date,
    greatest($observed_at, not_before) AS valid_from, NULL AS valid_to, content_hash, derived_hash, record, plain
FROM {PAGES} JOIN (
    SELECT nct_id, version_no, not_before,
        partial_date(r."protocolSection"."statusModule"."lastUpdatePostDateStruct"."date") AS last_update_posted_date
    FROM ctgov_parsed JOIN fresh_ids USING (nct_id, version_no)
) USING (nct_id)
"""


def compare(con: Connection, landing: Landing) -> None:
    """Find the fresh records: those whose hashes differ from the stored version, or that have none."""
    con.execute(LANDED, [str(landing.index)])
    con.execute(FRESH_IDS)


def drop(con: Connection) -> None:
    """Drop the tables that `compare` made."""
    con.execute("DROP TABLE landed; DROP TABLE fresh_ids")


def groups_of_pages(
    con: Connection, most: int, among: Sequence[int] | None = None, oldest_version: int = 1
) -> list[list[int]]:
    """Pages with fresh records, in groups of at most `most` records (or of one page that has more).

    Only records that become version `oldest_version` or a later one count; `among` limits the pages.
    """
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


def unseen(con: Connection, pages: list[int]) -> set[str]:
    """NCT numbers of the trials on some pages that the warehouse has no version of."""
    rows = con.execute(
        "SELECT nct_id FROM fresh_ids WHERE version_no = 1 AND list_contains(?, page)", [pages]
    ).fetchall()
    return {nct_id for (nct_id,) in rows}


def store_bulk(
    con: Connection,
    landing: Landing,
    pages: list[int],
    stamp: Mapping[str, Any],
    tables: Sequence[ctgov.Table] | None = None,
) -> None:
    """Close the versions that some pages replace, insert the new ones, and replace their rows in `ctgov`.

    `stamp` has the columns that all new versions share: `run_id`, `observed_at`, `data_timestamp`. `tables` are those
    of `ctgov` that the new versions touch; if none are given, all.
    """
    con.execute(
        "UPDATE versions SET valid_to = greatest(?, valid_from) WHERE valid_to IS NULL "
        "AND nct_id IN (SELECT nct_id FROM fresh_ids WHERE version_no > 1 AND list_contains(?, page))",
        [stamp["observed_at"], pages],
    )
    files = {"files": [str(landing.page(page)) for page in pages]}
    with ExitStack() as until_filled:
        with _join_sides_as_written(con):
            until_filled.enter_context(ctgov.parsed(con, FRESH_RECORDS, files, tables))
            con.execute(NEW_VERSIONS, {**stamp, **files})
        ctgov.fill(con, tables)


@contextmanager
def _join_sides_as_written(con: Connection) -> Iterator[None]:
    """Keep DuckDB from choosing the sides of a join.

    It estimates 420 records per file, and would hold the content of all files in memory to look up the few fresh ids.
    """
    con.execute("SET disabled_optimizers = 'build_side_probe_side'")
    try:
        yield
    finally:
        reset(con, "disabled_optimizers")


def known_fingerprints(con: Connection) -> dict[str, str]:
    """The NCT number of every stored record by its fingerprint."""
    return dict(con.execute("SELECT fingerprint, nct_id FROM fingerprints").fetchall())


def store_fingerprints(con: Connection, landed: str) -> None:
    """Replace the fingerprints of the landed records; `landed` names a table that has the landing's index."""
    con.execute(
        f"DELETE FROM fingerprints WHERE nct_id IN (SELECT nct_id FROM {landed} WHERE page IS NOT NULL)"
    )
    con.execute(f"INSERT INTO fingerprints SELECT nct_id, fingerprint FROM {landed} WHERE page IS NOT NULL")


KNOWN = """
SELECT v.nct_id, v.version_no, v.content_hash, v.derived_hash, v.record, v.plain, w.in_watch,
    (SELECT count(*) FROM versions AS o JOIN landed AS l USING (nct_id, content_hash)
        WHERE o.nct_id = v.nct_id AND o.version_no > 0)
FROM fresh_ids AS f
JOIN versions AS v ON v.nct_id = f.nct_id AND v.valid_to IS NULL
LEFT JOIN watched AS w ON w.nct_id = f.nct_id
WHERE list_contains(?, f.page)
"""

# For each stored version whose content changed in this run: the version before it, the events that were raised when the
# stored content replaced that one, and the addresses they went to. Versions without a material change are skipped. So
# are those of the registry's own history (numbered from 0 downwards): the outcome of a run must not depend on whether
# that history was read.
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
), grouped AS (
    SELECT nct_id, list([event_id, kind, summary] ORDER BY kind, event_id) AS events FROM raised GROUP BY nct_id
), notified AS (
    SELECT r.nct_id, list(DISTINCT [d.channel, d.recipient]) AS addresses
    FROM raised AS r JOIN deliveries AS d USING (event_id) WHERE d.state <> 'gave_up' GROUP BY r.nct_id
)
SELECT t.nct_id, coalesce(b.plain, b.record), coalesce(grouped.events, []), coalesce(notified.addresses, [])
FROM turn AS t JOIN versions AS b ON b.nct_id = t.nct_id AND b.version_no = t.before_no
LEFT JOIN grouped ON grouped.nct_id = t.nct_id
LEFT JOIN notified ON notified.nct_id = t.nct_id
"""


def known_pairs(
    con: Connection, landing: Landing, pages: list[int]
) -> Iterator[tuple[StoredTrial, FetchedTrial]]:
    """The fresh records of some pages that belong to a known trial, each after what the warehouse holds of it."""
    rows = con.execute(KNOWN, [pages]).fetchall()
    earlier = _earlier(con, pages)
    known = {row[0] for row in rows}
    landed = {  # copied: a record that is a slice of its page would keep the whole page in memory
        entry.nct_id: structs.replace(entry, record=entry.record.copy())
        for page in pages
        for entry in landing.read(page)
        if entry.nct_id in known
    }
    for nct_id, version_no, content, derived, record, plain, in_watch, times in rows:
        before = StoredTrial(
            nct_id,
            version_no,
            content,
            derived,
            bool(in_watch),
            times,
            orjson.loads(plain or record),
            earlier.get(nct_id),
            as_came=shallow(orjson.loads(record)) if plain else None,
        )
        yield before, _fetched(landed[nct_id])


def new_pairs(landing: Landing, page: int, unseen: set[str]) -> Iterator[tuple[None, FetchedTrial]]:
    """The records of a page that belong to the trials `unseen`; needs no database."""
    for entry in landing.read(page):
        if entry.nct_id in unseen:
            yield None, _fetched(entry)


def _earlier(con: Connection, pages: list[int]) -> dict[str, PreviousVersion]:
    return {
        nct_id: PreviousVersion(
            orjson.loads(record),
            tuple(RaisedEvent(event_id, EventKind(kind), summary) for event_id, kind, summary in events),
            tuple(Address(*address) for address in sorted(addresses)),
        )
        for nct_id, record, events, addresses in con.execute(EARLIER, [pages]).fetchall()
    }


def _fetched(entry: Landed) -> FetchedTrial:
    record = parse_record(bytes(entry.record))
    return FetchedTrial(
        entry.nct_id,
        entry.content_hash,
        entry.derived_hash,
        record if entry.plain is None else entry.plain,
        as_came=None if entry.plain is None else shallow(record),
        is_understood=entry.is_understood,
    )
