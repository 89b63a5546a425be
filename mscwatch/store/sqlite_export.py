"""The published file as one SQLite file, for Datasette and whatever else reads SQLite.

Relations of `main` keep their names, those of `ctgov` begin with `ctgov_`. Lists, structs and maps are JSON text, times
are ISO 8601 text in UTC, truth values are 1 and 0.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from mscwatch.store import catalog, views
from mscwatch.store.sql import Connection

FILE = "mscwatch.sqlite"
ROWS = 2000
NUMBERS = {"BIGINT": "INTEGER", "INTEGER": "INTEGER", "BOOLEAN": "INTEGER", "DOUBLE": "REAL"}
NESTED = ("[]", ")")  # how the types of lists, structs and maps end


def write(
    con: Connection, relations: list[catalog.Relation], path: Path
) -> Iterator[tuple[catalog.Relation, str, int]]:
    """Write each relation as a table; yields it with the table's name and its count of rows."""
    with closing(sqlite3.connect(path)) as target, target:
        for relation in relations:
            name = relation.name if relation.schema == "main" else f"{relation.schema}_{relation.name}"
            columns = (f'"{column}" {NUMBERS.get(kind, "TEXT")}' for column, kind, _ in relation.columns)
            target.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
            yield relation, name, _copy(con, relation, name, target)


def _copy(con: Connection, relation: catalog.Relation, name: str, target: sqlite3.Connection) -> int:
    cells = ", ".join(_as_cell(column, kind) for column, kind, _ in relation.columns)
    answer = con.execute(f"SELECT {cells} FROM {views.source(relation.schema, relation.name)}")
    marks = ", ".join("?" * len(relation.columns))
    count = 0
    while rows := answer.fetchmany(ROWS):
        target.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        count += len(rows)
    return count


def _as_cell(column: str, kind: str) -> str:
    if kind in NUMBERS:
        return f'"{column}"'
    if kind == "TIMESTAMP":
        return f"strftime(\"{column}\", '%Y-%m-%dT%H:%M:%S.%fZ')"
    if kind.endswith(NESTED) and not kind.startswith("DECIMAL"):
        return f'to_json("{column}")::VARCHAR'
    return f'"{column}"::VARCHAR'
