"""Where a digest can go. One small file per channel: a pure builder of what is sent, and the sending."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from mscwatch.channels.atom import Atom
from mscwatch.channels.jsonl import JsonLines
from mscwatch.channels.others import Other, separated
from mscwatch.channels.slack import BusyError, Slack
from mscwatch.channels.smtp import Smtp
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address, Digest

ATTEMPTS = 3
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0  # seconds; who asks for more is asked again the next night
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+|[^\x00-\x1f<>]*<[^\s@<>,;]+@[^\s@<>,;]+>")


class Channel(Protocol):
    """Something that can deliver a digest.

    `named` is how many events its message names; `setting` stands for how it is configured, without a secret: where
    it differs from yesterday's, what was switched off is tried again.
    """

    @property
    def name(self) -> str: ...

    @property
    def named(self) -> int: ...

    @property
    def setting(self) -> str: ...

    def addresses(self) -> tuple[Address, ...]: ...

    def send(self, digest: Digest, recipient: str) -> None:
        """Deliver, or raise `ChannelError` (temporary or permanent) that holds no secret."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Who is told what: where news go, where the operator's notices go, and the channel of each address."""

    channels: dict[Address, Channel]
    news: tuple[Address, ...]
    operator: tuple[Address, ...]

    def operator_but(self, off: Collection[Address]) -> tuple[Address, ...]:
        """Where the operator is reached while some addresses are off; theirs all the same when all are."""
        working = tuple(address for address in self.operator if address not in off)
        return working or tuple(address for address in self.news if address not in off) or self.operator

    def sharing(self, address: Address) -> tuple[Address, ...]:
        """Every address that the same channel serves."""
        return tuple(one for one, channel in self.channels.items() if channel is self.channels[address])

    def successors(self) -> dict[str, Address]:
        """Channels of a single masked URL or file, with where they go now: a new URL takes the old one's place."""
        by_name: dict[str, list[Address]] = {}
        for address in self.news:
            by_name.setdefault(address.channel, []).append(address)
        by_name.pop(Smtp.name, None)  # another person is not the same one moved
        return {name: found[0] for name, found in by_name.items() if len(found) == 1}


def routes(channels: Sequence[Channel], operator_email_to: Sequence[str]) -> Routes:
    """The operator hears by mail, at addresses of their own if there are any; without mail, where news go."""
    by_address = {address: channel for channel in channels for address in channel.addresses()}
    news = tuple(by_address)
    mail = next((channel for channel in channels if channel.name == Smtp.name), None)
    if mail is None:
        return Routes(by_address, news, news)
    operator = tuple(Address(Smtp.name, recipient) for recipient in operator_email_to) or mail.addresses()
    return Routes(by_address | dict.fromkeys(operator, mail), news, operator)


def configured(
    *,
    smtp_url: str = "",
    email_from: str = "",
    email_to: Sequence[str] = (),
    slack_webhook_url: str = "",
    atom_file: str = "",
    jsonl_file: str = "",
    apprise_urls: str = "",
) -> tuple[Channel, ...]:
    """The channels that are switched on; empty is off. Raises `ConfigError` without the secret."""
    channels: list[Channel] = []
    if smtp_url:
        channels.append(_smtp(smtp_url, email_from, tuple(email_to)))
    if slack_webhook_url:
        if not _is_url(slack_webhook_url, "https", "http"):
            msg = "MSCWATCH_SLACK_WEBHOOK_URL is not an http(s) address. Copy it from Slack again."
            raise ConfigError(msg)
        channels.append(Slack(slack_webhook_url))
    if atom_file:
        channels.append(Atom(Path(atom_file)))
    if jsonl_file:
        channels.append(JsonLines(Path(jsonl_file)))
    channels += map(Other, separated(apprise_urls))
    return tuple(channels)


def send_with_patience(
    channel: Channel, digest: Digest, recipient: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Send, and try a temporary refusal again twice, no sooner than asked.

    Raises the last `ChannelError`, in doubt if any attempt was.
    """
    in_doubt = False

    def send() -> None:
        nonlocal in_doubt
        try:
            channel.send(digest, recipient)
        except ChannelError as error:
            in_doubt = error.in_doubt = in_doubt or error.in_doubt
            raise

    patience = Retrying(
        retry=retry_if_exception(_worth_waiting),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
    patience(send)


def _smtp(url: str, sender: str, recipients: tuple[str, ...]) -> Smtp:
    # A / ? or # left bare in a password ends the host early: its first half would be shown as a port.
    if not _is_url(url, "smtp", "smtps") or re.search(r"[/?#]", url.partition("://")[2].removesuffix("/")):
        msg = (
            "MSCWATCH_SMTP_URL must read smtp://user:password@host:587 or smtps://user:password@host:465, "
            "special characters of the password as %40."
        )
        raise ConfigError(msg)
    if not sender or not recipients:
        msg = "MSCWATCH_SMTP_URL is set, so MSCWATCH_EMAIL_FROM and MSCWATCH_EMAIL_TO must be too."
        raise ConfigError(msg)
    for address in (sender, *recipients):
        if not ADDRESS.fullmatch(address):
            msg = f"{address!r} in MSCWATCH_EMAIL_FROM or MSCWATCH_EMAIL_TO is not a mail address."
            raise ConfigError(msg)
    return Smtp(url, sender, recipients)


def _is_url(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # it quotes what it could not read, and that may be the secret
        return False


def _worth_waiting(error: BaseException) -> bool:
    """Whether the same attempt may succeed within the night."""
    if not isinstance(error, ChannelError) or error.permanent:
        return False
    return not isinstance(error, BusyError) or error.retry_after <= LONGEST_WAIT


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, BusyError) else 0.0
    return max(asked, wait_exponential(multiplier=FIRST_WAIT)(state))
