"""The Slack channel: an incoming webhook, with messages in Block Kit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mscwatch.channels.deadline import within
from mscwatch.channels.secrets import blamed, mask
from mscwatch.digest import plain, render_item, shorten, waits
from mscwatch.errors import ChannelError
from mscwatch.model import Address, Digest, NewsItem

if TYPE_CHECKING:
    import requests

TIMEOUT = (10.0, 30.0)  # seconds to connect, and between two bytes
TOTAL = 60.0  # seconds for the whole conversation
# Slack's own words for a refusal (docs.slack.dev, "Sending messages using incoming webhooks"). Nothing else of an
# answer is quoted: a proxy's page may repeat the webhook.
REASONS = (
    *("invalid_payload", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "no_text"),
    *("too_many_attachments", "user_not_found", "channel_not_found", "channel_is_archived", "rollup_error"),
    *("action_prohibited", "posting_to_general_channel_denied", "no_service", "no_service_id", "no_team"),
    *("team_disabled", "invalid_token", "rate_limited"),
)
LONGEST_REASON = 100  # bytes that are read of a refusal
# Slack's published limits (docs.slack.dev, Block Kit reference): 50 blocks a message, 150 characters in a header,
# 3,000 in a section. Not published: Slack refuses a message (`msg_blocks_too_long`) whose texts, with the markup around
# them, exceed some 12,000 characters in all (github.com/slackapi/bolt-js, issues 2509 and 2867: 11,341 characters in
# rich text were too many).
HEADER_LIMIT = 150
TEXT_LIMIT = 3_000
TOTAL_LIMIT = 9_000
NAMED = 20
STOP = "This channel's webhook is in the settings of mscwatch (MSCWATCH_SLACK_WEBHOOK_URL); who runs it can stop it."


class BusyError(ChannelError):
    """Slack asks to try later: in `retry_after` seconds, by its `Retry-After` header, or 0 if it gives none."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Slack:
    """One webhook. The URL is a secret, so only its host and a fingerprint are shown."""

    name = "slack"
    named = NAMED
    attaches = False

    def __init__(self, url: str) -> None:
        self._url = url
        self.setting = mask(url)
        self.addresses: tuple[Address, ...] = (Address(self.name, self.setting),)

    def send(self, digest: Digest, recipient: str) -> None:
        """Post one message.

        Raises `ChannelError`, permanent when the webhook is gone or Slack calls the message invalid, and `BusyError`
        when Slack asks to try later.
        """
        import requests  # noqa: PLC0415  commands that only read the warehouse import the channels, too

        content = payload(digest)

        def post() -> ChannelError | None:
            with requests.post(
                self._url, json=content, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                return _refusal(answer, recipient)

        try:
            refusal = within(TOTAL, post)
        except TimeoutError:
            raise ChannelError(
                f"Slack ({recipient}) did not end its answer within {TOTAL:g} s.", silent=True
            ) from None
        except requests.RequestException as error:  # its text holds the URL, so it is not kept as the cause
            raise ChannelError(
                f"Slack ({recipient}) cannot be reached ({type(error).__name__}).", silent=True
            ) from None
        if refusal:
            raise refusal


def _refusal(answer: requests.Response, recipient: str) -> ChannelError | None:
    """The error that an answer means, or None for success. Only the first bytes of a refusal are read."""
    code = answer.status_code
    if code // 100 == 2:  # noqa: PLR2004  # a class of HTTP codes
        return None
    body = next(answer.iter_content(LONGEST_REASON), b"").decode(errors="replace").strip()
    answered = f"{code} {body}" if body in REASONS else f"HTTP {code}"
    about = blamed(code)
    if about == "channel":
        msg = f"The Slack webhook ({recipient}) is gone: {answered}. Make a new one in Slack."
        return ChannelError(msg, about=about)
    msg = f"Slack ({recipient}) refuses the message: {answered}."
    if about is None:
        wait = answer.headers.get("Retry-After", "")
        return BusyError(msg, float(wait) if wait.isdecimal() else 0.0)
    return ChannelError(msg, about=about)


def payload(digest: Digest) -> dict[str, Any]:
    """The message in Block Kit: a header, the notices, at most 20 events, and how many more there are.

    Texts are plain text and rich text elements, which Slack does not parse: no mention, link or formatting can hide
    in a title. Slack parses only the fallback `text`, so that is escaped. The events share the room that the notices
    leave, so a message of many events has shorter texts and is never refused as too long.
    """
    notices, items = digest.notices[:NAMED], digest.items[:NAMED]
    blocks = [_section(digest.subject, "header", HEADER_LIMIT)]
    if digest.banner:
        blocks.append(_section(digest.banner))
    blocks += [_section(plain(notice.summary, _share(TOTAL_LIMIT // 3, len(notices)))) for notice in notices]
    if len(digest.notices) > NAMED:
        blocks.append(_section(f"and {len(digest.notices) - NAMED} more notices, in the warehouse."))
    room = _share(TOTAL_LIMIT - sum(len(block["text"]["text"]) for block in blocks) - 400, len(items))
    blocks += [_event(item, room) for item in items]
    more = len(digest.items) - NAMED
    if more > 0:
        blocks.append(_section(f"and {more} more: all are in the warehouse, `mscwatch events` lists them."))
    if digest.waiting:
        blocks.append(_section(waits(digest.waiting)))
    if digest.page_url:
        link = {"type": "link", "url": plain(digest.page_url, TEXT_LIMIT), "text": "See all on the page"}
        blocks.append(_rich(link))
    blocks.append(_section(f"{STOP} Source: ClinicalTrials.gov. Not medical advice."))
    return {"text": _escaped(plain(digest.subject, TEXT_LIMIT)), "blocks": blocks}


def _share(room: int, among: int) -> int:
    """Characters for each of `among` texts that share `room` characters, at most Slack's limit for one text."""
    return min(TEXT_LIMIT, room // max(1, among))


def _section(text: str, kind: str = "section", limit: int = TEXT_LIMIT) -> dict[str, Any]:
    return {"type": kind, "text": {"type": "plain_text", "text": plain(text, limit) or "…", "emoji": False}}


def _rich(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def _event(item: NewsItem, room: int) -> dict[str, Any]:
    """An event as rich text of at most `room` characters. The end of the text is cut first."""
    shown = render_item(item)
    room -= len(shown.heading) + len(shown.nct_id) + 5  # the characters between the parts
    title = plain(shown.title, room // 3)
    rest = "\n".join(filter(None, [shown.summary, *shown.facts[:1], shown.why, *shown.facts[1:]]))
    rest += f" · event {shown.event_id}" * bool(shown.event_id)
    return _rich(
        {"type": "text", "text": f"{shown.heading}: ", "style": {"bold": True}},
        {"type": "link", "url": shown.url, "text": shown.nct_id},
        {"type": "text", "text": f" {title}", "style": {"bold": True}},
        {"type": "text", "text": f"\n{shorten(rest, room - len(title))}"},
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
