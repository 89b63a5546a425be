"""DuckDB connections, and rows in and out of them in bulk, in a way that every DuckDB since 1.2 understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import orjson

from mscwatch.errors import WarehouseError

Connection = duckdb.DuckDBPyConnection
Parameters = Sequence[Any] | dict[str, Any]  # of a query, by place or by name

CONFIG: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": "false"}
BATCH = 2_000  # rows per INSERT


def open_read_only(path: Path, search_path: str = "main") -> Connection:
    """A read-only connection to one file. Raises `WarehouseError` when it is missing, locked or no warehouse."""
    con = None
    try:
        con = duckdb.connect(str(path), read_only=True, config=CONFIG)
        con.execute(f"SET search_path = '{search_path}'")
    except duckdb.Error as error:
        if con:
            con.close()
        raise WarehouseError(f"{path} cannot be opened: {first_line(error)}") from error
    return con


def scalar(con: Connection, query: str, parameters: Parameters = ()) -> Any:
    """The first column of the first row, or None. All rows are fetched: a half-read result blocks the connection."""
    rows = con.execute(query, parameters).fetchall()
    return rows[0][0] if rows else None


def column(con: Connection, query: str, parameters: Parameters = ()) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in con.execute(query, parameters).fetchall()]


def dicts(con: Connection, query: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """All rows of a query, each as a dict by column name."""
    result = con.execute(query, parameters)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def first(con: Connection, query: str, parameters: Parameters = ()) -> dict[str, Any] | None:
    """The first row of a query as `dicts` has it, or None."""
    rows = dicts(con, f"{query} LIMIT 1", parameters)
    return rows[0] if rows else None


def column_names(con: Connection, relation: str) -> list[str]:
    """The columns of one of our tables or views, in their order."""
    return column(con, f"DESCRIBE {relation}")


def relation_names(con: Connection) -> set[str]:
    """Tables and views in `main` of the opened file. One that is opened to read is not migrated, and may lack some."""
    found = column(
        con,
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main' "
        "UNION SELECT view_name FROM duckdb_views() "
        "WHERE database_name = current_database() AND schema_name = 'main'",
    )
    return set(found)


def has_relation(con: Connection, name: str) -> bool:
    """Whether the opened file has a table or view in `main`."""
    return name in relation_names(con)


def row_of(noun: Any) -> dict[str, Any]:
    """A dataclass as a row, its fields as they are (`dataclasses.asdict` copies deeply: slower than the insert)."""
    return {field.name: getattr(noun, field.name) for field in fields(noun)}


def insert(con: Connection, table: str, rows: Iterable[dict[str, Any]]) -> int:
    """Append rows to a table and return how many; keys are column names, absent columns become null.

    All rows have the same keys. They travel as one JSON text per batch: a statement per row is twenty times slower.
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


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Commit what the block writes, or roll all of it back when it raises."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        # DuckDB refuses it where an error closed the file: nothing was committed then.
        with suppress(duckdb.Error):
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


@contextmanager
def bulk_transaction(con: Connection) -> Iterator[None]:
    """A transaction whose COMMIT writes its rows into the file, not into the log and from there into the file."""
    con.execute("SET wal_autocheckpoint = '1b'")
    try:
        with transaction(con):
            yield
    finally:
        reset(con, "wal_autocheckpoint")


def reset(con: Connection, setting: str) -> None:
    """Give a setting of the whole DuckDB its default back, also while the transaction of `con` is aborted."""
    with con.cursor() as other:
        other.execute(f"RESET {setting}")


def meta(con: Connection, key: str) -> str | None:
    """A value of the `meta` table, or None."""
    value = scalar(con, "SELECT value FROM meta WHERE key = ?", [key])
    return None if value is None else str(value)


def set_meta(con: Connection, facts: dict[str, str]) -> None:
    query = "INSERT OR REPLACE INTO meta SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])"
    con.execute(query, [list(facts), list(facts.values())])


def quoted(text: object) -> str:
    """A text, or a path, as a literal of SQL, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """The first line of an error of DuckDB as a sentence, without the query and the hints below it."""
    return str(error).splitlines()[0].rstrip(".") + "."
