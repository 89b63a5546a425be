"""What a night's news looks like when it is told: subject, plain text, HTML and CSV. Pure, no clock.

Everything that came from outside passes `plain` before it is shown. The channels build on `tell` and
`plain`, so a title that is harmless in a mail is harmless everywhere.
"""

from __future__ import annotations

import csv
import hashlib
import io
import textwrap
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mscwatch.model import Digest, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mscwatch.model import NewsItem, Notice, TrialFacts

# The order in which kinds are told, within a severity (contract, section 4).
KINDS = (
    *("new_trial", "entered_watch", "completed", "terminated", "withdrawn", "suspended"),
    *("results_posted", "results_removed", "primary_outcome_changed", "publication_linked"),
    *("became_relevant", "merged", "withheld", "removed", "retracted", "became_unknown"),
    *("status_changed", "enrollment_changed", "left_watch", "returned", "date_changed"),
)
KIND_WORDS = {"new_trial": "new", "entered_watch": "entered the watch", "left_watch": "left the watch"}
NOTICE_WORDS = {
    "baseline": "first night read",
    "refused": "night refused",
    "failed": "night failed",
    "recovered": "working again",
    "drift": "the registry's format moved",
    "channel_off": "a channel is switched off",
    "bulk": "the watch was edited",
    "weekly": "the week in summary",
}

SUBJECT_LIMIT = 150  # also Slack's limit for a header, so that both say the same
SUBJECT_KINDS = 4
CELL_LIMIT = 2000
WIDTH = 78
INSTEAD = {"Cc": " ", "Cf": "", "Cs": "\N{REPLACEMENT CHARACTER}"}  # Unicode's categories of what acts
SPREADSHEET_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # Excel takes wide forms too

