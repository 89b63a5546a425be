"""The rows of a warehouse file in a new one, whose tables, views and macros are this package's own.

Nothing else of the old file is taken over: no view, macro, index or comment. So what somebody else wrote into a backup
is never executed, and what is damaged outside the tables is left behind.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from mscwatch.errors import WarehouseError
from mscwatch.store import schema, working
from mscwatch.store.sql import CONFIG, Connection, first_line, quoted, scalar

# Facts that do not hold for the new file: without them, opening makes anew what is derived.
DERIVED = ("definitions", "ctgov_mapping", "rewrite")


def copy_rows(source: Path, fresh: Path, memory_limit: str = "500MB") -> None:
    """Write the rows of every known table of `source` into the new file `fresh`, in the schema version of `source`.

    The next opening migrates it, and derives `ctgov`, seeds, views, macros and comments. Raises `WarehouseError` when
    `source` has a newer schema, lacks a table, or has rows that do not fit; `fresh` is then of no use.
    """
    con = duckdb.connect(config=CONFIG)
    try:
        con.execute("SET memory_limit = ?", [memory_limit])
        con.execute("SET temp_directory = ?", [str(fresh.with_name("spill"))])
        working.remove_log(fresh)
        working.attach(con, fresh, "fresh")
        con.execute(f"ATTACH {quoted(source)} AS source (READ_ONLY)")
        # A view or a generated column may read no other file.
        con.execute("SET enable_external_access = false")
        con.execute("USE fresh")
        schema.apply_schema(con, until=_schema_version(con, source))
        given = _columns(con, "source")
        for table, columns in _columns(con, "fresh").items():
            if table not in given:
                raise WarehouseError(f"{source} lacks the table {table}, so it is no whole warehouse.")
            named = ", ".join(f'"{column}"' for column in columns if column in given[table])
            con.execute(f'DELETE FROM fresh.main."{table}"')
            con.execute(
                f'INSERT INTO fresh.main."{table}" ({named}) SELECT {named} FROM source.main."{table}"'
            )
        con.execute("DELETE FROM fresh.main.meta WHERE list_contains(?, key)", [list(DERIVED)])
        con.execute("CHECKPOINT fresh")
    except duckdb.Error as error:
        raise WarehouseError(f"The rows of {source} cannot be copied: {first_line(error)}") from error
    finally:
        con.close()
        working.remove_log(fresh)  # left by an error alone


def _schema_version(con: Connection, source: Path) -> int:
    version = scalar(con, "SELECT max(version) FROM source.main.schema_migrations")
    if not isinstance(version, int):
        raise WarehouseError(f"{source} names no schema version, so it is no whole warehouse.")
    return version


def _columns(con: Connection, database: str) -> dict[str, list[str]]:
    """The columns of each table (no view) in schema `main` of an attached file, by table."""
    return dict(
        con.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_tables() "
            "JOIN duckdb_columns() USING (database_name, schema_name, table_name) "
            "WHERE database_name = ? AND schema_name = 'main' AND NOT temporary GROUP BY ALL ORDER BY ALL",
            [database],
        ).fetchall()
    )
