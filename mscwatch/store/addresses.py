"""Addresses over many nights: which are switched off, which took another's place, what waited there too long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mscwatch.model import Address
from mscwatch.store.sql import Connection, dicts, insert, scalar
from mscwatch.vocabulary import DeliveryState

UNSENT = (DeliveryState.IN_DOUBT, DeliveryState.OWED)  # what is in doubt is owed all the same
IS_UNSENT = "state IN ('in_doubt', 'owed')"

# When each thing that is told was written.
WRITTEN = (
    "SELECT event_id AS id, started_at FROM events JOIN runs USING (run_id) "
    "UNION ALL SELECT notice_id, started_at FROM notices JOIN runs USING (run_id)"
)


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """An address to which nothing is sent (a row of `switched_off`); `setting` is how it was configured then."""

    address: Address
    since: datetime
    reason: str
    setting: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What is no longer tried at one address; `last_sent` is the last success there."""

    address: Address
    count: int
    error: str
    last_sent: datetime | None


def switch_off(con: Connection, found: Iterable[SwitchedOff]) -> None:
    """Send nothing to these addresses from now on."""
    rows = (
        {
            "channel": one.address.channel,
            "recipient": one.address.recipient,
            "since": one.since,
            "reason": one.reason,
            "setting": one.setting,
        }
        for one in found
    )
    insert(con, "switched_off", rows)


def switch_on(con: Connection, addresses: Iterable[Address]) -> None:
    """Send to these addresses again."""
    for address in addresses:
        con.execute(
            "DELETE FROM switched_off WHERE channel = ? AND recipient = ?",
            [address.channel, address.recipient],
        )


def are_kept(con: Connection) -> bool:
    """Whether a file that was only opened to read has the table already; a run adds it."""
    return bool(scalar(con, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'switched_off'"))


def switched_off(con: Connection) -> dict[Address, SwitchedOff]:
    """Every address to which nothing is sent, and why."""
    rows = dicts(con, "SELECT * FROM switched_off ORDER BY ALL")
    found = (
        SwitchedOff(Address(row["channel"], row["recipient"]), row["since"], row["reason"], row["setting"])
        for row in rows
    )
    return {one.address: one for one in found}


def move(con: Connection, successors: Mapping[str, Address]) -> None:
    """What is owed at a former URL or file of a channel is owed where that channel goes now (by channel name)."""
    for channel, new in successors.items():
        former = f"FROM deliveries WHERE {IS_UNSENT} AND channel = ? AND recipient <> ?"
        con.execute(
            "INSERT INTO deliveries BY NAME SELECT event_id, channel, ? AS recipient, 'owed' AS state, "
            "max(attempts) AS attempts, min(first_tried_at) AS first_tried_at, any_value(error) AS error "
            f"{former} GROUP BY event_id, channel ON CONFLICT DO NOTHING",
            [new.recipient, channel, new.recipient],
        )
        con.execute(f"DELETE {former}", [channel, new.recipient])


def owed_count(con: Connection, addresses: Collection[Address]) -> dict[Address, int]:
    """How much is owed at each of these addresses, where anything is."""
    rows = con.execute(
        f"SELECT channel, recipient, count(*) FROM deliveries WHERE {IS_UNSENT} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    counted = {Address(channel, recipient): count for channel, recipient, count in rows}
    return {address: count for address, count in counted.items() if address in addresses}


def give_up(con: Connection, nights: int) -> list[GivenUp]:
    """Stop trying what has been owed for that many nights; a day on which something ran is a night."""
    days = con.execute(
        "SELECT DISTINCT started_at::DATE AS day FROM runs ORDER BY day DESC LIMIT ?", [nights + 1]
    ).fetchall()
    if len(days) <= nights:
        return []
    old = f"{IS_UNSENT} AND event_id IN (SELECT id FROM ({WRITTEN}) WHERE started_at::DATE <= ?)"
    rows = con.execute(
        f"SELECT channel, recipient, count(*), max(error) FROM deliveries WHERE {old} GROUP BY ALL ORDER BY ALL",
        [days[-1][0]],
    ).fetchall()
    con.execute(f"UPDATE deliveries SET state = 'gave_up' WHERE {old}", [days[-1][0]])
    return [
        GivenUp(Address(channel, recipient), count, error or "", _last_sent(con, channel, recipient))
        for channel, recipient, count, error in rows
    ]


def _last_sent(con: Connection, channel: str, recipient: str) -> datetime | None:
    found: datetime | None = scalar(
        con, "SELECT max(sent_at) FROM deliveries WHERE channel = ? AND recipient = ?", [channel, recipient]
    )
    return found
