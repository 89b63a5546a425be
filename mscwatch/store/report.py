"""The answers to the report's queries from the published file, and the page written beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.resources import files
from importlib.util import cache_from_source
from pathlib import Path

import duckdb
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from mscwatch import __version__
from mscwatch.atomic_write import replace_file
from mscwatch.errors import WarehouseError
from mscwatch.model import QueryAnswer
from mscwatch.store import queries, views
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection, dicts, first_line
from mscwatch.store.trials_of_claims import with_trials

QUERIES = files("mscwatch.warehouse") / "report"

# What more than one of the queries asks for, each after what it is made of.
ASKED_ONCE = (
    *("trials", "publications", "living_table", "living_rows", "evidence", "contradictions"),
    *("trials_at_review", "trials_then_and_now", "results_due", "concerns"),
)


def read_answers(data_dir: DataDir) -> tuple[dict[str, str], dict[str, QueryAnswer]]:
    """The facts about the published file (`meta`), and the answer to each query of `warehouse/report/` by its name.

    Raises `WarehouseError` when there is no published file, or it is too old for a query.
    """
    with queries.open_published(data_dir) as con, _views_asked_once(con):
        found = sorted((entry.name, entry) for entry in QUERIES.iterdir() if entry.name.endswith(".sql"))
        answers = {
            name.removesuffix(".sql"): _answer(con, name, file.read_text(encoding="utf-8"))
            for name, file in found
        }
        return queries.facts(con), answers | {"claims": with_trials(con, answers["claims"])}


def page_is_behind(data_dir: DataDir) -> bool:
    """Whether there is a published file that is newer than the page."""
    try:
        published = data_dir.published.stat().st_mtime_ns
    except OSError:  # nothing is published
        return False
    try:
        return data_dir.report.stat().st_mtime_ns < published
    except OSError:
        return True


def write_page(path: Path, page: str) -> None:
    """Write the page in one step. Raises `WarehouseError` when it cannot be written; the old page then stays."""
    try:
        replace_file(path, page.encode("utf-8", "replace"))
    except OSError as error:
        msg = f"The report {path} cannot be written: {error.strerror or error}."
        raise WarehouseError(msg) from error


def compiled_templates() -> BytecodeCache | None:
    """The page's templates as compiled by an earlier run; None where Python, too, is not to keep what it compiles."""
    return None if sys.dont_write_bytecode else _BesideModules()


class _BesideModules(FileSystemBytecodeCache):
    """What is compiled lies where Python keeps this module compiled; where nothing may be written, it is not kept."""

    def __init__(self) -> None:
        compiled = Path(cache_from_source(__file__))
        super().__init__(str(compiled.parent), f"{compiled.stem}.%s.template")
        self._by = f"{__version__} {version('jinja2')}"

    def get_source_checksum(self, source: str) -> str:
        """Of the source and of what compiles it: Jinja itself compares the source alone."""
        return super().get_source_checksum(f"{self._by} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(Exception):  # a damaged file may raise anything; it is compiled and written anew
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


@contextmanager
def _views_asked_once(con: Connection) -> Iterator[None]:
    try:
        with views.computed_once(con, ASKED_ONCE):
            yield
    except duckdb.Error as error:
        raise _too_old("The views that the report asks do", error) from error


def _answer(con: Connection, name: str, query: str) -> QueryAnswer:
    try:
        rows = dicts(con, query)
    except duckdb.Error as error:
        raise _too_old(f"The report's query {name} does", error) from error
    return QueryAnswer(name.removesuffix(".sql"), _meaning(query), query, tuple(rows))


def _too_old(what_does: str, error: duckdb.Error) -> WarehouseError:
    return WarehouseError(
        f"{what_does} not run on this warehouse: {first_line(error)} "
        "`mscwatch rebuild` brings an older one up to date."
    )


def _meaning(query: str) -> str:
    """The comment that a query opens with, as one paragraph."""
    lines = []
    for line in query.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
