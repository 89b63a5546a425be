"""The decisions file, and the warehouse brought to what it says."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

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
    """What people decided; nothing where there is no file. Raises `ConfigError` naming the entry and its line."""
    return read(_text(file), str(file))


def add_link(data_dir: DataDir, file: Path, decision: LinkDecision) -> None:
    """Write one more decision at the end of the file, whole or not at all.

    Raises `ConfigError` where the link is decided already or the file cannot be read or written.
    """
    data_dir.prepare()
    with FileLock(data_dir.path / "decisions.lock"):  # two people may decide at the same moment
        _write(file, with_link(_text(file), decision, str(file)))


def in_force(con: Connection, file: Path) -> Decisions:
    """What people decided, as the file says.

    Where the file itself is gone (a restored backup, another folder), what the warehouse holds goes on, and the file
    is written anew; so nothing is withdrawn by accident.
    """
    if file.exists():
        return load(file)
    screening = [ScreeningDecision.model_validate(row) for row in dicts(con, STORED + "screening_decisions")]
    links = [LinkDecision.model_validate(row) for row in dicts(con, STORED + "link_decisions")]
    if screening or links:
        _write(file, whole_text(screening, links))
        log.warning("There was no %s; it is written anew. Empty it to withdraw the decisions.", file)
    return Decisions({one.nct_id: one for one in screening}, tuple(links))


def apply(con: Connection, told: Decisions, rules: str) -> int:
    """Make today's rules and people's decisions hold for every known trial; no event comes of it.

    All trials are read anew when the rules are not those that the warehouse was last read by, else those whose
    screening is new, changed or withdrawn. Returns how many trials and links are other than they were.
    """
    version = rules_version(rules)
    with working.transaction(con):
        screened = _replace(con, "screening_decisions", told.screening.values())
        changed = put_links_in_force(con, told.links)
        everything = working.meta(con, "rules_hash") != version
        if everything or screened:
            changed += derive.rederive(con, rules, told.screening, only=None if everything else screened)
        if everything:
            working.set_meta(con, {"rules_hash": version})
    return changed


def put_links_in_force(con: Connection, links: Iterable[LinkDecision]) -> int:
    """Bring `link_decisions` to what the file says; how many trials that concerns."""
    return len(_replace(con, "link_decisions", links))


def publish_links(data_dir: DataDir, file: Path, memory_limit: str, keep: int) -> None:
    """Show analysts the links as the file decides them. Raises `LockedError` while a run is at work."""
    with locked(data_dir):
        with working.open_warehouse(data_dir, memory_limit) as con, working.transaction(con):
            put_links_in_force(con, load(file).links)
        publish_copy(data_dir, keep)


def unknown_decisions(con: Connection) -> list[str]:
    """Decisions in force that concern nothing the warehouse knows, in words."""
    trials = con.execute(
        "SELECT nct_id FROM screening_decisions WHERE nct_id NOT IN (SELECT nct_id FROM watched) ORDER BY ALL"
    ).fetchall()
    said = [f"screening of {nct_id}, a trial that the watch has never seen" for (nct_id,) in trials]
    if scalar(con, "SELECT count(*) FROM link_decisions"):
        links = con.execute(
            "SELECT nct_id, paper FROM link_decisions ANTI JOIN publications USING (nct_id, paper) ORDER BY ALL"
        ).fetchall()
        said += [f"link of {nct_id} to paper {paper}, which nothing links to it" for nct_id, paper in links]
    return said


def _replace(con: Connection, table: str, decisions: Iterable[ScreeningDecision | LinkDecision]) -> list[str]:
    """Make a table hold just these decisions; the trials whose rows are new, changed or gone."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE told AS FROM {table} LIMIT 0")
    insert(con, "told", (_row(one) for one in decisions))
    moved = con.execute(
        f"SELECT DISTINCT nct_id FROM ((FROM told EXCEPT FROM {table}) UNION ALL (FROM {table} EXCEPT FROM told)) "
        "ORDER BY nct_id"
    ).fetchall()
    if moved:
        con.execute(f"DELETE FROM {table}")
        con.execute(f"INSERT INTO {table} FROM told")
    con.execute("DROP TABLE told")
    return [nct_id for (nct_id,) in moved]


def _row(one: ScreeningDecision | LinkDecision) -> dict[str, Any]:
    row = one.entry()
    return row | {"decided_on": row.pop("date"), "decided_by": row.pop("by")}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The decisions file {file} cannot be read: {error}."
        raise ConfigError(msg) from None


def _write(file: Path, text: str) -> None:
    target = file.resolve()  # a link to a file elsewhere stays a link
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        msg = f"The decisions file {file} cannot be written: {error.strerror or error}."
        raise ConfigError(msg) from None
