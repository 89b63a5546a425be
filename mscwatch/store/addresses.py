"""Delivery addresses: which are switched off, which replaced another, and what was owed there for too long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import msgspec

from mscwatch.atomic_write import replace_file
from mscwatch.channels.secrets import without_addresses
from mscwatch.model import Address
from mscwatch.store.data_dir import DataDir
from mscwatch.store.ledger import address_columns
from mscwatch.store.sql import Connection, column, dicts, insert, scalar
from mscwatch.vocabulary import DeliveryState

UNSENT = (DeliveryState.IN_DOUBT, DeliveryState.OWED)  # a delivery in doubt is sent again, like an owed one
IS_UNSENT = "state IN ('in_doubt', 'owed')"

# The event or notice of every delivery, with the number of the run that wrote it.
WRITTEN = (
    "SELECT event_id AS id, night_no FROM events JOIN runs USING (run_id) "
    "UNION ALL SELECT notice_id, night_no FROM notices JOIN runs USING (run_id)"
)


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """An address that nothing is sent to (a row of `switched_off`); `setting` is a mark of its configuration then."""

    address: Address
    since: datetime
    reason: str
    setting: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """How many deliveries to one address were given up, the last error, and the last success there (UTC)."""

    address: Address
    count: int
    error: str
    last_sent: datetime | None


def switch_off(con: Connection, entries: Iterable[SwitchedOff]) -> None:
    """Send nothing to these addresses from now on."""
    told = ("since", "reason", "setting")
    rows = (address_columns(off.address) | {name: getattr(off, name) for name in told} for off in entries)
    insert(con, "switched_off", rows)


def switch_on(con: Connection, addresses: Iterable[Address]) -> None:
    for address in addresses:
        where = "channel = $channel AND recipient = $recipient"
        con.execute(f"DELETE FROM switched_off WHERE {where}", address_columns(address))


def switched_off(con: Connection) -> dict[Address, SwitchedOff]:
    rows = dicts(con, "SELECT * FROM switched_off ORDER BY ALL")
    entries = (msgspec.convert(row | {"address": row}, SwitchedOff) for row in rows)
    return {entry.address: entry for entry in entries}


def move(con: Connection, successors: Mapping[str, Address]) -> None:
    """Move what is owed at a former URL or file of a channel to its address of today (`successors`, by channel)."""
    for channel, new in successors.items():
        former = f"FROM deliveries WHERE {IS_UNSENT} AND channel = ? AND recipient <> ?"
        con.execute(
            "INSERT INTO deliveries BY NAME SELECT event_id, channel, ? AS recipient, 'owed' AS state, "
            "max(attempts) AS attempts, min(first_tried_at) AS first_tried_at, any_value(error) AS error "
            f"{former} GROUP BY event_id, channel ON CONFLICT DO NOTHING",
            [new.recipient, channel, new.recipient],
        )
        con.execute(f"DELETE {former}", [channel, new.recipient])


def mask_stored(con: Connection) -> bool:
    """Mask every mail address that earlier versions stored; whether there was one. Within the caller's transaction."""
    texts = {
        "deliveries": ("recipient", "error"),
        "switched_off": ("recipient", "reason"),
        "notices": ("summary",),
        "runs": ("error",),
    }
    found = False
    for table, columns in texts.items():
        for name in columns:
            # Other recipients are files and URLs.
            of_mail = "AND channel = 'email'" if name == "recipient" else ""
            query = f"SELECT DISTINCT {name} FROM {table} WHERE {name} LIKE '%@%' {of_mail}"
            for text in column(con, query):
                masked = without_addresses(text)
                if masked != text:
                    con.execute(f"UPDATE {table} SET {name} = ? WHERE {name} = ?", [masked, text])
                    found = True
    return found


def remember_people(data_dir: DataDir, configured: Iterable[Address]) -> None:
    """Keep the mail addresses of these addresses in a private file, so that `status` can say who is owed what.

    Where it cannot be written, `status` shows the masked address.
    """
    known = people(data_dir)
    more = {address.recipient: address.person for address in configured if address.person}
    if not more.items() <= known.items():
        with suppress(OSError):
            replace_file(data_dir.people, msgspec.json.encode(known | more), private=True)


def people(data_dir: DataDir) -> dict[str, str]:
    """Mail addresses by their masked form; none where the file is missing, unreadable or somebody else's."""
    try:
        return msgspec.json.decode(data_dir.people.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def owed_count(con: Connection, addresses: Collection[Address]) -> dict[Address, int]:
    """How many deliveries are unsent at each of these addresses; an address without any has no entry."""
    rows = con.execute(
        f"SELECT channel, recipient, count(*) FROM deliveries WHERE {IS_UNSENT} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    counted = {Address(channel, recipient): count for channel, recipient, count in rows}
    known = {address: address for address in addresses}
    return {known[address]: count for address, count in counted.items() if address in known}


def give_up(con: Connection, nights: int) -> list[GivenUp]:
    """Give up deliveries that have been owed for that many nights; each day with a run counts as one night."""
    query = "SELECT max(night_no) AS last FROM runs GROUP BY started_at::DATE ORDER BY last DESC LIMIT ?"
    days = column(con, query, [nights + 1])
    if len(days) <= nights:
        return []
    old = f"{IS_UNSENT} AND event_id IN (SELECT id FROM ({WRITTEN}) WHERE night_no <= ?)"
    rows = con.execute(
        f"SELECT channel, recipient, count(*), max(error) FROM deliveries WHERE {old} GROUP BY ALL ORDER BY ALL",
        [days[-1]],
    ).fetchall()
    con.execute(f"UPDATE deliveries SET state = 'gave_up' WHERE {old}", [days[-1]])
    return [
        GivenUp(Address(channel, recipient), count, error or "", _last_sent(con, channel, recipient))
        for channel, recipient, count, error in rows
    ]


def _last_sent(con: Connection, channel: str, recipient: str) -> datetime | None:
    sent_at: datetime | None = scalar(
        con, "SELECT max(sent_at) FROM deliveries WHERE channel = ? AND recipient = ?", [channel, recipient]
    )
    return sent_at
