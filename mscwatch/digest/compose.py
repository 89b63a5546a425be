"""One digest: all events and notices for an address, most important first, in every form."""

from __future__ import annotations

import hashlib
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mscwatch.digest.item import event_heading, render_item
from mscwatch.digest.table import table
from mscwatch.digest.text import plain, shorten, words
from mscwatch.model import Digest, NewsItem, Notice
from mscwatch.vocabulary import NoticeKind, Severity

# The order of kinds within a severity (severities: contract, section 4).
KINDS = (
    *("new_trial", "entered_watch", "completed", "terminated", "withdrawn", "suspended"),
    *("results_posted", "results_removed", "primary_outcome_changed", "publication_linked"),
    *("publication_found", "publication_retracted"),
    *("became_relevant", "merged", "withheld", "removed", "retracted", "became_unknown"),
    *("status_changed", "enrollment_changed", "left_watch", "returned", "date_changed"),
)
# What a subject says of a notice; other kinds are shown by their name.
NOTICE_WORDS = {
    NoticeKind.BASELINE: "first night read",
    NoticeKind.REFUSED: "night refused",
    NoticeKind.FAILED: "night failed",
    NoticeKind.RECOVERED: "working again",
    NoticeKind.MENDED: "the working file was broken",
    NoticeKind.DRIFT: "the registry's format changed",
    NoticeKind.CHANNEL_OFF: "a channel is switched off",
    NoticeKind.BULK: "the watch was edited",
    NoticeKind.PAPERS: "the search for papers",
    NoticeKind.WEEKLY: "the week in summary",
    NoticeKind.NOT_SHOWN: "an event cannot be shown",
    NoticeKind.NOT_SENT: "a message is refused",
    NoticeKind.NO_EFFECT: "a decision has no effect",
}

# Why somebody gets a message, and how to stop: addresses are settings of who runs mscwatch.
WHY_YOU = (
    "You get this because your address or channel is in the settings of this mscwatch. "
    "To stop it, ask who runs it to take the address out of MSCWATCH_EMAIL_TO, MSCWATCH_OPERATOR_EMAIL_TO "
    "or the channel's setting."
)
MOST_NAMED = 200  # events in words (contract, section 6)
SUBJECT_LIMIT = 150  # characters; also Slack's limit for a header, so both show the same subject
SUBJECT_KINDS = 4
WIDTH = 78
PAGE_LIMIT = 95_000  # bytes of HTML: Gmail clips a message at about 102 kB
IN_FULL = (100, 80, 60, 50, 40, 30, 20, 10, 0)  # how many items are shown in full, tried in turn


def compose(
    items: Sequence[NewsItem],
    notices: Sequence[Notice],
    *,
    title: str,
    night: str,
    banner: str = "",
    page_url: str = "",
    waiting: int = 0,
    attached: bool = True,
) -> Digest:
    """Make one message of all `items` and `notices`. The first `MOST_NAMED` are shown in words, all are in the CSV.

    Without `attached` there is no CSV, and no text promises one. `title` is the watch's title, `night` the date of the
    registry's data as text. `banner` heads every form, and its first word is in the subject.
    `page_url` is where readers find the page. `waiting` is the number of links that wait for a person; a message of
    notices alone does not tell it. The least important items are shortened when the HTML would exceed `PAGE_LIMIT`.
    """
    ordered = tuple(sorted(items, key=importance))
    waiting = waiting if ordered else 0
    title, night, banner = plain(title, 100), plain(night, 20), plain(banner, 200)
    page = {
        "banner": banner,
        "title": title,
        "night": night,
        "counted": _counted(ordered),
        "notices": [plain(notice.summary, 600) for notice in notices],
        "more": max(0, len(ordered) - MOST_NAMED),
        "total": len(ordered),
        "attached": attached,
        "page_url": page_url,
        "waiting": waits(waiting),
        "WHY_YOU": WHY_YOU,
    }
    text, html = _render(ordered, page)
    return Digest(
        digest_id=_digest_id(ordered, notices),
        subject=_subject(_counted(ordered, SUBJECT_KINDS), notices, title, night, banner),
        text=text,
        html=html,
        csv=table(ordered) if ordered and attached else "",
        items=ordered,
        notices=tuple(notices),
        title=title,
        banner=banner,
        page_url=page_url,
        waiting=waiting,
    )


