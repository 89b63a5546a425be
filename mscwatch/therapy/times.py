"""Points in time that a text names, alone or in lists, in days.

A list is one run of items: "days 1, 4 and 10", "baseline, week 4 and week 8", "0, 24 and 48 hours", "D0, D7". A number
without a unit takes that of its neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mscwatch.therapy.counts import GIVEN, WORD, number
from mscwatch.vocabulary.patterns import pattern_of

DAYS = {"h": 1 / 24, "d": 1.0, "j": 1.0, "w": 7.0, "f": 14.0, "m": 30.0, "y": 365.0}
FIRSTS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth",
)  # fmt: skip
ORDINAL = rf"(?:{'|'.join(FIRSTS)}|\d{{1,2}}(?:st|nd|rd|th))"
_LONGEST = 5 * 365.0  # days; a larger number is an age
_NEAR = 20  # letters before a point in time

_NO_TIME = (  # what makes a number no time: "day 1, 2 infusions"
    r"(?:[.,]?\d){0,15}\s*(?:[x%*^]|mg|ml|cc|million|billion|\w*cells?\b|\w*MSCs?\b|patients|subjects|participants|times|groups|arms|"
    rf"sites|{GIVEN})"
)
_DIGITS = rf"\+?\d{{1,3}}(?:st|nd|rd|th)?(?!{_NO_TIME})(?![\d.]*\d|\w)"
_LISTED = r"[^)]{0,40}\d\s*(?:,|and|&)\s*(?:and\s*)?\w?\s?\d"  # "(0, 7 and 14 days)" is no aside
_SPREAD = r"\(?\s*(?:±|\+/?-)\s*\d+\s*(?:hours?|days?|weeks?|h|d)?\s*\)?"
_ASIDE = rf"(?:{_SPREAD}|\((?!{_LISTED})[^)]{{0,40}}\))"
_EVENT = r"(?:surgery|operation|procedure|(?:\w+\s+)?transplant(?:ation)?\b(?!\w))"
_THE = r"(?:the\s+)?"
_ZERO = (
    r"(?:baseline|(?<=at\sthe\s)(?:beginning|start|outset)\b|time\s+(?:zero|0)\b|enrol?lment|inclusion|(?<=at\s)randomi[sz]ation"
    rf"|{_THE}(?:day|time|beginning|start)\s+of\s+{_THE}(?:surgery|operation|transplant\w*|study|trial|treatment|therapy)"
    rf"|{_THE}(?:first|initial)\s+(?:\w+\s+){{0,3}}?(?:dose|infusion|injection|administration|transplant\w*)\b)"
)
# Only beside other points in time.
_AT_EVENT = rf"(?:at|before|after|during|following|at\s+{_THE}(?:end|time)\s+of)\s+{_THE}{_EVENT}"
_SIDE = rf"(?:[\s-]+(?:before|prior\s+to|pre|after|post|following)[\s-]+{_THE}{_EVENT})?"
_BEFORE = r"(?:\b(?:day|week|month|year)s?\s*[-:#(]?\s*(?:of\s+)?(?=\+?\d)|\b[djwm]\s?(?=\d))"
_AFTER = r"(?:hour|hr|day|week|wk|month|year|h(?=\b))s?\b"
_ASIDE_OF_WORD = r"\s*(?:\(\d+\)\s*)?-?"  # "two (2) weeks"
_ITEM = (
    rf"(?:{_BEFORE}{_DIGITS}{_SIDE}|\b(?:day|week|month)\s+{WORD}\b{_SIDE}|\b(?:{WORD}|{ORDINAL})[\s-]*{_AFTER}{_SIDE}"
    rf"|\+?\d{{1,3}}{_ASIDE_OF_WORD}\s*{_AFTER}{_SIDE}|\b{_ZERO}|\b{_AT_EVENT}|{_DIGITS}|\b{ORDINAL}\b)"
)
_JOIN = (
    r"\s*(?:,\s*(?:and|then|&)?|and(?:/or|\s+then)?|&|/|;|then|followed\s+by|\.(?=\s?(?:day|week|month))"
    r"|-(?=\s*(?:day|week|month)s?\s*\d))\s*(?:(?:on|at|in|again|after|the|once)\s+){0,3}"
    rf"(?:(?:(?:the\s+)?{ORDINAL}\s+(?:{GIVEN}\s+)?|(?:an?|one|another)\s+{GIVEN}\s+)(?=(?:on|at|in|after)\s)(?:on|at|in|after)\s+(?:the\s+)?)?"
)
_RUN = pattern_of(rf"(?<![\w.,x^/-]){_ITEM}(?:\s*{_ASIDE}?{_JOIN}{_ITEM})*", re.IGNORECASE)
_ONE = pattern_of(
    rf"(?P<zero>\b(?:{_ZERO}|(?P<event>{_AT_EVENT})))"
    r"|(?:\b(?P<unit>[djwmy])[a-z]*(?:\s+(?P<minus>-)(?=\d)|\s*[-:#(]?\s*)(?:of\s+)?(?P<n>\+?\d{1,3}(?!\d)|"
    rf"{WORD}\b)(?:st|nd|rd|th)?"
    rf"|(?P<number>\+?\d{{1,3}}(?!\d)(?:st|nd|rd|th)?|\b(?:{WORD}|{'|'.join(FIRSTS)})\b(?!\s+{GIVEN}))"
    rf"(?:[\s-]*{_ASIDE_OF_WORD}(?P<after>{_AFTER}))?)(?P<side>{_SIDE})",
    re.IGNORECASE,
)
_MAY = (  # one of these, or of the next, is in every point in time
    "day", "week", "month", "year", "hour", "hr", "wk", "baseline", "time zero", "time 0", "nrol", "nclusion",
    "randomi", "surgery", "operation", "procedure", "transplant", "time of", "beginning of", "start of",
    "at the beginning", "at the start", "at the outset", "first ", "initial ",
)  # fmt: skip
_MAY_LETTER = pattern_of(r"\b[djwmh]\s?\d|\d[\s)-]*h\b", re.IGNORECASE)
_ASIDES, _SPREADS = pattern_of(_ASIDE, re.IGNORECASE), pattern_of(_SPREAD, re.IGNORECASE)
_EARLY = pattern_of(r"[\s-]+(?:before|prior|pre)", re.IGNORECASE)
_NTH_ALONE = pattern_of(ORDINAL, re.IGNORECASE)
_UNTIL = pattern_of(r"\d\s*-\s*[a-z]", re.IGNORECASE)  # two items around a dash are a span of time
_BETWEEN = pattern_of(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Times:
    """Points in time from `start` to `end` of a text, in days and in the order of the text.

    `after`: the first item is a number before its unit.
    """

    start: int
    end: int
    days: tuple[float, ...]
    after: bool = False
    zero: bool = False  # "the first dose", which may be dated by what follows


@lru_cache(maxsize=1024)  # a sentence is asked for its numbers, its intervals and its dates
def times(text: str) -> tuple[Times, ...]:
    """Each point in time, or list of them, of a text from `plain_signs`."""
    lower = text.lower()
    may = any(word in lower for word in _MAY) or _MAY_LETTER.search(text)
    return tuple(_times(text)) if may else ()


def _times(text: str) -> Iterator[Times]:
    bare, exact = (one.sub(lambda aside: " " * len(aside[0]), text) for one in (_ASIDES, _SPREADS))
    for run in _RUN.finditer(text):
        in_aside = text[run.start() - 1 : run.start()] == "(" and run[0][0].isalpha()  # "infusion (day 7)"
        items = list(_ONE.finditer(exact if in_aside else bare, run.start(), run.end()))
        spans = len(items) == 2 and _UNTIL.search(run[0])  # noqa: PLR2004
        days = () if spans or (len(items) == 1 and items[0]["event"]) else _days(items)
        if days and not _BETWEEN.search(text, max(0, run.start() - _NEAR), run.start()):
            zero = all(one["zero"] for one in items)
            yield Times(run.start(), run.end(), days, after=bool(items[0]["after"]), zero=zero)


def _days(items: list[re.Match[str]]) -> tuple[float, ...]:
    """The points in days; none where no item has a unit. "Day 1" beside weeks or months is the beginning."""
    units = [None if item["zero"] else (item["unit"] or item["after"] or "")[:1].lower() for item in items]
    if not any(unit or unit is None for unit in units):
        return ()
    known = [unit for unit in units if unit]
    if not known:
        return (0.0,) if len(items) == 1 else ()
    found: list[float] = []
    earlier = ""
    for item, unit, later in zip(items, units, _later(items), strict=True):
        if unit is None:
            found.append(0.0)
            continue
        earlier = unit or earlier
        if not unit and not later and _NTH_ALONE.fullmatch(item["number"]):
            continue  # "on day 1, the second on day 8"
        near = unit or (later and later[0].lower()) or earlier or known[0]
        long = size(item["n"] or item["number"])
        begins = long == 1 and near == "d" and item is items[0] and set(known) - {"d", "h"}
        sign = -1 if item["minus"] or _EARLY.match(item["side"]) else 1
        found.append(0.0 if begins else sign * long * DAYS[near])
    return tuple(found) if max(found, default=0.0) < _LONGEST else ()


def _later(items: list[re.Match[str]]) -> list[str | None]:
    """For each item the unit behind it or behind the next that has one; None where that one's stands before it."""
    found: list[str | None] = []
    after = None
    for item in reversed(items):
        after = item["after"] if item["unit"] or item["after"] else after
        found.append(after)
    return found[::-1]


def size(word: str) -> int:
    """The number that digits, an ordinal or a word says."""
    if digits := re.sub(r"\D", "", word):
        return int(digits)
    return FIRSTS.index(word.lower()) + 1 if word.lower() in FIRSTS else number(word)
