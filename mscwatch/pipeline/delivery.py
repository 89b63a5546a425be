"""Telling: what is owed at each address becomes one digest, is sent, and is stamped.

The order is: in doubt, send, sent. A failure leaves it owed with its error; one address never stops another. An address
that refuses for good is switched off, and the operator hears of that elsewhere. The only possible repeats are those of
a process that dies between the send and the stamp, and of a server that takes a message and never says so. What was in
doubt goes again before anything new and in a message of its own, so with the same Message-ID: mail clients fold it.
(Where a kill broke the working file itself, what was told since the last publication is owed again: `store/recovery`.)
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

# What is switched off in a round makes a notice for others; what then is left waits for the next night.
ROUNDS = 3


@dataclass(slots=True)
class DeliveryReport:
    """How telling went: messages tried, deliveries still owed at configured addresses, and why."""

    attempts: int = 0
    still_owed: int = 0
    errors: list[str] = field(default_factory=list)


def deliver(
    con: Connection, routes: Routes, watch: Watch, *, run_id: str, night: str, clock: Clock = utc_now
) -> DeliveryReport:
    """Send every configured address what it is owed, but nothing to those that are switched off.

    What is owed at addresses that are no longer configured stays owed, uncounted.
    """
    told = DeliveryReport()
    off = addresses.switched_off(con)
    failed: dict[Address, ChannelError] = {}
    for _ in range(ROUNDS):
        for address in addresses.owed_count(con, routes.channels.keys() - failed.keys()):
            if address in off:
                continue  # perhaps since a moment ago, with the rest of its channel
            told.attempts += 1
            if error := _tell_one(con, routes.channels[address], address, watch, night, clock):
                failed[address] = error
                off |= _switch_off(con, routes, address, error, run_id, clock())
    still = addresses.owed_count(con, routes.channels)
    told.still_owed = sum(still.values())
    told.errors = [_why(off[one]) if one in off else _again(failed.get(one)) for one in still]
    return told


def _why(one: SwitchedOff) -> str:
    channel = one.address.channel
    return (
        f"{channel} to {one.address.recipient} is switched off since {one.since:%Y-%m-%d}, until its setting changes "
        f"or `mscwatch test-alert {channel}` arrives ({one.reason.rstrip('.')})"
    )


def _again(error: ChannelError | None) -> str:
    said = str(error).rstrip(".") if error else "there was more to tell than a night tries"
    return f"{said}; the next run tries again"


def _tell_one(
    con: Connection, channel: Channel, address: Address, watch: Watch, night: str, clock: Clock
) -> ChannelError | None:
    """Send what is in doubt there as the one message that it was, and then what is owed; what stopped that."""
    for state in addresses.UNSENT:
        items, told = news.owed_news(con, address, state)
        if not items and not told:
            continue
        message = digest.compose(items, told, title=watch.title, night=night, banner=watch.banner)
        ids = [item.event.event_id for item in items] + [notice.notice_id for notice in told]
        ledger.mark(con, address, ids, DeliveryState.IN_DOUBT, clock())
        try:
            send_with_retries(channel, message, address.recipient)
        except ChannelError as error:
            after = DeliveryState.IN_DOUBT if error.in_doubt else state
            ledger.mark(con, address, ids, after, clock(), error=str(error))
            log.warning("Not told: %s", error)
            return error
        ledger.mark(con, address, ids, DeliveryState.SENT, clock(), shown=_named(message, channel.named))
        log.info("Told %s by %s: %s", address.recipient, address.channel, message.subject)
    return None


def _switch_off(
    con: Connection, routes: Routes, address: Address, error: ChannelError, run_id: str, now: datetime
) -> dict[Address, SwitchedOff]:
    """The addresses that an error puts out of use, noted and told to the operator; none where trying later may help."""
    match error.about:
        case "recipient":
            broken: tuple[Address, ...] = (address,)
        case "channel":
            broken = routes.same_channel(address)
        case _:
            return {}
    found = {one: SwitchedOff(one, now, str(error), routes.channels[one].setting) for one in broken}
    known = addresses.switched_off(con)
    off = known.keys() | found.keys()
    # Nobody is told of a broken channel through itself alone: then the exit code and `doctor` say it.
    elsewhere = [one for one in routes.operator_except(off) if one not in off]
    said = notices.channel_off(run_id, broken, str(error))
    with transaction(con):
        addresses.switch_off(con, [one for one in found.values() if one.address not in known])
        ledger.enqueue_notice(con, said, run_id, elsewhere)
    return found


def _named(message: Digest, most: int) -> set[str]:
    """Ids of what the message names; the rest it only counts and attaches."""
    named = {item.event.event_id for item in message.items[:most]}
    return named | {notice.notice_id for notice in message.notices}
