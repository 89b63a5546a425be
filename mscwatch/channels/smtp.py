"""E-mail by SMTP: `smtp://` (STARTTLS when offered) or `smtps://`."""

from __future__ import annotations

import hashlib
import logging
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from mscwatch.digest import plain
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest

log = logging.getLogger(__name__)

TIMEOUT = 30.0  # seconds per answer of the server
UNFOLDED = SMTP.clone(max_line_length=500)  # a folded subject begins with a space in some clients
PERMANENT = 500


class Smtp:
    """One server; every recipient gets a mail of their own, and so a delivery of their own."""

    name = "email"
    named = 200

    def __init__(self, url: str, sender: str, recipients: tuple[str, ...]) -> None:
        parts = urlsplit(url)
        self._implicit_tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._implicit_tls else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._recipients = recipients

    def addresses(self) -> tuple[Address, ...]:
        return tuple(Address(self.name, recipient) for recipient in self._recipients)

    def send(self, digest: Digest, recipient: str) -> None:
        """Send one mail. A 5xx answer, or credentials that are refused, need a person: permanent."""
        try:
            mail = message(digest, self._sender, recipient)
            server = self._connected()
            try:
                server.send_message(mail, from_addr=self._sender, to_addrs=[recipient])
                # The mail is theirs now: a clumsy goodbye must not make it be sent again.
                with suppress(OSError):
                    server.quit()
            finally:
                server.close()
        except (OSError, ValueError) as error:  # every SMTPException is an OSError
            raise self._explained(error, recipient) from None

    def _explained(self, error: OSError | ValueError, recipient: str) -> ChannelError:
        """What went wrong in a sentence, and whether it needs a person (RFC 5321, 4.2.1: 5yz)."""
        host = f"The mail server {self._host}:{self._port}"
        match error:
            case smtplib.SMTPRecipientsRefused():
                return self._refused(*next(iter(error.recipients.values())), f"refuses {recipient}")
            case smtplib.SMTPAuthenticationError():
                what = f"refuses the credentials of {self._user}"
                return self._refused(error.smtp_code, error.smtp_error, what)
            case smtplib.SMTPResponseException():
                return self._refused(error.smtp_code, error.smtp_error, "refuses the mail")
            case smtplib.SMTPServerDisconnected():
                return ChannelError(f"{host} ended the connection.")
            case smtplib.SMTPException():
                return ChannelError(f"{host} lacks what this mail needs: {error}", permanent=True)
            case ssl.SSLCertVerificationError():
                msg = f"{host} has no usable certificate: {error.verify_message}."
                return ChannelError(msg, permanent=True)
            case ValueError():  # a password outside ASCII ends here; the error's own words may hold it
                msg = f"{host} cannot be asked: the addresses, the user or the password hold odd characters."
                return ChannelError(msg, permanent=True)
            case _:
                return ChannelError(f"{host} cannot be reached ({type(error).__name__}).")

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._implicit_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            server.ehlo()
            if not self._implicit_tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self._user and not self._implicit_tls:
                log.warning(
                    "%s offers no encryption: the password of %s is sent bare.", self._host, self._user
                )
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _refused(self, code: int, words: bytes | str, what: str) -> ChannelError:
        said = words.decode(errors="replace") if isinstance(words, bytes) else words
        if self._password:
            said = said.replace(self._password, "***")
        msg = f"The mail server {self._host}:{self._port} {what}: {code} {plain(said, 200)}."
        return ChannelError(msg, permanent=code >= PERMANENT)


def message(digest: Digest, sender: str, recipient: str) -> EmailMessage:
    """The mail: plain text, the same as HTML, and all events as CSV.

    The Message-ID is the same whenever the same news go to the same recipient, so that clients fold a repeat.
    """
    mail = EmailMessage(policy=UNFOLDED)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = digest.subject
    mail["Date"] = formatdate(localtime=False)
    to = hashlib.sha256(recipient.encode()).hexdigest()[:12]
    domain = parseaddr(sender)[1].rpartition("@")[2]
    mail["Message-ID"] = f"<{digest.digest_id}.{to}@{domain}>"
    mail["List-Id"] = f"<mscwatch.{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    # Left to itself the library sends 8-bit text, also to servers that never offered to take it.
    mail.set_content(digest.text, cte="quoted-printable")
    mail.add_alternative(digest.html, subtype="html", cte="quoted-printable")
    if digest.csv:
        mail.add_attachment(digest.csv.encode("utf-8-sig"), "text", "csv", filename="events.csv")
    return mail
