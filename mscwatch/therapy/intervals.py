"""How long after one another administrations are planned, in days: "every 2 weeks", "a month apart", "day 0 and 7"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import WORD, number, of_a_drug
from mscwatch.therapy.days import DAYS, crosses_over, day_lists, follows_up, points
from mscwatch.therapy.passages import Passage

_ADVERBS = {
    "daily": 1.0, "weekly": 7.0, "qw": 7.0, "q2w": 14.0, "q4w": 28.0, "biweekly": 14.0, "fortnightly": 14.0,
    "monthly": 30.0, "bimonthly": 60.0, "quarterly": 90.0, "yearly": 365.0,
}  # fmt: skip
_N = rf"(?P<n>\d{{1,3}}(?:\.\d)?|{WORD}|half\s+an?|an?)(?![a-z])"
_UNIT = r"(?P<unit>hour|day|week|wk|month|mo|year|h|d)s?\b"
_LEADS = (
    rf"\b(?:every|each)\s+(?P<other>other\s+|second\s+)?(?:{_N}\s*-?\s*)?(?:\(\d+\)\s*)?{_UNIT}",
    rf"\bintervals?\s+(?:between\s+(?:\w+\s+){{1,4}}?)?(?:of|is|was|are|were|at|:|=|being|will\s+be)*\s*(?:at\s+least\s+|about\s+|approximately\s+)?{_N}\s*-?\s*{_UNIT}",
    rf"(?<![\d.]){_N}\s*(?:\(\d+\)\s*)?(?:±\s*\d+\s*)?[\s-]*{_UNIT}(?:'s?|s')?\s*(?:\([^)]{{0,20}}\)\s*)?(?:intervening\s+|time\s+)?(?:intervals?|apart)\b",
    rf"\b(?:separated|spaced|parted|apart)\s+(?:by|at|of)?\s*(?:at\s+least\s+|about\s+|approximately\s+)?{_N}\s*-?\s*{_UNIT}",
    rf"\b(?:repeat\w*|again|second\s+(?:\w+\s+){{0,3}}|re-?(?:injection|infusion)|booster)[^.;]{{0,40}}?\b(?:after|at|in|within)\s+{_N}\s*-?\s*{_UNIT}",
    rf"(?<![\d.]){_N}\s*-?\s*{_UNIT}\s+(?:later|after\s+the\s+(?:first|1st|previous|last|initial))\b",
)
_LEADING = [re.compile(pattern, re.IGNORECASE) for pattern in _LEADS]
_ADVERB = re.compile(
    rf"\b(?:{'|'.join(_ADVERBS)})\b(?!\s+(?:visit|follow|monitor|assess|evaluat|wound))", re.IGNORECASE
)
_TWICE = re.compile(r"\b(?:twice|two times|2 times)\s+$", re.IGNORECASE)
_RATE = re.compile(
    rf"(?:\b(?P<times>once|twice|thrice|{WORD}|\d)\b\s*(?:times?|doses?|infusions?|injections?)?\s*)(?:an?|per|/|each|in\s+a)\s*(?P<unit>day|week|month|year)\b",
    re.IGNORECASE,
)
_CONSECUTIVE = re.compile(
    r"\bconsecutive\s+(?P<unit>day|week|month)s?\b|\b(?P<unit2>day|week|month)s?\s+in\s+a\s+row",
    re.IGNORECASE,
)
_NOT_DOSES = re.compile(r"dressing|visit|follow|assess|evaluat|rationale|half-?life|monitor", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interval:
    """A planned time between two administrations, in days, with its words."""

    days: float
    span: str
    path: str


def read(sentence: Passage) -> Iterator[Interval]:
    """Every interval that a sentence states or that results from days it lists."""
    text = plain_signs(sentence.text)
    for start, end, days in (*_stated(text), *_rates(text), *_listed(text)):
        if (
            days > 0
            and not follows_up(text[max(0, start - 90) : start])
            and not of_a_drug(text, start)
            and not _NOT_DOSES.search(text[end : end + 25])
        ):
            yield Interval(round(days, 3), sentence.text[start:end], sentence.path)


def dated(sentences: Iterable[Passage], count: int) -> Iterator[Interval]:
    """The smallest interval between dated administrations of one text, where it dates all `count` of them.

    The first one need not be dated: "a second dose at 3 months".
    """
    for _, told in groupby(sentences, key=lambda one: one.path):
        given = points(one for one in told if not crosses_over(one.text))
        undated = len(given) < count and all(day > 1 for day in given)
        all_days = sorted({0.0, *given} if undated else given)
        if len(all_days) == count > 1:
            days, later = min((later - earlier, later) for earlier, later in pairwise(all_days))
            sentence, start, end = given[later]
            yield Interval(days, sentence.text[start:end], sentence.path)


def _stated(text: str) -> Iterator[tuple[int, int, float]]:
    for pattern in _LEADING:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            size = _size(groups["n"]) * DAYS[match["unit"][0].lower()]
            yield match.start(), match.end(), size * (2 if groups.get("other") else 1)
    for match in _ADVERB.finditer(text):
        days = _ADVERBS[match[0].lower()]
        twice = _TWICE.search(text[max(0, match.start() - 12) : match.start()])
        yield match.start(), match.end(), float(int(days / 2)) if twice and days > 1 else days


def _rates(text: str) -> Iterator[tuple[int, int, float]]:
    for match in _RATE.finditer(text):
        unit, times = DAYS[match["unit"][0].lower()], number(match["times"])
        days = (
            float(int(unit / times)) if unit > times else unit / times
        )  # twice a week: at least three days apart
        yield match.start(), match.end(), days
    for match in _CONSECUTIVE.finditer(text):
        yield match.start(), match.end(), DAYS[(match["unit"] or match["unit2"])[0].lower()]


def _listed(text: str) -> Iterator[tuple[int, int, float]]:
    for start, end, unit, days in day_lists(text):
        ordered = sorted(set(days))
        gaps = [later - earlier for earlier, later in pairwise(ordered)]
        if gaps:
            yield start, end, min(gaps) * DAYS[unit]


def _size(text: str | None) -> float:
    if text is None or text.lower() in ("a", "an"):
        return 1.0
    if text.lower().startswith("half"):
        return 0.5
    return float(text) if text[0].isdigit() else float(number(text))
