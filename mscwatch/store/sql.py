"""Rows in and out of DuckDB, in bulk and in a way that every version since 1.2 understands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

import duckdb
import orjson

Connection = duckdb.DuckDBPyConnection

BATCH = 2_000


def scalar(con: Connection, query: str, parameters: Sequence[Any] = ()) -> Any:
    """The first column of the first row, or None. Reads the answer to its end: a half-read one blocks."""
    rows = con.execute(query, parameters).fetchall()
    return rows[0][0] if rows else None


def dicts(
    con: Connection, query: str, parameters: Sequence[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    """All rows, each with its column names."""
    found = con.execute(query, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def row_of(noun: Any) -> dict[str, Any]:
    """A flat dataclass as a row (`dataclasses.asdict` copies deeply, which costs more than the insert)."""
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def insert(con: Connection, table: str, rows: Iterable[dict[str, Any]]) -> int:
    """Append rows to a table; keys are column names, absent columns become null.

    The rows travel as one JSON text per batch: a statement per row is twenty times slower.
    """
    types: dict[str, str] = {}
    waiting, count = iter(rows), 0
    while batch := list(islice(waiting, BATCH)):
        types = types or {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()}
        _insert_batch(con, table, types, batch)
        count += len(batch)
    return count


def _insert_batch(con: Connection, table: str, types: dict[str, str], batch: list[dict[str, Any]]) -> None:
    names = list(batch[0])
    columns = ", ".join(f'"{name}"' for name in names)
    structure = orjson.dumps([{name: types[name] for name in names}]).decode()
    values = ", ".join(f'item."{name}"' for name in names)
    con.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM (SELECT unnest(from_json_strict(?, ?)) AS item)",
        [orjson.dumps(batch, option=orjson.OPT_NAIVE_UTC).decode(), structure],
    )


def first_line(error: Exception) -> str:
    """What an error of DuckDB says, as a sentence, without the query and its hints."""
    return str(error).splitlines()[0].rstrip(".") + "."
