"""One query by somebody who is not trusted, in a process of its own: read-only, no files, and bounds on what it takes.

`ask` starts this module as a process, because DuckDB looks neither at its time nor at its memory within one function
call (`repeat('x', 2000000000)`). The process gets the query as JSON on its standard input and answers with JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.store.data_dir import DataDir
from mscwatch.store.queries import open_published
from mscwatch.store.sql import Connection

READS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
# No files, no network, no extensions, no other database, nothing of the calling Python; and no way back. What does not
# fit into memory fails, because nothing may be written to the disk.
LOCKED = (
    "SET memory_limit = '{memory}MB'",
    "SET threads = 2",
    "SET temp_directory = ''",
    "SET autoload_known_extensions = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
OVERHEAD = 1500  # megabytes of address space that Python and DuckDB take beside the memory of a query


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one query may take: rows, characters of a cell and of all cells, seconds, megabytes."""

    rows: int = 200
    cell: int = 4_000
    letters: int = 100_000
    seconds: float = 20
    memory: int = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of JSON values. `is_whole` is false where rows are left out or cells are cut."""

    columns: list[str]
    rows: list[list[Any]]
    is_whole: bool


def ask(data_dir: DataDir, query: str, bounds: Bounds) -> Answer:
    """The answer of the published file to one query.

    Raises `ConfigError` for what is no single query or fails, also for reaching a bound, and `WarehouseError` when
    nothing is published.
    """
    open_published(data_dir).close()
    try:
        query.encode()
    except UnicodeEncodeError as error:
        raise ConfigError("The query holds bytes that are not UTF-8. Write it in UTF-8.") from error
    request = json.dumps({"path": str(data_dir.path.absolute()), "query": query, "bounds": asdict(bounds)})
    try:
        done = subprocess.run(  # noqa: S603  this Python, on this module
            [sys.executable, "-P", "-m", __name__],  # -P: nothing is imported from the working directory
            input=request, capture_output=True, text=True, timeout=bounds.seconds, check=False, encoding="utf-8",
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ConfigError(
            f"The query did not end within {bounds.seconds:g} seconds. Ask for less, or ask for it in parts."
        ) from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:  # the process was ended, which is what happens where memory is short
        reason = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
        raise ConfigError(
            f"The query was broken off ({reason}); it may take {bounds.memory} MB of memory. Ask for less."
        ) from error
    if "error" in answer:
        raise ConfigError(answer["error"])
    return Answer(**answer)


def main() -> None:
    """Answer the request on standard input; the process that `ask` starts."""
    request = json.load(sys.stdin)
    bounds = Bounds(**request["bounds"])
    _limit_process(bounds)
    try:
        answer = asdict(_answer(DataDir(Path(request["path"])), request["query"], bounds))
    except MscwatchError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


def _limit_process(bounds: Bounds) -> None:
    """Let the system end the process that takes more, also once nobody waits for it. Not on Windows."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415  not on Windows

        size = (bounds.memory + OVERHEAD) << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        seconds = int(bounds.seconds) * 2 + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _answer(data_dir: DataDir, query: str, bounds: Bounds) -> Answer:
    with open_published(data_dir) as con:
        for statement in LOCKED:
            con.execute(statement.format(memory=bounds.memory))
        try:
            _refuse_all_but_one_query(con, query)
            result = con.execute(query)
            return _bounded([column[0] for column in result.description], result, bounds)
        except duckdb.Error as error:
            raise ConfigError(str(error).strip()) from error


def _refuse_all_but_one_query(con: Connection, query: str) -> None:
    kinds = [statement.type for statement in con.extract_statements(query)]
    if len(kinds) != 1 or kinds[0] not in READS:
        raise ConfigError("Give one query that reads: SELECT, FROM, WITH, DESCRIBE, SUMMARIZE or EXPLAIN.")


def _bounded(columns: list[str], result: Connection, bounds: Bounds) -> Answer:
    rows: list[list[Any]] = []
    left, is_whole = bounds.letters, True
    while row := result.fetchone():
        cells = [cut(value, bounds.cell) for value in row]
        left -= sum(len(str(cell)) for cell, _ in cells)
        if len(rows) == bounds.rows or (left < 0 and rows):
            return Answer(columns, rows, is_whole=False)
        rows.append([cell for cell, _ in cells])
        is_whole &= not any(was_cut for _, was_cut in cells)
    return Answer(columns, rows, is_whole)


def cut(value: Any, limit: int) -> tuple[Any, bool]:
    """A value as JSON takes it, and whether it was cut at `limit` characters; a longer list becomes cut text."""
    match value:
        case None | bool() | int():
            return value, False
        case float():
            return (value if abs(value) < float("inf") else str(value)), False  # JSON has no inf and no nan
        case date():
            return value.isoformat(), False
        case list() | tuple() | dict():
            text = json.dumps(_plain(value), default=str, ensure_ascii=False)
            return (f"{text[:limit]}…", True) if len(text) > limit else (json.loads(text), False)
        case _:
            text = str(value)
            return (f"{text[:limit]}…", True) if len(text) > limit else (text, False)


def _plain(value: Any) -> Any:
    """A list or mapping in which every number is one that JSON has."""
    match value:
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case float() if not abs(value) < float("inf"):
            return str(value)
        case _:
            return value


if __name__ == "__main__":
    main()
