"""How long after one another administrations are planned, in days: "every 2 weeks", "a month apart", "day 0 and 7"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, WORD, of_a_drug
from mscwatch.therapy.days import (
    begins_later,
    crosses_over,
    ends,
    follows_up,
    is_first_after_harvest,
    looks_at,
    points,
)
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.rates import rates, size_of
from mscwatch.therapy.times import DAYS, times
from mscwatch.vocabulary.patterns import pattern_of

_SPREAD = r"(?:\s*(?:-|to|or)\s*\d{1,3}|\s*(?:±|\+/?-)\s*\d{1,2})?\)?"  # of a range the beginning counts
_N = rf"(?<![\d.-])(?P<n>\d{{1,3}}(?:\.\d)?|{WORD}|half(?:\s+an?|-an?|(?=[\s-]))|an?)(?![a-z]){_SPREAD}"
_UNIT = r"(?P<unit>hour|day|week|wk|month|mo|year|h|d)s?\b"
_TIME = rf"(?:at\s+least\s+|about\s+|approximately\s+)?{_N}\s*-?\s*{_UNIT}"
_BETWEEN = rf"between\s+(?:them|each|the\s+two|(?:\w+\s+){{0,2}}?(?:{GIVEN}|courses|cycles))"
_REPEATED = r"(?:repeat\w*|again|second\s+(?:\w+\s+){0,3}|re-?(?:injection|infusion)|booster)"
_NOT_GIVING = (
    r"(?:arthroscop|operation|surg|harvest|aspirat|biops|liposuct|stage|patient|subject|participant|cohort)"
)
_FIRST = (
    rf"(?:the\s+(?:first|1st|previous|last|initial)\b(?!\s+{_NOT_GIVING})"
    rf"|(?:first|initial)\s+(?:\w+\s+){{0,2}}?{GIVEN}\b)"
)
# Each pattern with texts of which it needs one.
_LEADS = [
    (needs, pattern_of(pattern, re.IGNORECASE))
    for needs, pattern in (
        (
            ("interval",),
            rf"\bintervals?\s*(?:between\s+(?:\w+\s+){{1,4}}?)?(?:of|is|was|are|were|at|:|=|being|will\s+be)*\s*{_TIME}",
        ),
        (
            ("interval", "apart", "between", "difference", "distance", "each", "another"),
            rf"{_N}\s*(?:\(\d+\)\s*)?[\s-]*{_UNIT}(?:'s?|s')?\s*(?:\([^)]{{0,20}}\)\s*)?(?:intervening\s+|time\s+)?(?:intervals?|apart|in\s+between|between(?=\s*(?:[.,;)]|$))|{_BETWEEN}|(?:of|from)\s+(?:difference|distance|each\s+other|one\s+another))\b",
        ),
        (
            ("gap", "break", "pause", "spacing", "difference", "distance"),
            rf"\b(?:gap|break|pause|spacing|difference|distance)s?\s+of\s+{_TIME}",
        ),
        (
            ("between",),
            rf"\btime\s+between\s+(?:\w+\s+){{0,2}}?{GIVEN}\s*(?:[:=]|is|was|of|will\s+be)*\s*{_TIME}",
        ),
        (("gap", "break", "pause", "cycle"), rf"{_N}\s*-\s*{_UNIT}\s+(?:gap|break|pause|cycle)s?\b"),
        (
            ("separated", "spaced", "parted", "apart"),
            rf"\b(?:separated|spaced|parted|apart)\s+(?:by|at|of)?\s*{_TIME}",
        ),
        (
            ("repeat", "again", "second", "inject", "infus", "booster"),
            rf"\b{_REPEATED}[^.;]{{0,40}}?\b(?:after|at|in|within)\s+{_N}\s*-?\s*{_UNIT}",
        ),
        (
            ("later", "after", "first", "1st", "previous", "last", "initial"),
            rf"{_N}\s*-?\s*{_UNIT}\s+(?:later|after\s+{_FIRST}|(?:from|of|following)\s+{_FIRST}(?!\s+(?:admi(?!n)|diagn|symptom|visit|day|episode)))",
        ),
    )
]
_APART = pattern_of(r"\s*(?:apart|intervals?)\b", re.IGNORECASE)
_NOT_DOSES = pattern_of(
    r"dressing|visit|follow(?!ing|ed|s\b)|assess|evaluat|rationale|half-?life|monitor", re.IGNORECASE
)
_LATER = pattern_of(r"\b(?:later|after)\b", re.IGNORECASE)
_OF_PATIENTS = pattern_of(  # how long the next one waits: "two weeks between patients", "between subject injections"
    r"[^.;,(]*\bbetween\s+(?:(?:each|the|new|two|consecutive|successive|enrol\w+|dos\w+|treat\w+|infus\w+|inject\w+)\s+){0,2}"
    r"(?:patient|participant|subject|cohort)",
    re.IGNORECASE,
)
_NEAR, _CLAUSE = 40, 200  # letters before an interval
_AFTER_ONE = pattern_of(
    r"\b(?:after|from|following)\b|,", re.IGNORECASE
)  # "48 hours after the last", "1, 2 and 4 hours"
_BEGINS = pattern_of(
    r"\b(?:start|begin|commenc)\w*\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)  # "4 weeks after the last"
_STAGGERED = pattern_of(  # "the first three patients are treated at least 7 days apart"
    r"\b(?:first|initial|next|consecutive|successive|subsequent|no\s+two|no\s+2)\s+(?:[\w()]+\s+){0,3}?"
    r"(?:patients|subjects|participants|cases)\b[^.;]{0,80}?\b(?:treated|dosed|injected|infused|enrolled)\s+"
    r"(?:(?:not|at|less|no|a|more|than|least|minimum|of|within|about)\s+){0,4}$",
    re.IGNORECASE,
)
_OF_THE_NEXT = pattern_of(
    r"\b(?:second|third|next|following|subsequent)\s+(?:patient|subject|participant|cohort|dose\s+level|group)\b[^.;]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A planned time between two administrations, in days, with its words."""

    days: float
    span: str
    path: str


