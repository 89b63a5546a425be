"""The column `versions.plain`: stored records made plain again, when an upgrade changed how that is done."""

from __future__ import annotations

import orjson

from mscwatch.record.plain import plain_record
from mscwatch.store.sql import Connection, insert, scalar

RECORDS_AT_ONCE = 1_000


def make_plain_again(con: Connection) -> None:
    """Fill `versions.plain` of every version anew, within the caller's transaction."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE plain_again AS SELECT nct_id, version_no, plain FROM versions LIMIT 0"
    )
    for start in range(0, scalar(con, "SELECT count(*) FROM versions"), RECORDS_AT_ONCE):
        stored = con.execute(
            "SELECT nct_id, version_no, record FROM versions ORDER BY nct_id, version_no LIMIT ? OFFSET ?",
            [RECORDS_AT_ONCE, start],
        ).fetchall()
        read = ((nct_id, version_no, plain_record(orjson.loads(text))) for nct_id, version_no, text in stored)
        rows = (
            {"nct_id": nct_id, "version_no": version_no, "plain": found.record}
            for nct_id, version_no, found in read
            if found.differs
        )
        insert(con, "plain_again", rows)
    con.execute("UPDATE versions SET plain = NULL WHERE plain IS NOT NULL")
    con.execute(
        "UPDATE versions SET plain = again.plain FROM plain_again AS again "
        "WHERE versions.nct_id = again.nct_id AND versions.version_no = again.version_no"
    )
    con.execute("DROP TABLE plain_again")
