"""The report's queries asked of the published file, and the page put beside it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import duckdb

from mscwatch.errors import WarehouseError
from mscwatch.model import QueryAnswer
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection, dicts

QUERIES = files("mscwatch.warehouse") / "report"


def read_answers(data_dir: DataDir) -> tuple[dict[str, str], dict[str, QueryAnswer]]:
    """The facts about the published file (`meta`), and the answer to each query of `warehouse/report/`, by its name.

    Raises `WarehouseError` when there is no published file, or one that is older than the queries.
    """
    with queries.open_published(data_dir) as con:
        names = sorted(entry.name for entry in QUERIES.iterdir() if entry.name.endswith(".sql"))
        return queries.meta(con), {name.removesuffix(".sql"): _answer(con, name) for name in names}


def page_is_behind(data_dir: DataDir) -> bool:
    """Whether a published file is there that the page does not show yet."""
    try:
        published = data_dir.published.stat().st_mtime_ns
    except OSError:  # nothing to show
        return False
    try:
        return data_dir.report.stat().st_mtime_ns < published
    except OSError:
        return True


def write_page(path: Path, page: str) -> None:
    """Write the page in one instant.

    Raises `WarehouseError` when the file cannot be written; what was there before is then as it was.
    """
    text = page.encode("utf-8", "replace")
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(text)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        msg = f"The report {path} cannot be written: {error.strerror or error}."
        raise WarehouseError(msg) from None


def _answer(con: Connection, name: str) -> QueryAnswer:
    query = (QUERIES / name).read_text(encoding="utf-8")
    try:
        rows = dicts(con, query)
    except duckdb.Error as error:
        msg = (
            f"The report's query {name} does not run on this warehouse ({str(error).splitlines()[0]}). "
            "`mscwatch rebuild` brings an older one up to date."
        )
        raise WarehouseError(msg) from None
    return QueryAnswer(name.removesuffix(".sql"), _meaning(query), query, tuple(rows))


def _meaning(query: str) -> str:
    """The comment that a query opens with, as one paragraph."""
    lines = []
    for line in query.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
