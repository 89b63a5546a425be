"""By which a record that comes again letter by letter is known without reading it: table `fingerprints`.

A row is written with the version that it stands for, so whoever has one has its version stored.
"""

from __future__ import annotations

import duckdb


def known(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every stored record's fingerprint with its NCT number."""
    return dict(con.execute("SELECT fingerprint, nct_id FROM fingerprints").fetchall())


def keep(con: duckdb.DuckDBPyConnection, landed: str) -> None:
    """Bring the table to what was landed; `landed` names a table that has the landing's index."""
    con.execute(
        f"DELETE FROM fingerprints WHERE nct_id IN (SELECT nct_id FROM {landed} WHERE page IS NOT NULL)"
    )
    con.execute(f"INSERT INTO fingerprints SELECT nct_id, fingerprint FROM {landed} WHERE page IS NOT NULL")
