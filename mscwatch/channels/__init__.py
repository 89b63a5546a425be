"""Where a digest can go. One small file per channel: a pure builder of what is sent, and the sending."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from mscwatch.channels.slack import Slack
from mscwatch.channels.smtp import Smtp
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address, Digest

log = logging.getLogger(__name__)

ATTEMPTS = 3
FIRST_WAIT = 2.0


class Channel(Protocol):
    """Something that can deliver a digest; `named` is how many events its message names."""

    name: str
    named: int

    def addresses(self) -> tuple[Address, ...]: ...

    def send(self, digest: Digest, recipient: str) -> None:
        """Deliver, or raise `ChannelError` (temporary or permanent) that holds no secret."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Who is told what: where news go, where the operator's notices go, and the channel of each address."""

    channels: dict[Address, Channel]
    news: tuple[Address, ...]
    operator: tuple[Address, ...]


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
    *, smtp_url: str, email_from: str, email_to: Sequence[str], slack_webhook_url: str
) -> tuple[Channel, ...]:
    """The channels that are switched on; an empty URL is off. Raises `ConfigError` without the secret."""
    channels: list[Channel] = []
    if smtp_url:
        channels.append(_smtp(smtp_url, email_from, tuple(email_to)))
    if slack_webhook_url:
        parts = urlsplit(slack_webhook_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = "MSCWATCH_SLACK_WEBHOOK_URL is not an http(s) address. Copy it from Slack again."
            raise ConfigError(msg)
        channels.append(Slack(slack_webhook_url))
    return tuple(channels)


def send_with_patience(
    channel: Channel, digest: Digest, recipient: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Send, and try a temporary refusal again twice. Raises the last `ChannelError`."""
    patience = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, ChannelError) and not error.permanent),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(multiplier=FIRST_WAIT),
        sleep=sleep,
        reraise=True,
    )
    patience(channel.send, digest, recipient)


def _smtp(url: str, sender: str, recipients: tuple[str, ...]) -> Smtp:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        msg = "MSCWATCH_SMTP_URL must read smtp://user:password@host:587 or smtps://user:password@host:465."
        raise ConfigError(msg)
    if not sender or not recipients:
        msg = "MSCWATCH_SMTP_URL is set, so MSCWATCH_EMAIL_FROM and MSCWATCH_EMAIL_TO must be too."
        raise ConfigError(msg)
    return Smtp(url, sender, recipients)
