"""Every service that Apprise knows (Teams, Discord, ntfy, Telegram …), each by one Apprise URL."""

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
LINE = 240  # characters for one event, its link apart
LINKED = 60
FRAME = 400  # characters for what stands around the events
BETWEEN = re.compile(r",\s*(?=[A-Za-z][A-Za-z0-9+.-]*://)")  # a comma also separates targets within a URL
STATUS = re.compile(r"error=(\d{3})\b")  # how Apprise's services log the answer that they got
# Services read some of these as markup, and which ones differs: their wide forms look alike and act nowhere.
WIDE = {ord(character): ord(character) + 0xFEE0 for character in "<>@[]*_~|`#\\"}


class Other:
    """One Apprise URL. It is the secret, so only its scheme and a fingerprint are ever shown."""

    def __init__(self, url: str) -> None:
        scheme, found, _ = url.partition("://")
        self.name = scheme.lower() if found else "***"
        self.setting = f"{self.name}://***-{fingerprint(url)}"
        self._service = _service(url, self.setting)
        # Some services have no title: it heads the text there.
        self._limit = max(0, min(one.body_maxlen for one in self._service) - SUBJECT_LIMIT - 2)
        self.named = max(0, min(MOST_NAMED, (self._limit - FRAME) // (LINE + LINKED)))

    def addresses(self) -> tuple[Address, ...]:
        return (Address(self.name, self.setting),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Send one message. Apprise says yes or no; why stands in its log alone."""
        with _log() as log:
            taken = self._service.notify(
                title=subject(digest), body=body(digest, self.named, self._limit), body_format="text"
            )
            said = log.getvalue()
        if taken:
            return
        if codes := STATUS.findall(said):
            msg = f"{recipient} refuses the message (HTTP {codes[-1]})."
            raise ChannelError(msg, about=blamed(int(codes[-1])))
        msg = f"{recipient} did not take the message."
        raise ChannelError(msg)


def separated(urls: str) -> list[str]:
    """The URLs of a setting that holds several."""
    return [url for url in BETWEEN.split(urls.strip(", \n\t")) if url]


def subject(digest: Digest) -> str:
    return digest.subject.translate(WIDE)


def body(digest: Digest, named: int, limit: int) -> str:
    """At most `limit` characters of plain text: notices, `named` events with their links, and how many more."""
    lines = [digest.banner] if digest.banner else []
    lines += [plain(notice.summary, LINE) for notice in digest.notices]
    events = [_event(item) for item in digest.items[:named]]
    more = len(digest.items) - named
    end = f"and {more} more: `mscwatch events` lists them.\n" if more > 0 else ""
    end = end.translate(WIDE) + "Source: ClinicalTrials.gov. Not medical advice."
    head = shorten(
        "\n".join(lines).translate(WIDE), max(0, limit - sum(len(one) + 1 for one in events) - len(end) - 1)
    )
    return "\n".join(filter(None, (head, *events, end)))[:limit]


def _event(item: NewsItem) -> str:
    told = render_item(item)
    words = f"{told.heading}: {told.nct_id} {plain(told.title, 100)}. {told.summary} {told.why}"
    return f"{plain(words, LINE - 1).translate(WIDE)}\n{study_url(item.event.nct_id)}"


def _service(url: str, shown: str) -> Any:
    import apprise  # noqa: PLC0415  a third of a second, for those who use it

    # News do not follow a service that points elsewhere.
    asset = apprise.AppriseAsset(http_redirects=False)
    with _log():
        found = apprise.Apprise.instantiate(url, asset=asset)
    if found is None:
        msg = f"{shown} in MSCWATCH_APPRISE_URLS is not an address that Apprise understands."
        raise ConfigError(msg)
    found.overflow_mode = apprise.OverflowMode.SPLIT  # escaped for HTML a text may grow beyond the limit
    return apprise.Apprise(found, asset=asset)


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """What Apprise logs meanwhile. It may hold URLs, so nobody else sees it."""
    import apprise  # noqa: PLC0415  as above

    logger = logging.getLogger("apprise")
    before, logger.propagate = logger.propagate, False
    try:
        with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
            yield log
    finally:
        logger.propagate = before
