"""The decisions file: read, extended, and applied to the warehouse."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from mscwatch.atomic_write import replace_file
from mscwatch.errors import ConfigError
from mscwatch.screening.decisions import (
    Decisions,
    LinkDecision,
    ScreeningDecision,
    read,
    whole_text,
    with_link,
)
from mscwatch.screening.version import rules_version
from mscwatch.store import derive, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import publish_copy
from mscwatch.store.sql import Connection, dicts, insert, scalar

log = logging.getLogger(__name__)

STORED = "SELECT * EXCLUDE (decided_on, decided_by), decided_on AS date, decided_by AS by FROM "


def load(file: Path) -> Decisions:
    """The decisions in the file; none where there is no file.

    Raises `ConfigError` when the file cannot be read, or has an entry that is wrong, with its line.
    """
    return read(_text(file), str(file))


def add_link(data_dir: DataDir, file: Path, decision: LinkDecision) -> None:
    """Append one decision to the file.

    Raises `ConfigError` when the link is decided already, or the file cannot be read or written. The file is then as
    it was. Raises `WarehouseError` when the data directory cannot be written.
    """
    data_dir.prepare()
    with FileLock(data_dir.path / "decisions.lock"):  # two people may decide at the same moment
        _write(file, with_link(_text(file), decision, str(file)))


def load_or_restore(con: Connection, file: Path) -> Decisions:
    """The decisions in the file, which is first restored from the warehouse where it is missing.

    It is missing after a restored backup, or in another folder; no decision is withdrawn by that. An empty file
    withdraws them. Raises `ConfigError` when the file cannot be read or written.
    """
    if file.exists():
        return load(file)
    screening = [ScreeningDecision.model_validate(row) for row in dicts(con, STORED + "screening_decisions")]
    links = [LinkDecision.model_validate(row) for row in dicts(con, STORED + "link_decisions")]
    if screening or links:
        _write(file, whole_text(screening, links))
        log.warning(
            "There was no %s; it was restored from the warehouse. Empty it to withdraw the decisions.", file
        )
    return Decisions({decision.nct_id: decision for decision in screening}, tuple(links))


def apply(con: Connection, decisions: Decisions, rules: str) -> int:
    """Apply today's rules and people's decisions to every known trial; raises no event.

    All trials are read again when the rules have changed since the last time; otherwise only those whose screening
    decision is new, changed or withdrawn. Returns how many trials and links changed.
    """
    version = rules_version(rules)
    with working.transaction(con):
        screened = _replace(con, "screening_decisions", decisions.screening.values())
        changed = len(_replace(con, "link_decisions", decisions.links))
        everything = working.meta(con, "rules_hash") != version
        if everything or screened:
            only = None if everything else screened
            changed += derive.rederive(con, rules, decisions.screening, only)
        if everything:
            working.set_meta(con, {"rules_hash": version})
    return changed


def publish_links(data_dir: DataDir, file: Path, memory_limit: str, keep: int) -> None:
    """Publish the link decisions of the file.

    Raises `LockedError` while a run is at work, `ConfigError` when the file cannot be read, `WarehouseError` when the
    warehouse cannot be opened or published.
    """
    with locked(data_dir):
        with working.open_warehouse(data_dir, memory_limit) as con, working.transaction(con):
            _replace(con, "link_decisions", load(file).links)
        publish_copy(data_dir, keep)


def unknown_decisions(con: Connection) -> list[str]:
    """Decisions about a trial or link that the warehouse does not know, each in words."""
    trials = con.execute(
        "SELECT nct_id FROM screening_decisions WHERE nct_id NOT IN (SELECT nct_id FROM watched) ORDER BY ALL"
    ).fetchall()
    unknown = [f"screening of {nct_id}, a trial that the watch has never seen" for (nct_id,) in trials]
    if scalar(con, "SELECT count(*) FROM link_decisions"):
        links = con.execute(
            "SELECT nct_id, paper FROM link_decisions ANTI JOIN publications USING (nct_id, paper) ORDER BY ALL"
        ).fetchall()
        unknown += [
            f"link of {nct_id} to paper {paper}, which nothing links to it" for nct_id, paper in links
        ]
    return unknown


def _replace(con: Connection, table: str, decisions: Iterable[ScreeningDecision | LinkDecision]) -> list[str]:
    """Replace the rows of a table by these decisions; returns the trials whose rows are new, changed or gone."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE decided AS FROM {table} LIMIT 0")
    insert(con, "decided", (_row(decision) for decision in decisions))
    changed = con.execute(
        f"SELECT DISTINCT nct_id FROM ((FROM decided EXCEPT FROM {table}) UNION ALL "
        f"(FROM {table} EXCEPT FROM decided)) ORDER BY nct_id"
    ).fetchall()
    if changed:
        con.execute(f"DELETE FROM {table}")
        con.execute(f"INSERT INTO {table} FROM decided")
    con.execute("DROP TABLE decided")
    return [nct_id for (nct_id,) in changed]


def _row(decision: ScreeningDecision | LinkDecision) -> dict[str, Any]:
    row = decision.entry()
    return row | {"decided_on": row.pop("date"), "decided_by": row.pop("by")}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The decisions file {file} cannot be read: {error}."
        raise ConfigError(msg) from error


def _write(file: Path, text: str) -> None:
    try:
        replace_file(file.resolve(), text.encode(), private=True)  # a symbolic link stays one
    except OSError as error:
        msg = f"The decisions file {file} cannot be written: {error.strerror or error}."
        raise ConfigError(msg) from error
