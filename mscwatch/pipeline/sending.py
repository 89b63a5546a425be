"""What is owed at one address, sent: as one message, and in smaller ones where the service refuses the content.

A refused message is split in halves, and again, down to single events and notices. A single one is tried once more
without the CSV. What is still refused stays owed, and everything else arrives. In later runs it is sent apart from
what is new.
"""

from __future__ import annotations

import logging
from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mscwatch import digest
from mscwatch.channels import Channel, Routes, send_with_retries
from mscwatch.clock import Clock
from mscwatch.digest import notices
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest, NewsItem, Notice
from mscwatch.store import addresses, found_papers, ledger, news
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import DeliveryState
from mscwatch.watch import Watch

log = logging.getLogger(__name__)

# One refused event among 200 takes 17 refusals to find. A service that refuses more than this refuses everything.
MOST_REFUSALS = 40  # for one address in one run


class Batch(NamedTuple):
    """What one message tells."""

    items: tuple[NewsItem, ...]
    notices: tuple[Notice, ...]

    @property
    def ids(self) -> list[str]:
        return [item.event.event_id for item in self.items] + [notice.notice_id for notice in self.notices]

    def only(self, ids: Container[str]) -> Batch:
        return Batch(
            tuple(item for item in self.items if item.event.event_id in ids),
            tuple(notice for notice in self.notices if notice.notice_id in ids),
        )


class Refused(NamedTuple):
    """One event or notice that a service refuses for its content, and the error."""

    content: NewsItem | Notice
    error: ChannelError


@dataclass(slots=True)
class Outbox:
    """One address in one run. `refused` and `shown_plainly` fill while it sends: what the operator is to hear of."""

    con: Connection
    routes: Routes
    address: Address
    watch: Watch
    night: str  # the date that messages name (ISO 8601)
    clock: Clock
    refused: dict[str, Refused] = field(default_factory=dict)
    shown_plainly: dict[str, NewsItem] = field(default_factory=dict)
    _attached: bool = True  # until the service takes a message only without the CSV
    _refusals: int = 0

    @property
    def channel(self) -> Channel:
        return self.routes.channels[self.address]

    def send_owed(self) -> ChannelError | None:
        """Send what is in doubt, as the one message that it was, then what is owed. Returns what stopped it."""
        for state in addresses.UNSENT:
            items, unsent_notices = news.owed_news(self.con, self.address, state)
            batch = Batch(tuple(items), tuple(unsent_notices))
            self.shown_plainly |= {item.event.event_id: item for item in batch.items if item.problem}
            ids = set(batch.ids) - self.refused.keys()
            before = self._refused_before(ids) if state is DeliveryState.OWED else set()
            for part in (ids - before, before):
                if error := self._send(batch.only(part), state):
                    return error
        return None

    def _refused_before(self, ids: set[str]) -> set[str]:
        marks = {notices.not_sent_id(self.address, event_id): event_id for event_id in ids}
        return {marks[mark] for mark in ledger.recorded_notices(self.con, marks)}

    def _send(self, batch: Batch, state: DeliveryState) -> ChannelError | None:
        """Send a batch, in parts where its content is refused. Returns an error that stops the address for this run."""
        ids = batch.ids
        if not ids:
            return None
        error = self._attempt(batch, state)
        if error is None or error.about != "message" or error.in_doubt:
            return error
        self._refusals += 1
        if self._refusals >= MOST_REFUSALS:
            return error
        if len(ids) > 1:
            half = len(ids) // 2
            halves = batch.only(set(ids[:half])), batch.only(set(ids[half:]))
            return self._send(halves[0], state) or self._send(halves[1], state)
        if self._attached and self.channel.attaches and batch.items:
            self._attached = False
            error = self._attempt(batch, state)
            if error is None:
                return None  # and the rest of this run goes without it too
            self._attached = True
            if error.about != "message" or error.in_doubt:
                return error
        self.refused[ids[0]] = Refused(batch.items[0] if batch.items else batch.notices[0], error)
        return None

    def _attempt(self, batch: Batch, state: DeliveryState) -> ChannelError | None:
        ids, now = batch.ids, self.clock()
        try:
            message = self._composed(batch)
            ledger.mark(self.con, self.address, ids, DeliveryState.IN_DOUBT, now)
            self._hand_over(message)
        except ChannelError as error:
            after = DeliveryState.IN_DOUBT if error.in_doubt else state
            ledger.mark(self.con, self.address, ids, after, self.clock(), error=str(error))
            log.warning("Not sent: %s", error)
            return error
        shown = _named(message, self.channel.named)
        ledger.mark(self.con, self.address, ids, DeliveryState.SENT, self.clock(), shown=shown)
        log.info("Sent to %s by %s: %s", self.address.recipient, self.address.channel, message.subject)
        return None

    def _composed(self, batch: Batch) -> Digest:
        try:
            return digest.compose(
                batch.items,
                [replace(notice, summary=self.routes.revealed(notice.summary)) for notice in batch.notices],
                title=self.watch.title,
                night=self.night,
                banner=self.watch.banner,
                page_url=self.routes.page_url,
                waiting=found_papers.waiting(self.con),
                attached=self._attached,
            )
        except Exception as error:
            raise self._unfit(error) from error

    def _hand_over(self, message: Digest) -> None:
        try:
            send_with_retries(self.channel, message, self.address.recipient)
        except ChannelError:
            raise
        except Exception as error:  # noqa: BLE001  such as an event that this channel cannot put into its form
            raise self._unfit(error) from None  # the cause may show a secret address

    def _unfit(self, error: Exception) -> ChannelError:
        to = f"{self.address.channel} to {self.address.recipient}"
        return ChannelError(f"A message for {to} cannot be made ({type(error).__name__}).", about="message")


def _named(message: Digest, most: int) -> set[str]:
    """Ids of what the message names; it only counts and attaches the rest."""
    named = {item.event.event_id for item in message.items[:most]}
    return named | {notice.notice_id for notice in message.notices}
