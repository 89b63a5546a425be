"""E-mail by SMTP: `smtp://` (STARTTLS when offered) or `smtps://`."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest

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
        mail = message(digest, self._sender, recipient)
        try:
            with self._connected() as server:
                server.send_message(mail, from_addr=self._sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise self._error(code, words, f"refuses {recipient}") from None
        except smtplib.SMTPAuthenticationError as error:
            raise self._error(
                error.smtp_code, error.smtp_error, f"refuses the credentials of {self._user}"
            ) from None
        except smtplib.SMTPResponseException as error:
            raise self._error(error.smtp_code, error.smtp_error, "refuses the mail") from None
        except ssl.SSLError as error:
            msg = f"The mail server {self._host}:{self._port} has no usable certificate: {error.reason}."
            raise ChannelError(msg, permanent=True) from None
        except smtplib.SMTPNotSupportedError:
            msg = f"The mail server {self._host}:{self._port} offers no way to log in as {self._user}."
            raise ChannelError(msg, permanent=True) from None
        except (OSError, smtplib.SMTPException) as error:
            msg = f"The mail server {self._host}:{self._port} cannot be reached ({type(error).__name__})."
            raise ChannelError(msg) from None

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
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _error(self, code: int, words: bytes | str, what: str) -> ChannelError:
        said = words.decode(errors="replace") if isinstance(words, bytes) else words
        said = (
            " ".join(said.replace(self._password, "***").split())
            if self._password
            else " ".join(said.split())
        )
        msg = f"The mail server {self._host}:{self._port} {what}: {code} {said[:200]}."
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
    mail["Message-ID"] = f"<{digest.digest_id}.{to}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(digest.text)
    mail.add_alternative(digest.html, subtype="html")
    if digest.csv:
        mail.add_attachment(digest.csv.encode("utf-8-sig"), "text", "csv", filename="events.csv")
    return mail
