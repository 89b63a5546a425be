"""The channels that deliver a digest: mail, Slack, an Atom feed, JSON lines, and whatever Apprise knows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential
from tenacity.stop import stop_after_delay

from mscwatch.channels.atom import Atom
from mscwatch.channels.jsonl import JsonLines
from mscwatch.channels.others import Other, split_urls
from mscwatch.channels.slack import BusyError, Slack
from mscwatch.channels.smtp import Smtp
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address, Digest
from mscwatch.settings import Settings

ATTEMPTS = 3
FIRST_WAIT = 2.0
PATIENCE = 90.0  # seconds after the first attempt began; then no other one is made in this run
LONGEST_WAIT = 60.0  # seconds; a service that asks for a longer wait is tried again by the next run


class Channel(Protocol):
    """A way to deliver a digest.

    `named` is how many events its message names, `attaches` whether the CSV goes with it. `setting` identifies its
    configuration without a secret: when it differs from the stored one, an address that was switched off is tried
    again.
    """

    name: str
    named: int
    attaches: bool
    addresses: tuple[Address, ...]

    @property
    def setting(self) -> str: ...

    def send(self, digest: Digest, recipient: str) -> None:
        """Deliver the digest. Raises `ChannelError`, temporary or permanent, whose text holds no secret."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The addresses that get events, those that get the operator's notices, and the channel of each address.

    `page_url` is where readers of the messages find the page; empty where nobody set it.
    """

    channels: dict[Address, Channel]
    news: tuple[Address, ...]
    operator: tuple[Address, ...]
    page_url: str = ""

    def operator_except(self, off: Collection[Address]) -> tuple[Address, ...]:
        """The operator's addresses that are not `off`; else any that is not; else the operator's all the same."""
        working = tuple(address for address in self.operator if address not in off)
        return working or tuple(address for address in self.news if address not in off) or self.operator

    def same_channel(self, address: Address) -> tuple[Address, ...]:
        """Every address of this address's channel, itself included."""
        return tuple(other for other, channel in self.channels.items() if channel is self.channels[address])

    def revealed(self, text: str) -> str:
        """A text of the warehouse in which the mail addresses of the settings are as the settings have them."""
        for address in self.channels:
            text = text.replace(address.recipient, address.person or address.recipient)
        return text

    def successors(self) -> dict[str, Address]:
        """Channels with exactly one address, and that address. A new URL or file takes over what the old is owed."""
        by_name: dict[str, list[Address]] = {}
        for address in self.news:
            by_name.setdefault(address.channel, []).append(address)
        by_name.pop(Smtp.name, None)  # a new mail address is another person
        return {name: addresses[0] for name, addresses in by_name.items() if len(addresses) == 1}


def routes(channels: Sequence[Channel], operator_email_to: Sequence[str]) -> Routes:
    """Route events to every channel, and the operator's notices to mail.

    They go to `operator_email_to`, or where that is empty to the recipients of events. Without a mail channel they go
    wherever events go.
    """
    by_address = {address: channel for channel in channels for address in channel.addresses}
    news = tuple(by_address)
    mail = next((channel for channel in channels if isinstance(channel, Smtp)), None)
    if mail is None:
        return Routes(by_address, news, news)
    operator = mail.also(operator_email_to) or mail.addresses
    return Routes(by_address | dict.fromkeys(operator, mail), news, operator)


def configured(settings: Settings) -> tuple[Channel, ...]:
    """The channels that the settings switch on. Raises `ConfigError`, without secrets, when one is unusable."""
    channels: list[Channel] = []
    if url := settings.smtp_url.get_secret_value():
        channels.append(_smtp(url, settings.email_from, settings.email_to))
    if webhook := settings.slack_webhook_url.get_secret_value():
        if not _is_url(webhook, "https", "http"):
            raise ConfigError("MSCWATCH_SLACK_WEBHOOK_URL is not an http(s) URL. Copy it from Slack again.")
        channels.append(Slack(webhook))
    if settings.atom_file:
        channels.append(Atom(Path(settings.atom_file)))
    if settings.jsonl_file:
        channels.append(JsonLines(Path(settings.jsonl_file)))
    channels += map(Other, split_urls(settings.apprise_urls.get_secret_value()))
    return tuple(channels)


def send_with_retries(
    channel: Channel, digest: Digest, recipient: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Send a digest, with up to two more attempts after temporary failures, and no sooner than the service asks.

    Raises the last `ChannelError`; it is `in_doubt` if any attempt was.
    """
    in_doubt = False

    def send() -> None:
        nonlocal in_doubt
        try:
            channel.send(digest, recipient)
        except ChannelError as error:
            in_doubt = error.in_doubt = in_doubt or error.in_doubt
            raise

    Retrying(
        retry=retry_if_exception(_worth_waiting),
        stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(PATIENCE),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )(send)


def _smtp(url: str, sender: str, recipients: tuple[str, ...]) -> Smtp:
    # An unescaped / ? or # in a password would end the host early, and messages would show its first half as a port.
    if not _is_url(url, "smtp", "smtps") or re.search(r"[/?#]", url.partition("://")[2].removesuffix("/")):
        raise ConfigError(
            "MSCWATCH_SMTP_URL must read smtp://user:password@host:587 or smtps://user:password@host:465. "
            "Percent-encode special characters of the password (%40 for @)."
        )
    if not sender or not recipients:
        raise ConfigError(
            "MSCWATCH_SMTP_URL is set, so MSCWATCH_EMAIL_FROM and MSCWATCH_EMAIL_TO must be set too."
        )
    return Smtp(url, sender, recipients)


def _is_url(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its text quotes the URL, which may be secret
        return False


def _worth_waiting(error: BaseException) -> bool:
    """Whether another attempt may succeed within this run."""
    if not isinstance(error, ChannelError) or error.permanent:
        return False
    return not isinstance(error, BusyError) or error.retry_after <= LONGEST_WAIT


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    requested = error.retry_after if isinstance(error, BusyError) else 0.0
    return max(requested, wait_exponential(multiplier=FIRST_WAIT)(state))
