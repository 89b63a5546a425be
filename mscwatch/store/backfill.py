"""The registry's own history in the warehouse: which trials still lack it, and the rows that one history adds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from mscwatch.changes.backfill import Backfill, BackfilledVersion, FirstVersion, last_update_posted
from mscwatch.errors import MscwatchError
from mscwatch.model import FetchedTrial
from mscwatch.store.sql import Connection, column, insert, row_of

UNREAD = """
SELECT w.nct_id FROM watched AS w LEFT JOIN histories AS h ON h.nct_id = w.nct_id AND h.answer = 'told'
WHERE h.nct_id IS NULL AND list_contains(?, w.nct_id) ORDER BY w.nct_id
"""

# Without numbers: the trials that the watch is about and whose history was never requested.
UNASKED = """
SELECT nct_id FROM watched
WHERE in_watch AND relevance IN ('core', 'unsure') AND nct_id NOT IN (SELECT nct_id FROM histories) ORDER BY nct_id
"""


def unread_trials(con: Connection, numbers: Sequence[str]) -> list[str]:
    """The NCT numbers among `numbers` whose history is not stored yet; of the watch's own topic when that is empty.

    Raises `MscwatchError` for a trial that no run has seen.
    """
    if not numbers:
        return column(con, UNASKED)
    if unknown := sorted(set(numbers).difference(column(con, "SELECT nct_id FROM watched"))):
        raise MscwatchError(
            f"The watch has never seen {', '.join(unknown)}. Check the number, or the query of the watch."
        )
    return column(con, UNREAD, [list(numbers)])


def first_sight(con: Connection, nct_id: str) -> FirstVersion:
    """The version of a known trial that a run saw first."""
    (row,) = con.execute(
        "SELECT first_run_id, observed_at, content_hash, derived_hash, coalesce(plain, record) FROM versions "
        "WHERE nct_id = ? AND version_no = 1",
        [nct_id],
    ).fetchall()
    run_id, observed_at, content, derived, record = row
    return FirstVersion(run_id, observed_at, FetchedTrial(nct_id, content, derived, orjson.loads(record)))


def note_answer(
    con: Connection, nct_id: str, answer: str, read_at: datetime, listed: int, backfill: Backfill | None
) -> None:
    """Record in `histories` that a trial's history was requested, and the result; `listed` counts its versions."""
    stored, back_to = (len(backfill.versions), backfill.reaches_back_to) if backfill else (0, None)
    row = [nct_id, read_at, answer, listed, stored, back_to]
    con.execute("INSERT OR REPLACE INTO histories VALUES (?, ?, ?, ?, ?, ?)", row)


def store_backfill(con: Connection, first: FirstVersion, backfill: Backfill) -> None:
    """Write one trial's history within the caller's transaction; no delivery follows from it."""
    run_id, nct_id = first.run_id, first.fetched.nct_id
    insert(con, "versions", (_version_row(version, run_id) for version in backfill.versions))
    con.execute(
        "UPDATE versions SET valid_from = ? WHERE nct_id = ? AND version_no = 1",
        [backfill.first_valid_from, nct_id],
    )
    insert(con, "changes", (row_of(change) for change in backfill.changes))
    stamp = {"run_id": run_id, "origin": "history"}
    events = (row_of(event) | {"observed_at": moment} | stamp for event, moment in backfill.events)
    insert(con, "events", events)
    insert(con, "issues", (row_of(issue) | {"run_id": run_id} for issue in backfill.issues))


def _version_row(version: BackfilledVersion, run_id: str) -> dict[str, object]:
    trial = version.trial
    return {
        "nct_id": trial.nct_id,
        "content_hash": trial.content_hash,
        "derived_hash": trial.derived_hash,
        "record": trial.as_came or trial.record,
        "plain": trial.record if trial.as_came else None,
        "version_no": version.version_no,
        "first_run_id": run_id,
        "observed_at": version.valid_from,
        "last_update_posted_date": last_update_posted(trial.record),
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "origin": "history",
        "registry_version": version.number,
    }
