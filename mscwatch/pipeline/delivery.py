"""Delivery: what is owed at each address becomes one digest, is sent, and is marked as sent.

Each message is marked in doubt, sent, then marked sent. A failure leaves it owed with its error, and never stops
another address, unless the service itself is silent: then its other addresses wait for the next run. An address that
refuses for good is switched off, and the operator is notified elsewhere. What is refused for its content is sent in
parts (`pipeline.sending`).

A message can arrive twice only when the process dies between sending and marking, or when a server takes a message
and never confirms it. What was in doubt is sent before anything new, as a message of its own with the same
Message-ID, so mail clients fold the two. (Where a kill broke the working file, what was sent since the last
publication is owed again: `store.recovery`.)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mscwatch.channels import Routes
from mscwatch.clock import Clock
from mscwatch.digest import notices
from mscwatch.errors import ChannelError
from mscwatch.model import Address, NewsItem, Notice
from mscwatch.pipeline.sending import Outbox
from mscwatch.store import addresses, ledger
from mscwatch.store.addresses import SwitchedOff
from mscwatch.store.sql import Connection, transaction
from mscwatch.vocabulary import NoticeKind
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
    con: Connection, routes: Routes, watch: Watch, *, run_id: str, night: str, clock: Clock
) -> DeliveryReport:
    """Send every configured address what it is owed, unless it is switched off.

    `night` is the date that messages name (ISO 8601). What is owed at addresses that are no longer configured stays
    owed and is not counted.
    """
    report = DeliveryReport()
    off = addresses.switched_off(con)
    failed: dict[Address, ChannelError] = {}
    outboxes: dict[Address, Outbox] = {}
    for _ in range(ROUNDS):
        for address in addresses.owed_count(con, routes.channels):
            if address in off or address in failed:
                continue  # perhaps since a moment ago, with the rest of its channel
            outbox = outboxes.setdefault(address, Outbox(con, routes, address, watch, night, clock))
            report.attempts += 1
            error = outbox.send_owed()
            _note(con, routes, outbox, run_id)
            if error:
                failed[address] = error
                off |= _switch_off(con, routes, address, error, run_id, clock())
                if error.silent:
                    failed |= dict.fromkeys(routes.same_channel(address), error)
    owed = addresses.owed_count(con, routes.channels)
    report.still_owed = sum(owed.values())
    for address in owed:
        refused = outboxes[address].refused if address in outboxes else {}
        last = next(reversed(refused.values())).error if refused else None
        why = _why_off(off[address]) if address in off else _why_owed(failed.get(address, last))
        report.errors.append(routes.revealed(why))
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


def _note(con: Connection, routes: Routes, outbox: Outbox, run_id: str) -> None:
    """Notify the operator, once each, of what is refused for its content and of events that cannot be worded."""
    reached = routes.operator_except(addresses.switched_off(con))
    with transaction(con):
        for item in outbox.shown_plainly.values():
            note_unshown(con, item, run_id, reached)
        for content, error in outbox.refused.values():
            notice = notices.not_sent(outbox.address, content, str(error))
            # A refused notice of a refusal is only recorded: else there would be one more each night.
            is_echo = isinstance(content, Notice) and content.kind is NoticeKind.NOT_SENT
            ledger.enqueue_notice(con, notice, run_id, () if is_echo else reached)


def note_unshown(con: Connection, item: NewsItem, run_id: str, operator: Iterable[Address]) -> None:
    """Record once, and notify the operator, that an event cannot be put into words."""
    if ledger.enqueue_notice(con, notices.not_shown(item), run_id, operator):
        ledger.note_issues(con, [notices.unshown_issue(item)], run_id)
        log.warning("%s", item.event.summary)


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