_CSV_COLUMNS = (
    *("event_id", "observed_at", "nct_id", "kind", "severity", "field", "before", "after", "summary"),
    *("title", "overall_status", "lead_sponsor", "countries", "enrollment", "conditions"),
    *("interventions", "relevance", "url"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One item in words, clean and short enough to be shown anywhere once escaped for that place."""

    heading: str
    nct_id: str
    url: str
    title: str
    summary: str
    facts: tuple[str, ...]


def compose(
    items: Sequence[NewsItem],
    notices: Sequence[Notice],
    *,
    title: str,
    night: str,
    banner: str = "",
    named: int = 200,
) -> Digest:
    """One message of all `items` and `notices`; the first `named` items in words, every one in the CSV.

    `title` is the watch's, `night` the date of the data as shown. `banner` stands at the top of every
    form and, by its first word, in the subject.
    """
    ordered = tuple(sorted(items, key=_importance))
    counts = Counter(heading(item.event.kind) for item in ordered)
    title, night, banner = plain(title, 100), plain(night, 20), plain(banner, 200)
    page = {
        "banner": banner,
        "title": title,
        "night": night,
        "counted": _counted(ordered),
        "notices": [plain(notice.summary, 600) for notice in notices],
        "groups": [
            {"heading": words, "count": counts[words], "items": list(told)}
            for words, told in groupby(map(tell, ordered[:named]), key=lambda told: told.heading)
        ],
        "more": max(0, len(ordered) - named),
        "total": len(ordered),
    }
    return Digest(
        digest_id=_digest_id(ordered, notices),
        subject=_subject(_counted(ordered, SUBJECT_KINDS), notices, title, night, banner),
        text=_PAGES.get_template("digest.txt.j2").render(page),
        html=_PAGES.get_template("digest.html.j2").render(page),
        csv=_csv(ordered) if ordered else "",
        items=ordered,
        notices=tuple(notices),
        title=title,
        banner=banner,
    )


def plain(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, without anything that acts instead of being read.

    Control characters and line ends become spaces; direction overrides, zero-width and tag characters
    vanish (Unicode's Cf, apart from the two joiners that scripts need); half surrogates, which cannot be
    encoded, become U+FFFD.
    """
    return shorten(" ".join("".join(map(_harmless, text)).split()), limit)


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis where it has more than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def tell(item: NewsItem) -> Told:
    """An event and its trial in words, for templates and channels."""
    event, trial = item.event, item.trial
    return Told(
        heading=heading(event.kind),
        nct_id=plain(event.nct_id, 20),
        url=study_url(event.nct_id),
        title=plain(trial.title, 250) or "(no title)",
        summary=plain(event.summary, 400),
        facts=tuple(_facts(trial)),
    )


def heading(kind: str) -> str:
    """The words above events of one kind: "New trial", "Results posted"."""
    return "New trial" if kind == "new_trial" else words(kind).capitalize()


def study_url(nct_id: str) -> str:
    return "https://clinicaltrials.gov/study/" + quote(plain(nct_id, 20), safe="")


def _harmless(character: str) -> str:
    if character in "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}":
        return character
    return INSTEAD.get(unicodedata.category(character), character)


def _importance(item: NewsItem) -> tuple[int, int, str, str]:
    kind = KINDS.index(item.event.kind) if item.event.kind in KINDS else len(KINDS)
    return list(Severity).index(item.event.severity), kind, item.event.nct_id, item.event.event_id


def words(kind: str) -> str:
    """A kind within a sentence: "new", "results posted"."""
    return KIND_WORDS.get(kind, kind.replace("_", " "))


def _facts(trial: TrialFacts) -> Iterable[str]:
    who = [
        plain(trial.lead_sponsor or "sponsor not stated", 100),
        _several(trial.countries, 6, 40) or "country not stated",
        f"n = {trial.enrollment}" if trial.enrollment is not None else "n not stated",
        plain(trial.overall_status, 40),
    ]
    yield " · ".join(filter(None, who))
    if conditions := _several(trial.conditions, 5, 60):
        yield f"Conditions: {conditions}"
    if interventions := _several(trial.interventions, 4, 60):
        yield f"Interventions: {interventions}"


def _several(values: Sequence[str], most: int, limit: int) -> str:
    different = list(dict.fromkeys(values))
    shown = [plain(value, limit) for value in different[:most]]
    rest = len(different) - len(shown)
    return ", ".join(filter(None, shown)) + (f" and {rest} more" if rest else "")


def _digest_id(items: Sequence[NewsItem], notices: Sequence[Notice]) -> str:
    ids = sorted([item.event.event_id for item in items] + [notice.notice_id for notice in notices])
    return hashlib.sha256("\n".join(ids).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _counted(items: Sequence[NewsItem], most: int = 99) -> str:
    """`2 new, 1 completed` in the order of telling; kinds beyond `most` are counted together."""
    counts = list(Counter(words(item.event.kind) for item in items).items())
    rest = sum(count for _, count in counts[most:])
    return ", ".join([f"{count} {kind}" for kind, count in counts[:most]] + [f"{rest} more"] * bool(rest))


def _subject(counted: str, notices: Sequence[Notice], title: str, night: str, banner: str) -> str:
    tag = "".join(f"[{word}] " for word in banner.partition(":")[0].split()[:1])
    told = dict.fromkeys(NOTICE_WORDS.get(notice.kind, notice.kind.replace("_", " ")) for notice in notices)
    what = ", ".join(filter(None, [counted, *told])) or "nothing new"
    start, end = f"{tag}mscwatch: {what} (", f", {night})"
    room = max(20, SUBJECT_LIMIT - len(start) - len(end))
    return plain(start + shorten(title, room) + end, SUBJECT_LIMIT)


def _csv(items: Sequence[NewsItem]) -> str:
    """Every item as a row (RFC 4180); names as in `events` and `trials`, lists joined by `; `."""
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(_CSV_COLUMNS)
    for item in items:
        event, trial = item.event, item.trial
        row = (
            *(event.event_id, item.observed_at.isoformat(sep=" "), event.nct_id, event.kind, event.severity),
            *(event.field, event.before, event.after, event.summary, trial.title, trial.overall_status),
            *(trial.lead_sponsor, "; ".join(trial.countries), trial.enrollment, "; ".join(trial.conditions)),
            *("; ".join(trial.interventions), trial.relevance, study_url(event.nct_id)),
        )
        rows.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet must show the value, never compute it (OWASP, "CSV Injection")."""
    text = "" if value is None else plain(str(value), CELL_LIMIT)
    return f"'{text}" if text.startswith(SPREADSHEET_FORMULA) else text


def _wrapped(text: str, indent: int = 0) -> str:
    """The template filter that fits a paragraph into a terminal; a word longer than a line is broken."""
    margin = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


_PAGES = Environment(
    loader=PackageLoader("mscwatch"),
    autoescape=select_autoescape(enabled_extensions=["html.j2"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PAGES.filters["wrapped"] = _wrapped
