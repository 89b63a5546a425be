"""Where a digest can go. One small file per channel: a pure builder of what is sent, and the sending."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from mscwatch.channels.slack import BusyError, Slack
from mscwatch.channels.smtp import Smtp
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address, Digest

ATTEMPTS = 3
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0  # seconds; who asks for more is asked again the next night
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+|[^\x00-\x1f<>]*<[^\s@<>,;]+@[^\s@<>,;]+>")


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
        if not _is_url(slack_webhook_url, "https", "http"):
            msg = "MSCWATCH_SLACK_WEBHOOK_URL is not an http(s) address. Copy it from Slack again."
            raise ConfigError(msg)
        channels.append(Slack(slack_webhook_url))
    return tuple(channels)


def send_with_patience(
    channel: Channel, digest: Digest, recipient: str, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Send, and try a temporary refusal again twice, no sooner than asked. Raises the last `ChannelError`."""
    patience = Retrying(
        retry=retry_if_exception(_worth_waiting),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
    patience(channel.send, digest, recipient)


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
