"""What `night.plan` is asked about: each fresh record with what was known of its trial."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import orjson
from msgspec import structs

from mscwatch import record as records
from mscwatch.model import Address, Earlier, Kind, Known, Raised, Seen
from mscwatch.registry.landing import Landed, Landing

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


def known(con: duckdb.DuckDBPyConnection, landing: Landing, pages: list[int]) -> Iterator[tuple[Known, Seen]]:
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
        before = Known(
            nct_id,
            version_no,
            content,
            derived,
            bool(in_watch),
            times,
            orjson.loads(record),
            earlier.get(nct_id),
        )
        yield before, _seen(seen[nct_id])


def first_seen(landing: Landing, page: int, unseen: set[str]) -> Iterator[tuple[None, Seen]]:
    """The records of a page that are of trials never seen before; asks no database."""
    for one in landing.read(page):
        if one.nct_id in unseen:
            yield None, _seen(one)


def _earlier(con: duckdb.DuckDBPyConnection, pages: list[int]) -> dict[str, Earlier]:
    return {
        nct_id: Earlier(
            orjson.loads(record),
            tuple(Raised(event_id, Kind(kind), summary) for event_id, kind, summary in events),
            tuple(Address(*address) for address in sorted(told)),
        )
        for nct_id, record, events, told in con.execute(EARLIER, [pages]).fetchall()
    }


def _seen(one: Landed) -> Seen:
    return Seen(one.nct_id, one.content_hash, one.derived_hash, records.read(bytes(one.record)))
