"""Delivery: what is owed at each address becomes one digest, is sent, and is marked as sent.

Each message is marked in doubt, sent, then marked sent. A failure leaves it owed with its error, and never stops
another address. An address that refuses for good is switched off, and the operator is notified elsewhere.

A message can arrive twice only when the process dies between sending and marking, or when a server takes a message
and never confirms it. What was in doubt is sent before anything new, as a message of its own with the same
Message-ID, so mail clients fold the two. (Where a kill broke the working file, what was sent since the last
publication is owed again: `store.recovery`.)
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from mscwatch import digest
from mscwatch.channels import Channel, Routes, send_with_retries
from mscwatch.clock import Clock, utc_now
from mscwatch.digest import notices
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest
from mscwatch.store import addresses, ledger, news
from mscwatch.store.addresses import SwitchedOff
from mscwatch.store.sql import Connection
from mscwatch.store.working import transaction
from mscwatch.vocabulary import DeliveryState
from mscwatch.watch import Watch

log = logging.getLogger(__name__)

# Switching an address off makes a notice for others, sent in the next round. What is left then waits for the next run.
ROUNDS = 3


@dataclass(slots=True)
class DeliveryReport:
    """How delivery went: messages tried, deliveries still owed at configured addresses, and why they are."""

    attempts: int = 0
    still_owed: int = 0
    errors: list[str] = field(default_factory=list)


def deliver(
    con: Connection, routes: Routes, watch: Watch, *, run_id: str, night: str, clock: Clock = utc_now
) -> DeliveryReport:
    """Send every configured address what it is owed, unless it is switched off.

    `night` is the date that messages name (ISO 8601). What is owed at addresses that are no longer configured stays
    owed and is not counted.
    """
    report = DeliveryReport()
    off = addresses.switched_off(con)
    failed: dict[Address, ChannelError] = {}
    for _ in range(ROUNDS):
        for address in addresses.owed_count(con, routes.channels.keys() - failed.keys()):
            if address in off:
                continue  # perhaps since a moment ago, with the rest of its channel
            report.attempts += 1
            if error := _send_owed(con, routes.channels[address], address, watch, night, clock):
                failed[address] = error
                off |= _switch_off(con, routes, address, error, run_id, clock())
    owed = addresses.owed_count(con, routes.channels)
    report.still_owed = sum(owed.values())
    report.errors = [
        _why_off(off[address]) if address in off else _why_owed(failed.get(address)) for address in owed
    ]
    return report


def _why_off(off: SwitchedOff) -> str:
    channel = off.address.channel
    return (
        f"{channel} to {off.address.recipient} is switched off since {off.since:%Y-%m-%d}, until its setting changes "
        f"or `mscwatch test-alert {channel}` arrives ({off.reason.rstrip('.')})"
    )


def _why_owed(error: ChannelError | None) -> str:
    reason = str(error).rstrip(".") if error else "there was more to send than one run tries"
    return f"{reason}; the next run tries again"


def _send_owed(
    con: Connection, channel: Channel, address: Address, watch: Watch, night: str, clock: Clock
) -> ChannelError | None:
    """Send what is in doubt there, as the one message that it was, then what is owed. Returns what stopped it."""
    for state in addresses.UNSENT:
        items, unsent_notices = news.owed_news(con, address, state)
        if not items and not unsent_notices:
            continue
        message = digest.compose(items, unsent_notices, title=watch.title, night=night, banner=watch.banner)
        ids = [item.event.event_id for item in items] + [notice.notice_id for notice in unsent_notices]
        ledger.mark(con, address, ids, DeliveryState.IN_DOUBT, clock())
        try:
            send_with_retries(channel, message, address.recipient)
        except ChannelError as error:
            after = DeliveryState.IN_DOUBT if error.in_doubt else state
            ledger.mark(con, address, ids, after, clock(), error=str(error))
            log.warning("Not sent: %s", error)
            return error
        ledger.mark(con, address, ids, DeliveryState.SENT, clock(), shown=_named(message, channel.named))
        log.info("Sent to %s by %s: %s", address.recipient, address.channel, message.subject)
    return None


def _switch_off(
    con: Connection, routes: Routes, address: Address, error: ChannelError, run_id: str, now: datetime
) -> dict[Address, SwitchedOff]:
    """Switch off the addresses that an error puts out of use, and notify the operator.

    Returns them; none where trying later may help.
    """
    match error.about:
        case "recipient":
            broken: tuple[Address, ...] = (address,)
        case "channel":
            broken = routes.same_channel(address)
        case _:
            return {}
    switched = {gone: SwitchedOff(gone, now, str(error), routes.channels[gone].setting) for gone in broken}
    before = addresses.switched_off(con)
    off = before.keys() | switched.keys()
    # A notice about a broken channel cannot go through it: where there is no other, the exit code and `doctor` say it.
    reached = [other for other in routes.operator_except(off) if other not in off]
    notice = notices.channel_off(run_id, broken, str(error))
    with transaction(con):
        addresses.switch_off(con, [row for row in switched.values() if row.address not in before])
        ledger.enqueue_notice(con, notice, run_id, reached)
    return switched


def _named(message: Digest, most: int) -> set[str]:
    """Ids of what the message names; it only counts and attaches the rest."""
    named = {item.event.event_id for item in message.items[:most]}
    return named | {notice.notice_id for notice in message.notices}
