"""Queries that the commands put to the warehouse, read-only, on a file that no run is writing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import duckdb

from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.store.addresses import IS_UNSENT
from mscwatch.store.data_dir import DataDir
from mscwatch.store.ledger import TRUSTED, newest_first
from mscwatch.store.sql import Connection, column, dicts, first, open_read_only, scalar

OF_AN_EARLIER_VERSION = "The published file is of an earlier mscwatch. `mscwatch run` brings it up to date."
BOTH_SCHEMAS = "main,ctgov"
EVENT_COLUMNS = (
    *("observed_at", "nct_id", "kind", "severity", "summary", "brief_title"),
    *("field", "before", "after", "is_baseline", "event_id", "run_id"),
)

# Numbers that lead to another trial: the record of that trial lists them, or the registry forwarded them there.
# A number that the query still finds is a trial of its own, whoever claims it.
OLD_NUMBERS = """
    SELECT upper(trim(named.old)) AS old, named.current FROM (
        SELECT id_value AS old, nct_id AS current FROM ctgov.id_information WHERE id_source = 'nct_alias'
        UNION
        SELECT nct_id, arg_max("after", observed_at) FROM main.events
        WHERE kind = 'merged' AND retracted_by IS NULL GROUP BY nct_id
    ) AS named
    WHERE named.current IS NOT NULL AND upper(trim(named.old)) <> named.current
        AND upper(trim(named.old)) NOT IN (SELECT nct_id FROM main.trials WHERE in_watch)
"""


def open_published(data_dir: DataDir) -> Connection:
    """A read-only connection to the published file, both schemas on its search path.

    Raises `WarehouseError` when there is none or it cannot be opened.
    """
    published = data_dir.published
    if not published.exists():
        raise WarehouseError(
            f"There is no warehouse at {published} yet. Run `mscwatch run` first, or set MSCWATCH_DATA_DIR."
        )
    return open_read_only(published, BOTH_SCHEMAS)


def open_newest(data_dir: DataDir) -> Connection:
    """The working file, which also has refused runs, or the published one while a run holds the working file.

    Raises `WarehouseError` when neither can be opened.
    """
    if data_dir.working.exists():
        with suppress(WarehouseError):  # a run is at work and has locked it
            return open_read_only(data_dir.working, BOTH_SCHEMAS)
    return open_published(data_dir)


def is_of_an_earlier_version(data_dir: DataDir, error: Exception) -> bool:
    """Whether a query failed because the published file is of an earlier schema, and lacks what it asks for."""
    if not isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return False
    from mscwatch.store.schema import newest_schema  # noqa: PLC0415  slow, and needed after a failure alone

    with suppress(WarehouseError, duckdb.Error), open_published(data_dir) as con:
        return bool(scalar(con, "SELECT max(version) FROM schema_migrations") < newest_schema())
    return False


def query(con: Connection, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of a person's query. Raises `ConfigError` with DuckDB's message when it fails."""
    try:
        text.encode()
        result = con.execute(text)
        if result is None:  # no statement, or comments alone
            raise ConfigError('The query is empty. Give one, such as "SELECT * FROM trials".')
        names = [column[0] for column in result.description or ()]
        return names, result.fetchall()
    except UnicodeEncodeError as error:
        raise ConfigError("The query holds bytes that are not UTF-8. Write it in UTF-8.") from error
    except duckdb.Error as error:
        raise ConfigError(str(error).strip()) from error


def events(
    con: Connection,
    *,
    since: datetime | None = None,
    kinds: Sequence[str] = (),
    trials: Sequence[str] = (),
    run_id: str = "",
    baseline: bool = False,
) -> list[dict[str, Any]]:
    """Events with `EVENT_COLUMNS`, newest first; an empty filter lets everything through."""
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
    """The last `limit` rows of `runs`, newest first."""
    return dicts(con, f"SELECT * FROM runs ORDER BY {newest_first(con)} LIMIT ?", [limit])


def last_good_night(con: Connection) -> dict[str, Any] | None:
    """The row of the last trusted run, also of one that found nothing new; None before the first."""
    return first(con, f"SELECT * FROM runs WHERE {TRUSTED} ORDER BY {newest_first(con)}")


def owed_deliveries(con: Connection) -> list[dict[str, Any]]:
    """How many deliveries are owed or in doubt, by address, with attempts and the last error."""
    return dicts(
        con,
        "SELECT channel, recipient, state, count(*) AS messages, max(attempts) AS attempts, max(error) AS error "
        f"FROM deliveries WHERE {IS_UNSENT} GROUP BY ALL ORDER BY ALL",
    )


