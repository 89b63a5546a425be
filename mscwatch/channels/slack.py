"""Slack by an incoming webhook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from mscwatch.channels.secrets import blamed, mask
from mscwatch.digest import plain, render_item, shorten
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest, NewsItem

TIMEOUT = (10.0, 30.0)
# Slack's published limits (docs.slack.dev, Block Kit reference): 50 blocks a message, 150 characters in a header,
# 3,000 in a section. Not published: a message is refused (`msg_blocks_too_long`) when all its texts together, with
# what surrounds them, pass some 12,000 characters (github.com/slackapi/bolt-js, issues 2509 and 2867: 11,341 in rich
# text were too many).
HEADER_LIMIT = 150
TEXT_LIMIT = 3_000
TOTAL_LIMIT = 9_000
NAMED = 20


class BusyError(ChannelError):
    """Slack asks for patience: `retry_after` seconds (its `Retry-After` header, 0 where it names none)."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Slack:
    """One webhook. Its URL is the secret, so only its host and a fingerprint are ever shown."""

    name = "slack"
    named = NAMED

    def __init__(self, url: str) -> None:
        self._url = url
        self.setting = mask(url)

    def addresses(self) -> tuple[Address, ...]:
        return (Address(self.name, self.setting),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Post one message. A webhook that is gone, or a message that Slack calls wrong, is permanent."""
        try:
            with requests.post(
                self._url, json=payload(digest), timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                refusal = _refusal(answer, recipient, secret=urlsplit(self._url).path)
        except requests.RequestException as error:  # its words hold the URL
            msg = f"Slack ({recipient}) cannot be reached ({type(error).__name__})."
            raise ChannelError(msg) from None
        if refusal:
            raise refusal


def _refusal(answer: requests.Response, recipient: str, *, secret: str) -> ChannelError | None:
    """What an answer means; None is yes. Of its body only the beginning is read, and only of a no.

    A proxy's page may repeat the path that it was asked for, and that is the secret.
    """
    code = answer.status_code
    if code // 100 == 2:  # noqa: PLR2004  # a class of HTTP codes
        return None
    body = next(answer.iter_content(400), b"").decode(errors="replace")
    said = plain(body.replace(secret.strip("/") or "/", "***"), 100)
    about = blamed(code)
    if about == "channel":
        msg = f"The Slack webhook ({recipient}) is gone: {code} {said}. Make a new one in Slack."
        return ChannelError(msg, about=about)
    msg = f"Slack ({recipient}) refuses the message: {code} {said}."
    if about is None:
        asked = answer.headers.get("Retry-After", "")
        return BusyError(msg, float(asked) if asked.isdecimal() else 0.0)
    return ChannelError(msg, about=about)


def payload(digest: Digest) -> dict[str, Any]:
    """The message as Block Kit: a header, notices, at most 20 events, and how many more there are.

    Texts stand in plain text and rich text elements, which Slack shows as they are: no mention, link or
    formatting can hide in a title. Only the fallback `text` is parsed there, and so escaped here. Events share
    the room that notices leave, so that a message of many is told shorter and never refused as too long.
    """
    notices, items = digest.notices[:NAMED], digest.items[:NAMED]
    blocks: list[dict[str, Any]] = [_header(digest.subject)]
    if digest.banner:
        blocks.append(_section(digest.banner))
    blocks += [_section(plain(notice.summary, _share(TOTAL_LIMIT // 3, len(notices)))) for notice in notices]
    if len(digest.notices) > NAMED:
        blocks.append(_section(f"and {len(digest.notices) - NAMED} more notices, in the warehouse."))
    room = _share(TOTAL_LIMIT - sum(len(block["text"]["text"]) for block in blocks) - 200, len(items))
    blocks += [_event(item, room) for item in items]
    more = len(digest.items) - NAMED
    if more > 0:
        blocks.append(_section(f"and {more} more: all are in the warehouse, `mscwatch events` lists them."))
    blocks.append(_section("Source: ClinicalTrials.gov. Not medical advice."))
    return {"text": _escaped(plain(digest.subject, TEXT_LIMIT)), "blocks": blocks}


def _share(room: int, among: int) -> int:
    """Characters for each of some texts that share a room; no text may pass Slack's limit for one."""
    return min(TEXT_LIMIT, room // max(1, among))


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


def _event(item: NewsItem, room: int) -> dict[str, Any]:
    """An event as rich text that shows at most `room` characters; what is told last gives way first."""
    told = render_item(item)
    room -= len(told.heading) + len(told.nct_id) + 5  # what stands between the parts
    title = plain(told.title, room // 3)
    rest = "\n".join(filter(None, [told.summary, *told.facts[:1], told.why, *told.facts[1:]]))
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": f"{told.heading}: ", "style": {"bold": True}},
        {"type": "link", "url": told.url, "text": told.nct_id},
        {"type": "text", "text": f" {title}", "style": {"bold": True}},
        {"type": "text", "text": f"\n{shorten(rest, room - len(title))}"},
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
