"""The mail channel: SMTP by `smtp://` (STARTTLS when offered) or `smtps://`."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import smtplib
import ssl
from collections.abc import Iterable
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from functools import cached_property
from typing import Literal
from urllib.parse import unquote, urlsplit

from mscwatch.channels.deadline import within
from mscwatch.channels.secrets import fingerprint, holds, masked_address, without_addresses
from mscwatch.digest import MOST_NAMED, plain
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds for each answer of the server
TOTAL = 60.0  # seconds for the whole conversation about one mail
LONGEST_LINE = 500  # some clients show a space at the fold of a subject
OK = 250
PERMANENT = 500
EHLO_UNKNOWN = (500, 502)
LOGIN_WANTED = 530
TOO_MUCH = 552  # "exceeded storage allocation": to be treated as 452 (RFC 5321, 4.5.3.1.10)

About = Literal["message", "recipient", "channel"] | None


class Smtp:
    """One mail server. Each recipient gets a separate mail, and so a separate delivery.

    `sender` and `recipients` may have display names (`MSC Watch <m@example.org>`). The ledger has them masked.
    """

    name = "email"
    named = MOST_NAMED
    attaches = True

    def __init__(self, url: str, sender: str, recipients: tuple[str, ...]) -> None:
        parts = urlsplit(url)
        self._url = url
        self._implicit_tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._implicit_tls else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._people: dict[str, str] = {}  # as the settings have them, by their masked addresses
        self.addresses = self.also(recipients)

    def also(self, recipients: Iterable[str]) -> tuple[Address, ...]:
        """The addresses of more people who can be written to."""
        people = {masked_address(bare(recipient)): recipient for recipient in recipients}
        self._people = people | self._people
        return tuple(Address(self.name, masked, bare(person)) for masked, person in people.items())

    @cached_property
    def setting(self) -> str:
        """A fingerprint of server, user, password and sender."""
        return fingerprint(f"{self._url} {self._sender}")

    def send(self, digest: Digest, recipient: str) -> None:
        """Send one mail to a person, who is named by the recipient of one of this channel's addresses.

        Raises `ChannelError`. Its `about` depends on the command that the server refused (see `_explained`). It is
        `in_doubt` when the server fell silent or hung up after MAIL, because it may have accepted the mail.
        """
        sending = False

        def converse() -> None:
            nonlocal sending
            person = self._people.get(recipient, recipient)
            mail = message(digest, self._sender, person)
            server = self._connected()
            try:
                sending = True
                server.send_message(mail, from_addr=bare(self._sender), to_addrs=[bare(person)])
                # The server has the mail now: a failing QUIT must not cause a second one.
                with suppress(OSError):
                    server.quit()
            finally:
                server.close()

        try:
            within(TOTAL, converse)
        except (OSError, ValueError) as error:  # every SMTPException is an OSError
            # Its text may hold the password, so it is not kept as the cause.
            raise self._explained(error, recipient, sending=sending) from None

    def _explained(self, error: OSError | ValueError, recipient: str, *, sending: bool) -> ChannelError:
        """The `ChannelError` that says in a sentence what went wrong (RFC 5321, 4.2.1 and 4.3.2).

        A 5yz to RCPT is about the recipient, after DATA about the message. To greeting, STARTTLS, AUTH or MAIL it is
        about the server or the sender, and so about every recipient. 552 means a full mailbox, which is temporary, or
        a mail that is too large.
        """
        host = f"The mail server {self._host}:{self._port}"
        match error:
            case smtplib.SMTPRecipientsRefused():
                code, reason = next(iter(error.recipients.values()))
                about: About = (
                    None if code == TOO_MUCH else "channel" if code == LOGIN_WANTED else "recipient"
                )
                return self._refused(code, reason, f"refuses {recipient}", about)
            case smtplib.SMTPAuthenticationError():
                what = f"refuses the credentials of {self._user}"
                return self._refused(error.smtp_code, error.smtp_error, what, "channel")
            case smtplib.SMTPDataError():
                return self._refused(error.smtp_code, error.smtp_error, "refuses the mail", "message")
            case smtplib.SMTPResponseException():
                about = "message" if error.smtp_code == TOO_MUCH else "channel"
                return self._refused(error.smtp_code, error.smtp_error, "refuses the mail", about)
            case smtplib.SMTPServerDisconnected():
                # smtplib says so of silence too
                silent = not sending or isinstance(error.__context__, TimeoutError)
                return ChannelError(f"{host} ended the connection.", in_doubt=sending, silent=silent)
            case smtplib.SMTPException():
                about = "channel" if self._people.get(recipient, recipient).isascii() else "recipient"
                return ChannelError(f"{host} lacks what this mail needs: {error}", about=about)
            case ssl.SSLCertVerificationError():
                msg = f"{host} has no usable certificate: {error.verify_message}."
                return ChannelError(msg, about="channel")
            case ValueError():  # e.g. a password outside ASCII; the error's own text may hold it
                msg = f"{host} cannot be used: the addresses, the user or the password hold unusable characters."
                return ChannelError(msg, about="channel")
            case _:
                msg = f"{host} cannot be reached ({type(error).__name__})."
                return ChannelError(msg, in_doubt=sending, silent=True)

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            _greet(server)
            if not self._implicit_tls and server.has_extn("starttls"):
                server.starttls(context=context)
                _greet(server)
            elif self._user and not self._implicit_tls:
                self._send_bare()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _send_bare(self) -> None:
        """Allow a password without encryption to this machine only. Raises `ChannelError` for any other host."""
        if not _is_this_machine(self._host):
            raise ChannelError(
                f"The mail server {self._host}:{self._port} offers no encryption, so the password of {self._user} "
                "is not sent. Use smtps:// or a server that offers STARTTLS.",
                about="channel",
            )
        log.warning(
            "%s offers no encryption: the password of %s is sent unencrypted.", self._host, self._user
        )

    def _refused(self, code: int, reason: bytes | str, what: str, about: About) -> ChannelError:
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        answered = (
            f"{code}" if holds(text, self._password) else f"{code} {without_addresses(plain(text, 200))}"
        )
        msg = f"The mail server {self._host}:{self._port} {what}: {answered}."
        return ChannelError(msg, about=about if code >= PERMANENT else None)


def _greet(server: smtplib.SMTP) -> None:
    """Send EHLO, or HELO to a server that does not know it (RFC 5321, 3.2). Raises `SMTPHeloError` for a refusal.

    `smtplib` goes on after a refusal, so a server that is only busy would seem to offer no login.
    """
    code, reason = server.ehlo()
    if code in EHLO_UNKNOWN:
        code, reason = server.helo()
    if code != OK:
        raise smtplib.SMTPHeloError(code, reason)


def bare(address: str) -> str:
    """A mail address without its display name."""
    return parseaddr(address)[1] or address


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def message(digest: Digest, sender: str, recipient: str) -> EmailMessage:
    """The mail: plain text, the same in HTML, and all events as a CSV attachment.

    The Message-ID depends only on the digest's contents and the recipient, so that mail clients fold a repeat.
    """
    from email.policy import SMTP  # noqa: PLC0415  late: a thirtieth of the start of a night, which seldom sends mail

    mail = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = digest.subject
    mail["Date"] = formatdate(localtime=False)
    to = hashlib.sha256(bare(recipient).encode()).hexdigest()[:12]
    domain = bare(sender).rpartition("@")[2]
    mail["Message-ID"] = f"<{digest.digest_id}.{to}@{domain}>"
    mail["List-Id"] = f"<mscwatch.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # By default `email` writes 8-bit text, also for servers that do not offer 8BITMIME.
    mail.set_content(digest.text, cte="quoted-printable")
    mail.add_alternative(digest.html, subtype="html", cte="quoted-printable")
    if digest.csv:
        mail.add_attachment(digest.csv.encode("utf-8-sig"), "text", "csv", filename="events.csv")
    return mail
