"""Questions to the warehouse, for people: always read-only, always on a whole night."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection, dicts, first_line

EVENT_COLUMNS = (
    *("observed_at", "nct_id", "kind", "severity", "summary", "brief_title"),
    *("field", "before", "after", "is_baseline", "event_id", "run_id"),
)


def open_published(data_dir: DataDir) -> Connection:
    """A read-only connection to the published file, `ctgov` on its search path."""
    published = data_dir.published
    if not published.exists():
        msg = f"There is no warehouse at {published} yet. Run `mscwatch run` first, or set MSCWATCH_DATA_DIR."
        raise WarehouseError(msg)
    return _open(published)


def open_newest(data_dir: DataDir) -> Connection:
    """The working file where nobody is writing it (it also knows refused nights), else the published one."""
    working = data_dir.working
    if working.exists():
        try:
            return _open(working)
        except WarehouseError:
            pass  # a run is at work, and its file is locked
    return open_published(data_dir)


def _open(path: Path) -> Connection:
    try:
        con = duckdb.connect(str(path), read_only=True, config={"autoinstall_known_extensions": "false"})
        con.execute("SET search_path = 'main,ctgov'")
    except duckdb.Error as error:
        msg = f"{path} cannot be opened: {first_line(error)}"
        raise WarehouseError(msg) from None
    return con


def query(con: Connection, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a person's query. Raises `ConfigError` with DuckDB's own words."""
    try:
        found = con.execute(text)
        names = [column[0] for column in found.description or ()]
        return names, found.fetchall()
    except duckdb.Error as error:
        raise ConfigError(str(error).strip()) from None


def events(
    con: Connection,
    *,
    since: datetime | None = None,
    kinds: Sequence[str] = (),
    trials: Sequence[str] = (),
    run_id: str = "",
    baseline: bool = False,
) -> list[dict[str, Any]]:
    """Events, newest night first, each with its trial's title."""
    return dicts(
        con,
        f"SELECT {', '.join(EVENT_COLUMNS)} FROM events AS e LEFT JOIN trials AS t USING (nct_id) "
        "WHERE ($since IS NULL OR e.observed_at >= $since) "
        "AND (len($kinds) = 0 OR list_contains($kinds, e.kind)) "
        "AND (len($trials) = 0 OR list_contains($trials, e.nct_id)) "
        "AND ($run_id = '' OR e.run_id = $run_id) "
        "AND ($baseline OR NOT e.is_baseline) "
        "ORDER BY e.observed_at DESC, e.severity, e.kind, e.nct_id",
        {
            "since": since,
            "kinds": list(kinds),
            "trials": list(trials),
            "run_id": run_id,
            "baseline": baseline,
        },
    )


def nights(con: Connection, limit: int) -> list[dict[str, Any]]:
    """The last nights, newest first, with what is owed in all."""
    return dicts(con, "SELECT * FROM runs ORDER BY started_at DESC LIMIT ?", [limit])


def last_good_night(con: Connection) -> dict[str, Any] | None:
    """The last night that the registry answered and that was believed, also when nothing was new; None without one."""
    good = "SELECT * FROM runs WHERE outcome IN ('baseline', 'published', 'unchanged') ORDER BY started_at DESC LIMIT 1"
    return next(iter(dicts(con, good)), None)


def owed_deliveries(con: Connection) -> list[dict[str, Any]]:
    """What is owed to whom, with the last error."""
    return dicts(
        con,
        "SELECT channel, recipient, state, count(*) AS messages, max(attempts) AS attempts, max(error) AS error "
        "FROM deliveries WHERE state IN ('owed', 'in_doubt') GROUP BY ALL ORDER BY ALL",
    )


def trial_ids(con: Connection) -> list[str]:
    """Every trial that the watch has ever seen."""
    return [nct_id for (nct_id,) in con.execute("SELECT nct_id FROM trials ORDER BY nct_id").fetchall()]


def trial(con: Connection, nct_id: str) -> dict[str, Any] | None:
    """One row of `trials`, or None."""
    rows = dicts(con, "SELECT * FROM trials WHERE nct_id = ?", [nct_id])
    return rows[0] if rows else None


def therapy(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """What the cells of a trial were, a row per field, each with the words it was read from."""
    found = dicts(con, "SELECT * FROM therapies WHERE nct_id = ? AND is_read", [nct_id])
    if not found:
        return []
    read = found[0]
    stated = [name.removesuffix("_evidence") for name in read if name.endswith("_evidence")]
    values = read | {"dose": _dose(read)}
    return [{"what": name, "read as": values[name], "words": read[f"{name}_evidence"]} for name in stated]


def _dose(read: dict[str, Any]) -> str | None:
    if read["dose_low"] is None:
        return None
    low, high = (f"{read[end]:.3g}" for end in ("dose_low", "dose_high"))
    return f"{low if low == high else f'{low} to {high}'} {read['dose_unit']}"


def history(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """The versions of one trial, oldest first, with how many material changes made each."""
    return dicts(
        con,
        "SELECT v.version_no, v.valid_from, v.last_update_posted_date, "
        "count(c.path) FILTER (c.is_material) AS material, count(c.path) AS changes FROM versions AS v "
        "LEFT JOIN changes AS c ON c.nct_id = v.nct_id AND c.to_version = v.version_no "
        "WHERE v.nct_id = ? GROUP BY ALL ORDER BY v.version_no",
        [nct_id],
    )


def papers(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """Papers that the registry or the review's Table 2 links to a trial, the surest first."""
    return dicts(
        con,
        "SELECT grade, paper, reason, decided_by, decided_on, citation FROM publications WHERE nct_id = ? "
        "ORDER BY list_position(['accepted', 'linked', 'to_confirm', 'background', 'rejected'], grade), paper",
        [nct_id],
    )


def links(con: Connection) -> list[dict[str, Any]]:
    """Links between trials and papers that wait for a person's yes or no."""
    return dicts(
        con,
        "SELECT p.nct_id, p.paper, coalesce(s.brief_title, '(a trial not seen yet)') AS brief_title, p.citation, "
        "p.reason FROM publications AS p "
        "LEFT JOIN ctgov.studies AS s USING (nct_id) WHERE p.is_waiting ORDER BY p.nct_id, p.paper",
    )


def is_linked(con: Connection, nct_id: str, paper: str) -> bool:
    """Whether the registry or Table 2 links a paper to a trial at all."""
    return bool(con.execute("FROM publications WHERE nct_id = ? AND paper = ?", [nct_id, paper]).fetchall())


def screening(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """What a person decided about a trial; no row where nobody did."""
    return dicts(
        con,
        "SELECT decision, reason, decided_by, decided_on FROM screening_decisions WHERE nct_id = ?",
        [nct_id],
    )


def meta(con: Connection) -> dict[str, str]:
    """The facts about the file."""
    return dict(con.execute("SELECT key, value FROM meta").fetchall())
