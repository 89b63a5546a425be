"""The channels of Apprise (Teams, Discord, ntfy, Telegram …), each given by one Apprise URL."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mscwatch.channels.secrets import blamed, fingerprint
from mscwatch.digest import SUBJECT_LIMIT, plain, render_item, shorten, study_url
from mscwatch.errors import ChannelError, ConfigError
from mscwatch.model import Address, Digest, NewsItem

MOST_NAMED = 20
LINE = 240  # characters for one event, without its link
LINKED = 60  # characters for its link
FRAME = 400  # characters for the text around the events
BETWEEN = re.compile(r",\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)")  # commas also separate targets within a URL
STATUS = re.compile(r"error=(\d{3})\b")  # how Apprise's services log the HTTP status they got
# Each service reads some of these as markup. Their full-width forms look alike and mean nothing to any of them.
WIDE = {ord(character): ord(character) + 0xFEE0 for character in "<>@[]*_~|`#\\"}


class Other:
    """One Apprise URL. The URL is a secret, so only its scheme and a fingerprint are shown.

    Raises `ConfigError` when Apprise does not understand it.
    """

    attaches = False

    def __init__(self, url: str) -> None:
        scheme, separator, _ = url.partition("://")
        self.name = scheme.lower() if separator else "***"
        self.setting = f"{self.name}://***-{fingerprint(url)}"
        self.addresses: tuple[Address, ...] = (Address(self.name, self.setting),)
        self._service = _service(url, self.setting)
        # Services without titles get the title as the first line of the text.
        self._limit = max(0, min(service.body_maxlen for service in self._service) - SUBJECT_LIMIT - 2)
        self.named = max(0, min(MOST_NAMED, (self._limit - FRAME) // (LINE + LINKED)))

    def send(self, digest: Digest, recipient: str) -> None:
        """Send one message. Raises `ChannelError` when the service does not accept it.

        Apprise returns only yes or no, so the HTTP status is read from its log.
        """
        with _log() as log:
            accepted = self._service.notify(
                title=digest.subject.translate(WIDE),
                body=body(digest, self.named, self._limit),
                body_format="text",
            )
            logged = log.getvalue()
        if accepted:
            return
        if codes := STATUS.findall(logged):
            raise ChannelError(
                f"{recipient} refuses the message (HTTP {codes[-1]}).", about=blamed(int(codes[-1]))
            )
        raise ChannelError(f"{recipient} did not accept the message.")


def split_urls(urls: str) -> list[str]:
    """Split the setting `MSCWATCH_APPRISE_URLS` into its URLs."""
    return [url for url in BETWEEN.split(urls.strip(", \n\t")) if url]


def body(digest: Digest, named: int, limit: int) -> str:
    """At most `limit` characters of plain text: notices, the first `named` events with links, and how many more."""
    lines = [digest.banner] if digest.banner else []
    lines += [plain(notice.summary, LINE) for notice in digest.notices]
    events = [_event(item) for item in digest.items[:named]]
    more = len(digest.items) - named
    end = f"and {more} more: `mscwatch events` lists them.\n" if more > 0 else ""
    end = end.translate(WIDE) + "Source: ClinicalTrials.gov. Not medical advice."
    room = limit - sum(len(event) + 1 for event in events) - len(end) - 1
    head = shorten("\n".join(lines).translate(WIDE), max(0, room))
    return "\n".join(filter(None, (head, *events, end)))[:limit]


def _event(item: NewsItem) -> str:
    shown = render_item(item)
    text = f"{shown.heading}: {shown.nct_id} {plain(shown.title, 100)}. {shown.summary} {shown.why}"
    return f"{plain(text, LINE - 1).translate(WIDE)}\n{study_url(item.event.nct_id)}"


def _service(url: str, shown: str) -> Any:
    import apprise  # noqa: PLC0415  takes a third of a second, so only those who use it pay

    # A redirect could lead messages to a foreign host.
    asset = apprise.AppriseAsset(http_redirects=False)
    with _log():
        service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        raise ConfigError(
            f"{shown} in MSCWATCH_APPRISE_URLS is not a URL that Apprise understands. Correct it."
        )
    service.overflow_mode = apprise.OverflowMode.SPLIT  # a text escaped for HTML may grow beyond the limit
    return apprise.Apprise(service, asset=asset)


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """Capture what Apprise logs meanwhile. It may hold secret URLs, so it is kept out of our log."""
    import apprise  # noqa: PLC0415  as above

    logger = logging.getLogger("apprise")
    before, logger.propagate = logger.propagate, False
    try:
        with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
            yield log
    finally:
        logger.propagate = before
