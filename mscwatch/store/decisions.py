"""The decisions file: read, extended, and applied to the warehouse."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock
from pydantic import ValidationError

from mscwatch.atomic_write import replace_file
from mscwatch.errors import ConfigError, refused_keys
from mscwatch.screening.decisions import KINDS, Decisions, read, whole_text, with_entry
from mscwatch.screening.entries import KEYS, Entry
from mscwatch.screening.version import rules_version
from mscwatch.store import derive, found_papers, queries, review_claims, sql, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import publish_copy
from mscwatch.store.sql import Connection, column, dicts, insert, relation_names

log = logging.getLogger(__name__)

TABLES = {f"{kind}_decisions": entry for kind, entry in KINDS.items()}
STORED = "SELECT * EXCLUDE (decided_on, decided_by), decided_on AS date, decided_by AS by FROM "


def load(file: Path) -> Decisions:
    """The decisions in the file; none where there is no file.

    Raises `ConfigError` when the file cannot be read, or has an entry that is wrong, with its line.
    """
    return read(_text(file), str(file))


def add(data_dir: DataDir, file: Path, entries: Iterable[Entry]) -> None:
    """Append decisions to the file: all of them, or none.

    Raises `ConfigError` when one is decided already, or the file cannot be read or written. The file is then as it
    was. Raises `WarehouseError` when the data directory cannot be written.
    """
    data_dir.prepare()
    with FileLock(data_dir.path / "decisions.lock"):  # two people may decide at the same moment
        if not file.exists() and (data_dir.working.exists() or data_dir.published.exists()):
            with queries.open_newest(data_dir) as con:
                load_or_restore(con, file)  # else this one entry would withdraw the others
        text = _text(file)
        for entry in entries:
            text = with_entry(text, entry, str(file))
        _write(file, text)


def load_or_restore(con: Connection, file: Path) -> Decisions:
    """The decisions in the file, which is first restored from the warehouse where it is missing.

    It is missing after a restored backup, or in another folder; no decision is withdrawn by that. An empty file
    withdraws them. Raises `ConfigError` when the file cannot be read or written.
    """
    if file.exists():
        return load(file)
    decisions = stored(con)
    if any(decisions.entries()):
        _write(file, whole_text(decisions))
        log.warning(
            "There was no %s; it was restored from the warehouse. Empty it to withdraw the decisions.", file
        )
    return decisions


def stored(con: Connection) -> Decisions:
    """The decisions as the warehouse holds them: those of the file when it was last read.

    Raises `ConfigError` for one whose words an earlier version knew and this one does not.
    """
    known = relation_names(con)
    try:
        return Decisions.of(
            kind.model_validate(row | ({"value": orjson.loads(row["value"])} if row.get("value") else {}))
            for table, kind in TABLES.items()
            if table in known  # a published file may be of an earlier version
            for row in dicts(con, f"{STORED}{table} ORDER BY ALL")
        )
    except ValidationError as error:
        key, reason = refused_keys(error, "is not a key of a decision")[0]
        raise ConfigError(
            f"A decision in the warehouse cannot be used: {key} {reason} Write decisions.toml anew."
        ) from error


def apply(con: Connection, decisions: Decisions, rules: str) -> int:
    """Apply today's rules and people's decisions to every known trial; raises no event.

    All trials are read again when the rules have changed since the last time; otherwise only those with a decision on
    their screening or reading that is new, changed or withdrawn. Returns how many trials, links and rows changed.
    """
    version = rules_version(rules)
    with sql.transaction(con):
        links_before = _links(con)
        moved = {
            table: _replace(con, table, (one for one in decisions.entries() if isinstance(one, kind)))
            for table, kind in TABLES.items()
        }
        found_papers.note_rejections(con, {link[:2] for link in links_before ^ _links(con)})
        changed = sum(len(moved[table]) for table in moved if table != "screening_decisions")
        again = sorted({*moved["screening_decisions"], *moved["reading_decisions"]})
        everything = sql.meta(con, "rules_hash") != version
        if everything or again:
            changed += derive.rederive(con, rules, decisions, None if everything else again)
        if everything:
            sql.set_meta(con, {"rules_hash": version})
        if moved["link_decisions"] or moved["row_decisions"]:  # what the living table holds
            review_claims.recompute(con)
    return changed


def _links(con: Connection) -> set[tuple[str, str, str, str, date]]:
    """The decisions on links in force: trial, paper, decision, reason, day."""
    query = "SELECT nct_id, paper, decision, reason, decided_on FROM link_decisions"
    return set(con.execute(query).fetchall())


def publish_decisions(data_dir: DataDir, file: Path, memory_limit: str, keep: int) -> bool:
    """Apply the decisions of the file by the rules that the warehouse was read with, and publish what they change.

    Returns False where an earlier version of mscwatch wrote the warehouse: its next run applies them. Raises
    `LockedError` while a run is at work, `ConfigError` when the file cannot be read, `WarehouseError` when the
    warehouse cannot be opened or published.
    """
    with locked(data_dir):
        with working.open_warehouse(data_dir, memory_limit) as con:
            rules, _, _ = (sql.meta(con, "rules_hash") or "").rpartition(" ")
            if not rules:
                return False
            apply(con, load(file), rules)
        publish_copy(data_dir, keep)
    return True


def _replace(con: Connection, table: str, decisions: Iterable[Entry]) -> list[str]:
    """Replace the rows of a table by these decisions; returns the trials or papers that are decided otherwise now."""
    subject = "paper" if table == "row_decisions" else "nct_id"
    con.execute(f"CREATE OR REPLACE TEMP TABLE decided AS FROM {table} LIMIT 0")
    insert(con, "decided", (_row(decision) for decision in decisions))
    changed = column(
        con,
        f"SELECT DISTINCT {subject} FROM ((FROM decided EXCEPT FROM {table}) UNION ALL "
        f"(FROM {table} EXCEPT FROM decided)) ORDER BY {subject}",
    )
    if changed:
        con.execute(f"DELETE FROM {table}")
        con.execute(f"INSERT INTO {table} FROM decided")
    con.execute("DROP TABLE decided")
    return changed


def _row(decision: Entry) -> dict[str, Any]:
    row = {name: None for name in KEYS if name in type(decision).model_fields} | decision.entry()
    return row | {"decided_on": row.pop("date"), "decided_by": row.pop("by")}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The decisions file {file} cannot be read: {error}.") from error


def _write(file: Path, text: str) -> None:
    try:
        replace_file(file.resolve(), text.encode(), private=True)  # a symbolic link stays one
    except OSError as error:
        raise ConfigError(
            f"The decisions file {file} cannot be written: {error.strerror or error}."
        ) from error
