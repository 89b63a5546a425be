"""Slack by an incoming webhook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from mscwatch.digest import plain, tell
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest, NewsItem

TIMEOUT = (10.0, 30.0)
HEADER_LIMIT = 150  # characters (Slack's Block Kit reference, header)
TEXT_LIMIT = 3_000  # characters (section; also kept for rich text, where Slack states none)
NAMED = 20
GONE = frozenset({403, 404, 410})
TEMPORARY = frozenset({408, 425, 429})  # beside all of 5xx: proxies in front of Slack have codes of their own


class BusyError(ChannelError):
    """Slack asks for patience: `retry_after` seconds (its `Retry-After` header, 0 where it names none)."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Slack:
    """One webhook. Its URL is the secret, so only its host is ever shown."""

    name = "slack"
    named = NAMED

    def __init__(self, url: str) -> None:
        self._url = url
        self._shown = mask(url)

    def addresses(self) -> tuple[Address, ...]:
        return (Address(self.name, self._shown),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Post one message. A webhook that is gone, or a message that Slack calls wrong, is permanent."""
        try:
            with requests.post(
                self._url, json=payload(digest), timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                refusal = _refusal(answer, recipient)
        except requests.RequestException as error:  # its words hold the URL
            msg = f"Slack ({recipient}) cannot be reached ({type(error).__name__})."
            raise ChannelError(msg) from None
        if refusal:
            raise refusal


def _refusal(answer: requests.Response, recipient: str) -> ChannelError | None:
    """What an answer means; None is yes. Of its body only the beginning is read, and only of a no."""
    code = answer.status_code
    if code // 100 == 2:  # noqa: PLR2004  # a class of HTTP codes
        return None
    said = plain(next(answer.iter_content(400), b"").decode(errors="replace"), 100)
    if code in GONE:
        msg = f"The Slack webhook ({recipient}) is gone: {code} {said}. Make a new one in Slack."
        return ChannelError(msg, permanent=True)
    msg = f"Slack ({recipient}) refuses the message: {code} {said}."
    if code in TEMPORARY or code // 100 == 5:  # noqa: PLR2004  # a class of HTTP codes
        asked = answer.headers.get("Retry-After", "")
        return BusyError(msg, float(asked) if asked.isdecimal() else 0.0)
    return ChannelError(msg, permanent=True)


def mask(url: str) -> str:
    """Scheme and host of a URL; user, password, path and query are secrets."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "***"
    return f"{parts.scheme}://{parts.hostname}{port}/***"


def payload(digest: Digest) -> dict[str, Any]:
    """The message as Block Kit: a header, notices, at most 20 events, and how many more there are.

    Texts stand in plain text and rich text elements, which Slack shows as they are: no mention, link or
    formatting can hide in a title. Only the fallback `text` is parsed there, and so escaped here.
    """
    blocks: list[dict[str, Any]] = [_header(digest.subject)]
    if digest.banner:
        blocks.append(_section(digest.banner))
    blocks += [_section(notice.summary) for notice in digest.notices[:NAMED]]
    if len(digest.notices) > NAMED:
        blocks.append(_section(f"and {len(digest.notices) - NAMED} more notices, in the warehouse."))
    blocks += [_event(item) for item in digest.items[:NAMED]]
    more = len(digest.items) - NAMED
    if more > 0:
        blocks.append(_section(f"and {more} more: all are in the warehouse, `mscwatch events` lists them."))
    blocks.append(_section("Source: ClinicalTrials.gov. Not medical advice."))
    return {"text": _escaped(plain(digest.subject, TEXT_LIMIT)), "blocks": blocks}


def _header(text: str) -> dict[str, Any]:
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": plain(text, HEADER_LIMIT), "emoji": False},
    }


def _section(text: str) -> dict[str, Any]:
    return {
        "type": "section",
        "text": {"type": "plain_text", "text": plain(text, TEXT_LIMIT) or "…", "emoji": False},
    }


def _event(item: NewsItem) -> dict[str, Any]:
    told = tell(item)
    rest = plain(f"{told.summary} ({'; '.join(told.facts)})", TEXT_LIMIT - 600)
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": f"{told.heading}: ", "style": {"bold": True}},
        {"type": "link", "url": told.url, "text": told.nct_id},
        {"type": "text", "text": f" {plain(told.title, 300)}\n{rest}"},
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
