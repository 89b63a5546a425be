"""The run ledger and the ledger of who is told what. Every function takes the working file's connection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mscwatch.model import Address, Delivery, Issue, Notice
from mscwatch.store.sql import Connection, insert, row_of, scalar
from mscwatch.vocabulary import DeliveryState, RunOutcome

TRUSTED = "outcome IN ('baseline', 'published', 'unchanged')"

# The last one that was proven and wrote something.
LAST_WRITTEN_RUN = (
    "SELECT run_id FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY started_at DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the last trusted night read, and whether anything went wrong since."""

    started_at: datetime
    data_timestamp: datetime | None
    api_version: str | None
    is_latest: bool  # no refused, failed or interrupted night since


def begin_run(con: Connection, run_id: str, watch: str, started_at: datetime) -> None:
    """Open the run's row. A run that never finished was killed: the lock is ours, so nobody is at work."""
    con.execute(
        "UPDATE runs SET outcome = 'interrupted', error = 'the run was killed' WHERE outcome = 'running'"
    )
    insert(
        con,
        "runs",
        [{"run_id": run_id, "watch": watch, "started_at": started_at, "outcome": RunOutcome.RUNNING}],
    )


def finish_run(con: Connection, run_id: str, facts: dict[str, Any]) -> None:
    """Fill the run's row: column names and values; `proof` is given as a dict."""
    if isinstance(facts.get("proof"), dict):
        facts = facts | {"proof": orjson.dumps(facts["proof"]).decode()}
    assignments = ", ".join(f"{name} = ?" for name in facts)
    con.execute(f"UPDATE runs SET {assignments} WHERE run_id = ?", [*facts.values(), run_id])


def newest_run(con: Connection) -> str | None:
    """The id of the last run, however it went."""
    found = scalar(con, "SELECT run_id FROM runs ORDER BY started_at DESC LIMIT 1")
    return None if found is None else str(found)


def last_trusted_run(con: Connection) -> LastRun | None:
    """The last trusted night, or None before the first."""
    rows = con.execute(
        f"SELECT started_at, data_timestamp, api_version FROM runs WHERE {TRUSTED} ORDER BY started_at DESC LIMIT 1"
    ).fetchall()
    if not rows:
        return None
    started_at, data_timestamp, api_version = rows[0]
    since = scalar(
        con, f"SELECT count(*) FROM runs WHERE started_at > ? AND outcome <> 'running' AND NOT ({TRUSTED})",
        [started_at],
    )  # fmt: skip
    return LastRun(started_at, data_timestamp, api_version, is_latest=since == 0)


def incident_is_open(con: Connection) -> bool:
    """Whether the operator was told of a refused or failed night and not yet that it is over."""
    last = scalar(
        con,
        "SELECT n.kind FROM notices AS n JOIN runs AS r USING (run_id) "
        "WHERE n.kind IN ('refused', 'failed', 'recovered') ORDER BY r.started_at DESC LIMIT 1",
    )
    return last in ("refused", "failed")


def events_since(
    con: Connection, since: datetime, kinds: Iterable[str], relevance: Iterable[str]
) -> dict[str, int]:
    """How many events there were, by kind, of what is told; the most frequent first."""
    rows = con.execute(
        "SELECT e.kind, count(*) FROM events AS e JOIN watched AS w USING (nct_id) "
        "WHERE e.observed_at >= ? AND NOT e.is_baseline AND e.retracted_by IS NULL "
        "AND list_contains(?, e.kind) AND list_contains(?, w.relevance) GROUP BY ALL ORDER BY 2 DESC, 1",
        [since, list(kinds), list(relevance)],
    ).fetchall()
    return dict(rows)


def nights_since(con: Connection, since: datetime) -> dict[str, int]:
    """How many nights there were, by outcome."""
    rows = con.execute(
        "SELECT outcome, count(*) FROM runs WHERE started_at >= ? GROUP BY ALL ORDER BY ALL", [since]
    ).fetchall()
    return dict(rows)


def note_issues(con: Connection, issues: Iterable[Issue], run_id: str) -> None:
    """Keep what was not understood."""
    insert(con, "issues", (row_of(issue) | {"run_id": run_id} for issue in issues))


def enqueue_notice(con: Connection, notice: Notice, run_id: str, addresses: Iterable[Address]) -> None:
    """Record a notice once, owed to every address."""
    if scalar(con, "SELECT 1 FROM notices WHERE notice_id = ?", [notice.notice_id]):
        return
    insert(con, "notices", [row_of(notice) | {"run_id": run_id}])
    enqueue(con, (Delivery(notice.notice_id, address) for address in addresses))


def enqueue(con: Connection, deliveries: Iterable[Delivery]) -> None:
    """Write what is owed to whom."""
    insert(
        con,
        "deliveries",
        (
            {
                "event_id": delivery.event_id,
                "channel": delivery.address.channel,
                "recipient": delivery.address.recipient,
                "state": DeliveryState.OWED,
            }
            for delivery in deliveries
        ),
    )


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
    """Stamp an attempt on everything in `ids` at one address: `in_doubt` before it, and `sent` after.

    After one that failed: its `error`, and `owed` or, where the message may have arrived all the same, `in_doubt`.
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
        used | {"state": state, "channel": address.channel, "recipient": address.recipient, "ids": ids},
    )


def explain_doubt(con: Connection) -> None:
    """Say why rows are in doubt that a process left so when it died while sending; `tell` sends them again."""
    con.execute(
        "UPDATE deliveries SET error = 'the process died while sending' WHERE state = 'in_doubt' AND error IS NULL"
    )
