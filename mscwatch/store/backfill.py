"""The past in the warehouse: whose history is still to be read, and what one trial's history adds to the tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from mscwatch.changes.backfill import Backfill, BackfilledVersion, FirstVersion, last_update_posted
from mscwatch.errors import MscwatchError
from mscwatch.model import FetchedTrial
from mscwatch.store.sql import Connection, insert, row_of

UNREAD = """
SELECT w.nct_id FROM watched AS w LEFT JOIN histories AS h ON h.nct_id = w.nct_id AND h.answer = 'told'
WHERE h.nct_id IS NULL AND list_contains(?, w.nct_id) ORDER BY w.nct_id
"""

# Of the whole watch: what it is about, and what was never asked for.
UNASKED = """
SELECT nct_id FROM watched
WHERE in_watch AND relevance IN ('core', 'unsure') AND nct_id NOT IN (SELECT nct_id FROM histories) ORDER BY nct_id
"""


def unread_trials(con: Connection, asked: Sequence[str]) -> list[str]:
    """Which of these trials have no history yet; without any, which of those that the watch is about.

    Raises `MscwatchError` for a trial that no night has seen.
    """
    if not asked:
        return [row[0] for row in con.execute(UNASKED).fetchall()]
    known = {row[0] for row in con.execute("SELECT nct_id FROM watched").fetchall()}
    if unknown := sorted(set(asked) - known):
        msg = f"The watch has never seen {', '.join(unknown)}. Check the number, or the query of the watch."
        raise MscwatchError(msg)
    return [row[0] for row in con.execute(UNREAD, [list(asked)]).fetchall()]


def first_sight(con: Connection, nct_id: str) -> FirstVersion:
    """The version of a known trial that a night saw first."""
    (row,) = con.execute(
        "SELECT first_run_id, observed_at, content_hash, derived_hash, record FROM versions "
        "WHERE nct_id = ? AND version_no = 1",
        [nct_id],
    ).fetchall()
    run_id, observed_at, content, derived, record = row
    return FirstVersion(run_id, observed_at, FetchedTrial(nct_id, content, derived, orjson.loads(record)))


def note_answer(
    con: Connection,
    nct_id: str,
    answer: str,
    read_at: datetime,
    told: int,
    found: Backfill | None,
) -> None:
    """Note that a trial's history was asked for, and what came of it; `told` counts the registry's versions."""
    kept, back_to = (len(found.versions), found.reaches_back_to) if found else (0, None)
    con.execute(
        "INSERT OR REPLACE INTO histories VALUES (?, ?, ?, ?, ?, ?)",
        [nct_id, read_at, answer, told, kept, back_to],
    )


def keep_backfill(con: Connection, first: FirstVersion, found: Backfill) -> None:
    """Write one trial's past, within the caller's transaction; nothing of it is owed to anybody."""
    run_id, nct_id = first.run_id, first.fetched.nct_id
    insert(con, "versions", (_version_row(one, run_id) for one in found.versions))
    con.execute(
        "UPDATE versions SET valid_from = ? WHERE nct_id = ? AND version_no = 1",
        [found.first_valid_from, nct_id],
    )
    insert(con, "changes", (row_of(change) for change in found.changes))
    insert(
        con,
        "events",
        (
            row_of(event) | {"run_id": run_id, "observed_at": moment, "origin": "history"}
            for event, moment in found.events
        ),
    )
    insert(con, "issues", (row_of(issue) | {"run_id": run_id} for issue in found.issues))


def _version_row(one: BackfilledVersion, run_id: str) -> dict[str, object]:
    return {
        "nct_id": one.trial.nct_id,
        "version_no": one.version_no,
        "first_run_id": run_id,
        "observed_at": one.valid_from,
        "last_update_posted_date": last_update_posted(one.trial.record),
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "content_hash": one.trial.content_hash,
        "derived_hash": one.trial.derived_hash,
        "record": one.trial.record,
        "origin": "history",
        "registry_version": one.number,
    }
