"""The ledger of runs, and the ledger of deliveries: what was sent to whom, and what is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from mscwatch.model import Address, Delivery, Issue, Notice
from mscwatch.store.sql import Connection, column, insert, meta, row_of, scalar, set_meta
from mscwatch.vocabulary import DeliveryState, RunOutcome

RUN_TIME = "%Y%m%dT%H%M%S%f"  # the beginning of a run's id
TO_PRINT = "to_print"  # key of `meta`: the runs whose news nobody has seen
TRUSTED = "outcome IN ('baseline', 'published', 'unchanged')"

# The last run that was proven and wrote something.
LAST_WRITTEN_RUN = (
    "SELECT run_id FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY night_no DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the last trusted run read, and whether any run went wrong since (times in UTC)."""

    started_at: datetime
    data_timestamp: datetime | None
    api_version: str | None
    is_latest: bool  # no refused, failed or interrupted run since


def newest_first(con: Connection) -> str:
    """What orders `runs`: the number of the night, or its time in a file that no run has migrated yet."""
    numbered = scalar(
        con,
        "SELECT count(*) FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' "
        "AND table_name = 'runs' AND column_name = 'night_no'",
    )
    return "night_no DESC" if numbered else "started_at DESC"


def last_written_run(con: Connection) -> str | None:
    """The id of the last run that was proven and wrote something, also in a file that no run has migrated yet."""
    run_id: str | None = scalar(con, LAST_WRITTEN_RUN.replace("night_no DESC", newest_first(con)))
    return run_id


def begin_run(con: Connection, run_id: str, watch: str, started_at: datetime) -> None:
    """Insert the run's row with the next number, and mark unfinished runs as interrupted.

    The caller holds the lock, so they were killed.
    """
    con.execute(
        "UPDATE runs SET outcome = 'interrupted', error = 'the run was killed' WHERE outcome = 'running'"
    )
    con.execute(
        "INSERT INTO runs BY NAME SELECT ? AS run_id, ? AS watch, ? AS started_at, ? AS outcome, "
        "(SELECT coalesce(max(night_no), 0) + 1 FROM runs) AS night_no",
        [run_id, watch, started_at, RunOutcome.RUNNING],
    )


def next_run_id(con: Connection, run_id: str) -> str:
    """The id of a run that begins now: `run_id`, or one just after the last run's where the clock was set back.

    An id begins with a time (`20261110T153000000000-1a2b`). So folders and files that are named after runs sort in the
    order of the runs, whatever the clock says.
    """
    last = newest_run(con)
    if last is None or last < run_id:
        return run_id
    moment, _, _ = last.partition("-")
    try:
        after = datetime.strptime(moment, RUN_TIME).replace(tzinfo=UTC) + timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return run_id
    return f"{after.strftime(RUN_TIME)}-{run_id.rpartition('-')[2]}"


def outcome_of(con: Connection, run_id: str) -> str | None:
    """How a run ended, as its row says; None where there is no such row."""
    outcome: str | None = scalar(con, "SELECT outcome FROM runs WHERE run_id = ?", [run_id])
    return outcome


def finish_run(con: Connection, run_id: str, facts: dict[str, Any]) -> None:
    """Update the run's row: `facts` has values by column name, `proof` as a dict."""
    if isinstance(facts.get("proof"), dict):
        facts = facts | {"proof": orjson.dumps(facts["proof"]).decode()}
    assignments = ", ".join(f"{name} = ?" for name in facts)
    con.execute(f"UPDATE runs SET {assignments} WHERE run_id = ?", [*facts.values(), run_id])


def newest_run(con: Connection) -> str | None:
    """The id of the last run, whatever its outcome; None before the first."""
    run_id: str | None = scalar(con, "SELECT run_id FROM runs ORDER BY night_no DESC LIMIT 1")
    return run_id


def last_trusted_run(con: Connection) -> LastRun | None:
    """The last trusted run, or None before the first."""
    rows = con.execute(
        "SELECT night_no, started_at, data_timestamp, api_version FROM runs "
        f"WHERE {TRUSTED} ORDER BY night_no DESC LIMIT 1"
    ).fetchall()
    if not rows:
        return None
    night_no, started_at, data_timestamp, api_version = rows[0]
    later = f"SELECT count(*) FROM runs WHERE night_no > ? AND outcome <> 'running' AND NOT ({TRUSTED})"
    is_latest = scalar(con, later, [night_no]) == 0
    return LastRun(started_at, data_timestamp, api_version, is_latest)


def last_set_aside(con: Connection) -> set[str]:
    """The NCT numbers of the records that the last run which wrote something could not read."""
    proof = scalar(con, f"SELECT proof FROM runs WHERE run_id = ({LAST_WRITTEN_RUN})")
    return {record["nct_id"] for record in orjson.loads(proof or "{}").get("set_aside", [])}


