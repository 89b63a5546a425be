"""Telling: what is owed at each address becomes one digest, is sent, and is stamped.

The order is: in doubt, send, sent. A failure leaves it owed with its error; one address never stops another. The
only possible repeat is a process that dies between the send and the stamp; such rows are owed again by the next run,
with the same Message-ID, so that mail clients fold the repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mscwatch import digest
from mscwatch.channels import Channel, send_with_patience
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest
from mscwatch.store import ledger
from mscwatch.store.working import Connection
from mscwatch.watch import Watch

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """How telling went: messages tried, deliveries still owed at configured addresses, and why."""

    attempts: int = 0
    still_owed: int = 0
    errors: list[str] = field(default_factory=list)


def tell(con: Connection, channels: Mapping[Address, Channel], watch: Watch, night: str) -> Told:
    """Send every configured address what it is owed. What is owed elsewhere stays owed, uncounted."""
    told = Told()
    for address in ledger.owed_addresses(con):
        if address in channels:
            _tell_one(con, channels[address], address, watch, night, told)
    return told


def _tell_one(
    con: Connection, channel: Channel, address: Address, watch: Watch, night: str, told: Told
) -> None:
    items, notices = ledger.owed_news(con, address)
    message = digest.compose(items, notices, title=watch.title, night=night, banner=watch.banner)
    ids = [item.event.event_id for item in items] + [notice.notice_id for notice in notices]
    told.attempts += 1
    ledger.mark(con, address, ids, "in_doubt", _now())
    try:
        send_with_patience(channel, message, address.recipient)
    except ChannelError as error:
        ledger.mark(con, address, ids, "owed", _now(), error=str(error))
        told.still_owed += len(ids)
        told.errors.append(str(error).rstrip("."))
        log.warning("Not told: %s", error)
    else:
        ledger.mark(con, address, ids, "sent", _now(), shown=_named(message, channel.named))
        log.info("Told %s by %s: %s", address.recipient, address.channel, message.subject)


def _named(message: Digest, most: int) -> set[str]:
    """Ids of what the message names; the rest it only counts and attaches."""
    named = {item.event.event_id for item in message.items[:most]}
    return named | {notice.notice_id for notice in message.notices}


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