def trial_ids(con: Connection) -> list[str]:
    """The NCT numbers of all trials that the watch has ever seen, old numbers of merged trials included."""
    return column(con, f"SELECT nct_id FROM trials UNION SELECT old FROM ({OLD_NUMBERS}) ORDER BY ALL")


def current_id(con: Connection, nct_id: str) -> str:
    """The number that a trial has now; a number that is no old one comes back as it is."""
    passed = []
    while nct_id not in passed:  # a registry that leads in a circle ends where it began
        passed.append(nct_id)
        query = f"SELECT current FROM ({OLD_NUMBERS}) WHERE old = ? ORDER BY current LIMIT 1"
        nct_id = scalar(con, query, [nct_id]) or nct_id
    return nct_id


def trial(con: Connection, nct_id: str) -> dict[str, Any] | None:
    return first(con, "SELECT * FROM trials WHERE nct_id = ?", [nct_id])


def therapy(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """The therapy of a trial, a row per field, each with the words it was read from; no row where none was read."""
    row = first(con, "SELECT * FROM therapies WHERE nct_id = ? AND is_read", [nct_id])
    if row is None:
        return []
    values = row | {"dose": _dose(row)}
    names = [name.removesuffix("_evidence") for name in row if name.endswith("_evidence")]
    return [{"what": name, "read as": values[name], "words": values[f"{name}_evidence"]} for name in names]


def _dose(row: dict[str, Any]) -> str | None:
    if row["dose_low"] is None:
        return None
    low, high = (f"{row[end]:.3g}" for end in ("dose_low", "dose_high"))
    return f"{low if low == high else f'{low} to {high}'} {row['dose_unit']}"


def history(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """The versions of one trial, oldest first, each with the number of (material) changes that led to it."""
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
        "SELECT grade, kind, paper, reason, decided_by, decided_on, citation FROM publications WHERE nct_id = ? "
        "ORDER BY list_position(['accepted', 'linked', 'to_confirm', 'background', 'rejected'], grade), paper",
        [nct_id],
    )


PAPER_COLUMNS = (
    "paper_id", "title", "first_author", "journal", "year", "kind", "kind_reason", "is_preprint", "is_retracted",
    "found_by", "first_seen_at",
)  # fmt: skip
LINK_COLUMNS = ("nct_id", "paper", "brief_title", "citation", "reason", "strength")


def known_papers(
    con: Connection, nct_ids: Sequence[str], kinds: Sequence[str], since: datetime | None
) -> list[dict[str, Any]]:
    """Papers (`PAPER_COLUMNS`) with `trials`, each with its grade and strength; an empty choice limits nothing."""
    return dicts(
        con,
        f"SELECT {', '.join(f'k.{name}' for name in PAPER_COLUMNS)}, "
        "coalesce(list(p.nct_id || ' ' || p.grade || coalesce(' ' || p.strength, '') ORDER BY p.nct_id) "
        "FILTER (WHERE p.nct_id IS NOT NULL), []) AS trials "
        "FROM papers AS k LEFT JOIN publications AS p USING (paper_id) "
        "WHERE (len($kinds) = 0 OR list_contains($kinds, k.kind)) "
        "AND ($since IS NULL OR k.first_seen_at >= $since) GROUP BY ALL "
        "HAVING len($trials) = 0 OR bool_or(list_contains($trials, p.nct_id)) "
        "ORDER BY k.year DESC NULLS LAST, k.paper_id",
        {"kinds": list(kinds), "since": since, "trials": list(nct_ids)},
    )


def links(con: Connection) -> list[dict[str, Any]]:
    """Links between trials and papers that wait for a person's decision, the surest first."""
    return dicts(
        con,
        f"SELECT {', '.join(LINK_COLUMNS)} "
        "FROM (SELECT * REPLACE (coalesce(brief_title, '(a trial not seen yet)') AS brief_title) FROM waiting_links) "
        "ORDER BY place",
    )


def screening(con: Connection, nct_id: str) -> list[dict[str, Any]]:
    """A person's decision about a trial, as one row; no row where there is none."""
    query = "SELECT decision, reason, decided_by, decided_on FROM screening_decisions WHERE nct_id = ?"
    return dicts(con, query, [nct_id])


def facts(con: Connection) -> dict[str, str]:
    """The facts about the file (table `meta`), by key."""
    return dict(con.execute("SELECT key, value FROM meta").fetchall())