def incident_is_open(con: Connection) -> bool:
    """Whether the operator got a notice of a refused or failed run, and none yet that it is over."""
    last = scalar(
        con,
        "SELECT n.kind FROM notices AS n JOIN runs AS r USING (run_id) "
        "WHERE n.kind IN ('refused', 'failed', 'recovered') "
        "ORDER BY r.night_no DESC, n.rowid DESC LIMIT 1",  # one run may end an incident and begin the next
    )
    return last in ("refused", "failed")


def events_since(
    con: Connection, since: datetime, kinds: Iterable[str], relevance: Iterable[str]
) -> dict[str, int]:
    """How many events were observed since then, by kind, the most frequent first.

    Only of these kinds and relevances; baseline and retracted events do not count.
    """
    counted = con.execute(
        "SELECT e.kind, count(*) FROM events AS e JOIN watched AS w USING (nct_id) "
        "WHERE e.observed_at >= ? AND NOT e.is_baseline AND e.retracted_by IS NULL "
        "AND list_contains(?, e.kind) AND list_contains(?, w.relevance) GROUP BY ALL ORDER BY 2 DESC, 1",
        [since, list(kinds), list(relevance)],
    )
    return dict(counted.fetchall())


def nights_since(con: Connection, since: datetime) -> dict[str, int]:
    """How many runs started since then, by outcome."""
    query = "SELECT outcome, count(*) FROM runs WHERE started_at >= ? GROUP BY ALL ORDER BY ALL"
    return dict(con.execute(query, [since]).fetchall())


def note_issues(con: Connection, issues: Iterable[Issue], run_id: str) -> None:
    """Record values that were not understood, as met by a run."""
    insert(con, "issues", (row_of(issue) | {"run_id": run_id} for issue in issues))


def enqueue_notice(con: Connection, notice: Notice, run_id: str, addresses: Iterable[Address]) -> bool:
    """Record a notice and enqueue it for every address. Returns whether it is new; one that is not is left as it is."""
    if recorded_notices(con, [notice.notice_id]):
        return False
    insert(con, "notices", [row_of(notice) | {"run_id": run_id}])
    enqueue(con, (Delivery(notice.notice_id, address) for address in addresses))
    return True


def recorded_notices(con: Connection, notice_ids: Iterable[str]) -> set[str]:
    query = "SELECT notice_id FROM notices WHERE list_contains(?, notice_id)"
    return set(column(con, query, [list(notice_ids)]))


def owe_printing(con: Connection, run_id: str) -> None:
    """Note that a run's news is to be printed, because there was no channel to send it by."""
    set_meta(con, {TO_PRINT: " ".join([*runs_to_print(con), run_id])})


def runs_to_print(con: Connection) -> list[str]:
    """The runs whose news is still to be printed, the oldest first."""
    return (meta(con, TO_PRINT) or "").split()


def mark_printed(con: Connection) -> None:
    set_meta(con, {TO_PRINT: ""})


def enqueue(con: Connection, deliveries: Iterable[Delivery]) -> None:
    rows = (
        address_columns(delivery.address) | {"event_id": delivery.event_id, "state": DeliveryState.OWED}
        for delivery in deliveries
    )
    insert(con, "deliveries", rows)


def address_columns(address: Address) -> dict[str, str]:
    """An address as columns; the person behind it is not stored."""
    return {"channel": address.channel, "recipient": address.recipient}


def mark(
    con: Connection,
    address: Address,
    ids: list[str],
    state: DeliveryState,
    now: datetime,
    *,
    shown: set[str] | None = None,
    error: str | None = None,
) -> None:
    """Record an attempt to deliver `ids` to one address: `in_doubt` before sending, and `sent` after.

    After a failure pass its `error` with `owed`, or with `in_doubt` where the message may have arrived nevertheless.
    `shown` are the ids that the message names; the others are only counted in it.
    """
    if error is not None:
        change = "error = $error"
    elif state == DeliveryState.IN_DOUBT:
        change = "error = NULL, attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, $now)"
    else:
        change = "sent_at = $now, error = NULL, shown = CASE WHEN event_id IN $shown THEN 'named' ELSE 'counted' END"
    values = {"now": now, "shown": sorted(shown or ids), "error": error}
    used = {name: value for name, value in values.items() if f"${name}" in change}
    con.execute(
        f"UPDATE deliveries SET state = $state, {change} "
        "WHERE channel = $channel AND recipient = $recipient AND list_contains($ids, event_id)",
        used | address_columns(address) | {"state": state, "ids": ids},
    )


def explain_doubt(con: Connection) -> None:
    """Give deliveries that a killed process left in doubt their reason; the next delivery sends them again."""
    con.execute(
        "UPDATE deliveries SET error = 'the process died while sending' WHERE state = 'in_doubt' AND error IS NULL"
    )
