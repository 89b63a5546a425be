"""Table `searches`: what nights and people asked for papers, and how it went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from mscwatch.store import found_papers
from mscwatch.store.sql import Connection, column, dicts, has_relation, insert, scalar
from mscwatch.vocabulary import PaperSource


def last_proven(con: Connection) -> date | None:
    """The day of the last search whose every question was proven; None before the first."""
    when: datetime | None = scalar(
        con,
        "SELECT max(asked_at) FROM searches WHERE subject = 'topic' AND outcome = 'proven' "
        "AND run_id NOT IN (SELECT run_id FROM searches WHERE outcome <> 'proven')",
    )
    return when.date() if when else None


def searches_before(con: Connection) -> int:
    """How many searches asked the services before, those by hand included."""
    return int(
        scalar(con, "SELECT count(DISTINCT run_id) FROM searches WHERE source <> ?", [PaperSource.PERSON])
    )


ASKED_AGAIN_AFTER = timedelta(days=180)  # a text that was closed may have opened since


def texts_read(con: Connection) -> dict[str, tuple[str, ...]]:
    """The registration numbers in each full text that was read, by PMCID."""
    query = "SELECT proof->>'$.read' FROM searches WHERE subject = 'full texts' ORDER BY asked_at"
    noted = (json.loads(read or "{}") for read in column(con, query))
    return {pmcid: tuple(numbers) for read in noted for pmcid, numbers in read.items()}


def texts_closed(con: Connection, now: datetime) -> frozenset[str]:
    """The PMCIDs whose full text was asked for of late and is not open."""
    closed = column(
        con,
        "SELECT DISTINCT unnest((proof->'$.closed')::VARCHAR[]) FROM searches "
        "WHERE subject = 'full texts' AND asked_at > ?",
        [now - ASKED_AGAIN_AFTER],
    )
    return frozenset(closed)


class NightsBefore(NamedTuple):
    """What earlier nights searched; searches by hand do not count."""

    any_searched: bool
    any_proven: bool  # with every question
    last_went_wrong: bool


def nights_before(con: Connection) -> NightsBefore:
    proven = column(
        con,
        "SELECT bool_and(s.outcome = 'proven') FROM searches AS s SEMI JOIN runs USING (run_id) "
        "GROUP BY s.run_id ORDER BY max(s.asked_at), s.run_id",
    )
    return NightsBefore(bool(proven), any(proven), bool(proven) and not proven[-1])


class PapersState(NamedTuple):
    """The questions of the newest search, in the order of their sources, and how many links wait for a person."""

    last_search: list[dict[str, Any]]
    waiting: int


def state(con: Connection) -> PapersState:
    """How papers stand; nothing searched and nothing waiting in a file of an earlier version, not migrated yet."""
    if not has_relation(con, "searches"):
        return PapersState([], 0)
    questions = dicts(
        con,
        "SELECT run_id, source, subject, asked_at, hit_count, fetched, new, requests, outcome, "
        "coalesce((proof->'$.reasons')::VARCHAR[], []) AS reasons FROM searches "
        "WHERE run_id = (SELECT run_id FROM searches ORDER BY source = ?, asked_at DESC, run_id DESC LIMIT 1) "
        "ORDER BY source, subject DESC",
        [PaperSource.PERSON],  # an import is the last search only where the services were never asked
    )
    return PapersState(questions, found_papers.waiting(con))


def was_imported(con: Connection, sha256: str) -> bool:
    query = "SELECT count(*) FROM searches WHERE source = ? AND (proof->>'$.sha256') = ?"
    return bool(scalar(con, query, [PaperSource.PERSON, sha256]))


def note_search(
    con: Connection, run_id: str, asked_at: datetime, rows: Iterable[Mapping[str, Any]], new: int
) -> None:
    """Add the rows of `searches`; `new` is how many papers the whole search brought."""
    stamp = {"run_id": run_id, "asked_at": asked_at, "new": new}
    insert(con, "searches", (dict(row) | stamp for row in rows))
