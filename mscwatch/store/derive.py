"""What our rules read from the stored records: relevance in `watched`, and the tables `therapies` and `doses`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from mscwatch.changes import membership
from mscwatch.changes.plan import is_read, read_therapy
from mscwatch.model import Record, Screening
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.judgement import judge
from mscwatch.store import conclusions
from mscwatch.store.sql import Connection, insert, scalar
from mscwatch.therapy import Therapy
from mscwatch.therapy.rows import dose_rows, therapy_row

RECORDS_AT_ONCE = 1_000


def relevance_row(nct_id: str, reading: Screening) -> dict[str, Any]:
    """A screening as columns of `watched`."""
    return {
        "nct_id": nct_id,
        "relevance": reading.relevance,
        "relevance_reason": reading.reason,
        "indication_group": reading.indication_group,
    }


def update_relevance(con: Connection, source: str) -> None:
    """Copy relevance, reason and indication group into `watched` from the table `source`, which has these columns."""
    con.execute(
        "UPDATE watched SET relevance = n.relevance, relevance_reason = n.relevance_reason, "
        f"indication_group = n.indication_group FROM {source} AS n WHERE n.nct_id = watched.nct_id"
    )


def replace_therapies(con: Connection, read: Sequence[tuple[Therapy, bool]]) -> None:
    """Replace the rows of some trials in `therapies` and `doses`; the flag says whether the trial was read at all."""
    if not read:
        return
    ids = [therapy.nct_id for therapy, _ in read]
    for table in ("therapies", "doses"):
        con.execute(f"DELETE FROM {table} WHERE nct_id IN (SELECT unnest(?::VARCHAR[]))", [ids])
    insert(con, "therapies", (therapy_row(therapy, is_read=was_read) for therapy, was_read in read))
    insert(con, "doses", (row for therapy, _ in read for row in dose_rows(therapy)))


def rederive(
    con: Connection,
    rules: str,
    decisions: Decisions,
    only: Sequence[str] | None = None,
) -> int:
    """Read the stored records again with today's rules and decisions, of all trials or `only` some; raises no event.

    Returns how many trials have another relevance, reason or indication group.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE readings AS FROM watched LIMIT 0")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE to_read AS SELECT nct_id FROM watched "
        "WHERE $only IS NULL OR list_contains($only, nct_id)",
        {"only": None if only is None else list(only)},
    )
    total = scalar(con, "SELECT count(*) FROM to_read")
    for start in range(0, total, RECORDS_AT_ONCE):
        records = con.execute(
            "SELECT nct_id, coalesce(plain, record) FROM versions "
            "WHERE valid_to IS NULL AND nct_id IN (FROM to_read) "
            "ORDER BY nct_id LIMIT ? OFFSET ?",
            [RECORDS_AT_ONCE, start],
        ).fetchall()
        readable = [(nct_id, _readable(con, nct_id, record)) for nct_id, record in records]
        _read_records(con, readable, rules, decisions)
    changed = scalar(
        con,
        "SELECT count(*) FROM watched AS w JOIN readings AS r USING (nct_id) "
        "WHERE (w.relevance, w.relevance_reason, w.indication_group) "
        "<> (r.relevance, r.relevance_reason, r.indication_group)",
    )
    update_relevance(con, "readings")
    con.execute("DROP TABLE readings; DROP TABLE to_read")
    conclusions.recompute(con)
    return int(changed)


def _readable(con: Connection, nct_id: str, text: str) -> Record:
    """The record, or for a withheld one its last readable version, as in the run that saw it."""
    record: Record = orjson.loads(text)
    if not membership.is_redacted(record):
        return record
    versions = con.execute(
        "SELECT coalesce(plain, record) FROM versions WHERE nct_id = ? ORDER BY version_no DESC", [nct_id]
    ).fetchall()
    earlier = (orjson.loads(stored) for (stored,) in versions)
    return next((version for version in earlier if not membership.is_redacted(version)), record)


def _read_records(
    con: Connection,
    records: Iterable[tuple[str, Record]],
    rules: str,
    decisions: Decisions,
) -> None:
    readings = [
        (nct_id, record, judge(record, nct_id, rules, decisions), decisions.corrections(nct_id))
        for nct_id, record in records
    ]
    insert(con, "readings", (relevance_row(nct_id, reading) for nct_id, _, reading, _ in readings))
    replace_therapies(
        con,
        [
            (read_therapy(record, reading, corrections), is_read(reading, corrections))
            for _, record, reading, corrections in readings
        ],
    )