def waits(links: int) -> str:
    """How many links between trials and papers wait for a person, as a sentence; nothing where none does."""
    if not links:
        return ""
    one, many = "1 link between a trial and a paper waits", f"{links} links between trials and papers wait"
    counted = one if links == 1 else many
    return f"{counted} for a yes or no: mscwatch links."


def _render(items: Sequence[NewsItem], page: dict[str, Any]) -> tuple[str, str]:
    """Plain text and HTML, with as many items in full as fit into the HTML."""
    html = ""
    named = items[:MOST_NAMED]
    for full in (MOST_NAMED, *(number for number in IN_FULL if number < len(named))):
        page["groups"] = list(_groups(items, named, full))
        page["brief"] = max(0, len(named) - full)
        html = _PAGES.get_template("digest.html.j2").render(page)
        if len(html.encode()) <= PAGE_LIMIT:
            break
    return _PAGES.get_template("digest.txt.j2").render(page), html


def _groups(items: Sequence[NewsItem], named: Sequence[NewsItem], full: int) -> Iterator[dict[str, Any]]:
    """The named of all items, grouped under the heading of their kind, the first `full` of them in full."""
    counts = Counter(event_heading(item.event) for item in items)
    rendered = (render_item(item, brief=number >= full) for number, item in enumerate(named))
    for title, group in groupby(rendered, key=lambda item: item.heading):
        yield {"heading": title, "count": counts[title], "items": list(group)}


def importance(item: NewsItem) -> tuple[int, int, bool, str, str]:
    """The sort key: severity, then kind, then whether there is a sentence on why it matters."""
    event = item.event
    kind = KINDS.index(event.kind) if event.kind in KINDS else len(KINDS)
    return list(Severity).index(event.severity), kind, not item.why, event.nct_id, event.event_id


def _digest_id(items: Sequence[NewsItem], notices: Sequence[Notice]) -> str:
    ids = sorted([item.event.event_id for item in items] + [notice.notice_id for notice in notices])
    return hashlib.sha256("\n".join(ids).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _counted(items: Sequence[NewsItem], most: int = 99) -> str:
    """`2 new, 1 completed`, in the order of the items. Kinds beyond the first `most` are counted together."""
    counts = list(Counter(words(item.event.kind) for item in items).items())
    rest = sum(count for _, count in counts[most:])
    return ", ".join([f"{count} {kind}" for kind, count in counts[:most]] + [f"{rest} more"] * bool(rest))


def _subject(counted: str, notices: Sequence[Notice], title: str, night: str, banner: str) -> str:
    tag = "".join(f"[{word}] " for word in banner.partition(":")[0].split()[:1])
    kinds = dict.fromkeys(NOTICE_WORDS.get(notice.kind, notice.kind.replace("_", " ")) for notice in notices)
    what = ", ".join(filter(None, [counted, *kinds])) or "nothing new"
    start, end = f"{tag}mscwatch: {what} (", f", {night})"
    room = max(20, SUBJECT_LIMIT - len(start) - len(end))
    return plain(start + shorten(title, room) + end, SUBJECT_LIMIT)


def _wrapped(text: str, indent: int = 0) -> str:
    """Template filter: wrap a paragraph to `WIDTH` columns. A word longer than a line is broken."""
    margin = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


_PAGES = Environment(
    loader=PackageLoader("mscwatch.digest"),
    autoescape=select_autoescape(enabled_extensions=["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PAGES.filters["wrapped"] = _wrapped