def read(sentence: Passage) -> Iterator[Interval]:
    """Every interval that a sentence states or that results from days it lists."""
    text = plain_signs(sentence.text)
    yield from _of_product(sentence, text, (*_stated(text), *_rates(text), *_listed(text)))


def repeated(sentence: Passage) -> Iterator[Interval]:
    """Every interval that a sentence states in words of repetition: "every month", "two weeks apart"."""
    text = plain_signs(sentence.text)
    yield from _of_product(sentence, text, (*_stated(text), *_rates(text)))


def _of_product(sentence: Passage, text: str, found: Iterable[tuple[int, int, float]]) -> Iterator[Interval]:
    """Those of the found intervals (start, end, days) that are between administrations of the product."""
    for start, end, days in found:
        if (
            days > 0
            and not follows_up(text[max(0, start - 90) : start])
            and not of_a_drug(text, start)
            and not _NOT_DOSES.search(text[end : end + 25])
            and not _OF_PATIENTS.match(text, start, end + 40)
            and not _STAGGERED.search(text, max(0, start - _CLAUSE), start)
            and not begins_later(text, end)
            and not _BEGINS.search(text, max(0, start - _NEAR), start)
            and not (_AFTER_ONE.search(text, start, end) and looks_at(text, start, end))
            and not _OF_THE_NEXT.search(text, 0, start)
            and not (_LATER.search(text, start, end) and is_first_after_harvest(text[:end]))
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
    lower = text.lower()
    for pattern in (pattern for needs, pattern in _LEADS if any(need in lower for need in needs)):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), size_of(match["n"]) * DAYS[match["unit"][0].lower()]


def _rates(text: str) -> Iterator[tuple[int, int, float]]:
    return ((one.start, one.end, one.gap) for one in rates(text))


def _listed(text: str) -> Iterator[tuple[int, int, float]]:
    for one in times(text):
        gaps = [later - earlier for earlier, later in pairwise(sorted(set(one.days)))]
        if gaps and not _APART.match(text, one.end):  # "twice, 3 weeks apart" written "2, 3 weeks apart"
            yield one.start, ends(text, one), min(gaps)
