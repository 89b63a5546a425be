"""Points in time that a text names, alone or in lists, and whether the product is given then or patients are seen.

A list is one run of items: "days 1, 4 and 10", "baseline, week 4 and week 8", "0, 24 and 48 hours", "D0, D7". A number
without a unit takes that of its neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, WORD, Count, number, of_a_drug
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import names

DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "y": 365.0}

FIRSTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINAL = rf"(?:{'|'.join(FIRSTS)}|\d{{1,2}}(?:st|nd|rd|th))"
_NO_TIME = rf"[\d.]*\s*(?:[x%*^]|mg|ml|cc|million|billion|\w*cells?\b|\w*MSCs?\b|{GIVEN}|patients|subjects|participants|times|groups|arms|sites)"
_DIGITS = rf"\+?\d{{1,3}}(?:st|nd|rd|th)?(?!{_NO_TIME})(?![\d.]*\d|\w)"
_ASIDE = r"(?:\(?\s*(?:±|\+/?-)\s*\d+\s*(?:hours?|days?|weeks?|h|d)?\s*\)?|\([^)]{0,40}\))"
_EVENT = r"(?:surgery|operation|procedure|(?:\w+\s+)?transplant(?:ation)?\b(?!\w))"
_ZERO = (
    r"(?:baseline|time\s+(?:zero|0)\b|enrol?lment|inclusion|(?<=at\s)randomi[sz]ation"
    r"|(?:the\s+)?(?:day|time|beginning|start)\s+of\s+(?:the\s+)?(?:surgery|operation|transplant\w*|study|trial|treatment|therapy)"
    r"|(?:the\s+)?(?:first|initial)\s+(?:\w+\s+){0,3}?(?:dose|infusion|injection|administration|transplant\w*)\b)"
)
_AT_EVENT = rf"(?:at|before|after|during|following)\s+(?:the\s+)?{_EVENT}"  # only beside other points in time
_SIDE = rf"(?:[\s-]+(?:before|prior\s+to|pre|after|post|following)[\s-]+(?:the\s+)?{_EVENT})?"
_BEFORE = r"(?:\b(?:day|week|month|year)s?\s*[-:#(]?\s*(?:of\s+)?(?=\+?\d)|\b[dwm]\s?(?=\d))"
_AFTER = r"(?:hour|hr|day|week|wk|month|year|h(?=\b))s?\b"
_ITEM = (
    rf"(?:{_BEFORE}{_DIGITS}{_SIDE}|\b(?:{WORD}|{ORDINAL})[\s-]*{_AFTER}{_SIDE}|\+?\d{{1,3}}\s*(?:\(\d+\)\s*)?-?\s*{_AFTER}{_SIDE}"
    rf"|\b{_ZERO}|\b{_AT_EVENT}|{_DIGITS}|\b{ORDINAL}\b)"
)
_JOIN = r"\s*(?:,\s*(?:and|then|&)?|and(?:/or|\s+then)?|&|/|;|then|followed\s+by|\.(?=\s?(?:day|week|month))|-(?=\s*(?:day|week|month)s?\s*\d))\s*(?:(?:on|at|in|again|after|the|once)\s+){0,3}"
_RUN = re.compile(rf"(?<![\w.,x^/-]){_ITEM}(?:\s*{_ASIDE}?{_JOIN}{_ITEM})*", re.IGNORECASE)
_ONE = re.compile(
    rf"(?P<zero>\b(?:{_ZERO}|(?P<event>{_AT_EVENT})))"
    r"|(?:\b(?P<unit>[dwmy])[a-z]*\s*[-:#(]?\s*(?:of\s+)?(?P<n>\+?\d{1,3})(?:st|nd|rd|th)?(?!\d)"
    rf"|(?P<number>\+?\d{{1,3}}(?!\d)(?:st|nd|rd|th)?|\b(?:{WORD}|{'|'.join(FIRSTS)})\b)(?:[\s-]*(?:\(\d+\)\s*)?-?(?P<after>{_AFTER}))?)"
    rf"(?P<side>{_SIDE})",
    re.IGNORECASE,
)
_MAY = re.compile(r"day|week|month|year|hour|hr|wk|\b[dwmh]\s?\d|\d\s?h\b|baseline|time (?:zero|0)|nrol|nclusion|randomi|surgery|operation|procedure|transplant|(?:time|beginning|start) of|(?:first|initial) ", re.IGNORECASE)
_EARLY = re.compile(r"[\s-]+(?:before|prior|pre)", re.IGNORECASE)
_NTH_ALONE = re.compile(ORDINAL, re.IGNORECASE)
_LONGEST = 5 * 365.0  # days; a larger number is an age
_UNTIL = re.compile(r"\d\s*-\s*[a-z]", re.IGNORECASE)  # two items around a dash are a span of time
_ASIDES = re.compile(_ASIDE)

_NO_POINT = re.compile(
    r"\s*(?:old|of\s+age|(?:of\s+)?(?:follow(?!ing)|period|duration|study|trial|survival|life))",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"(?:for|over|during|within|every|each|than|least|last\w*|per|up to|until|till|through|period of|total of)\s+$",
    re.IGNORECASE,
)
_SAME = re.compile(r"\W*(?:\b(?:is|was|will\s+be|given|administered|on|at|in|the)\b\W*){0,4}", re.IGNORECASE)  # "first dose on day 1"
_LEAD = re.compile(r"(?:\W|\b(?:at|on|in|the)\b)*", re.IGNORECASE)
_BEGUN = re.compile(  # "between 72 and 96 hours", "after treatment for 15, 90 and 180 days"
    r"\b(?:between|(?:after|post|following|since)[\s-]+(?:the\s+)?(?:\w+\s+)?(?:infus|inject|admin|treat)\w*)"
    r"\s+(?:(?:the|for|at|on)\s+)*$",
    re.IGNORECASE,
)
_NOT_FIRST = re.compile(
    r"\W*(?:post|after|following|since)\b[\s-]*(?:the\s+)?(?:first|initial|1st|previous|last)", re.IGNORECASE
)
_CLAUSE = 250  # letters before a point in time that say what happens then
_ANOTHER = re.compile(
    r"\b(?:second|third|another|additional|repeat\w*|re-?treat\w*|re-?dos\w*)\b", re.IGNORECASE
)
_NTH_DOSE = re.compile(  # "2nd transplantation: after all examinations on day 7"
    rf"\W*(?:\d\W+)?(?:{ORDINAL}|\d)\s+(?:\w+\s+){{0,3}}?(?:infus|inject|administ|transplant|dos|treat)\w*\s*[:(-]",
    re.IGNORECASE,
)
_NTH_OF = re.compile(rf"\b{ORDINAL}\s+(?:\w+\s+){{0,3}}?(?:infus|inject|administ|transplant|dos|treat)", re.IGNORECASE)
_EARLIER = re.compile(r"\s*(?:pre\b|pre-|before|prior|earlier)", re.IGNORECASE)

FOLLOW_UP = re.compile(
    r"follow(?!ing|ed\s+by|s\b)|assess|compared|comparis|adverse|safety|efficac|evaluat|monitor|measur|visit|"
    r"examin|observ|test|assay|laborator|phone|sample|outcome|questionnaire|biops|imaging|MRI|score",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"infus|inject|administ|transplant|given|receiv|treat|dos(?:e|ing)|transfus|deliver|instill|implant|\bi\.?v\b",
    re.IGNORECASE,
)
GIVING = re.compile(rf"{_VERB.pattern}|MSC|\bcells?\b", re.IGNORECASE)
_TESTED = re.compile(  # "a questionnaire will be administered at 3 and 6 months"
    rf"(?:{FOLLOW_UP.pattern})[^.,;]{{0,40}}?\b(?:be|is|are|was|were)\s+(?:administered|given|repeated)", re.IGNORECASE
)
_SINCE = re.compile(
    r"\s*\)?\s*(?:post|after|following|since)\b[\s-]*(?:the\s+)?(?:\w+\s+){0,2}"
    r"(?:treat|infus|inject|admin|therap|dos)",
    re.IGNORECASE,
)
_SINCE_GIVING = re.compile(
    r"\b(?:post|after|following|since)[\s-]+(?:the\s+)?(?:\w+\s+)?(?:infus|inject|admin|treat|transplant)\w*",
    re.IGNORECASE,
)
_CROSSOVER = re.compile(r"cross-?\s?over|reversed", re.IGNORECASE)


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


@lru_cache(maxsize=4096)  # a sentence is asked for its numbers, its intervals and its dates
def times(text: str) -> tuple[Times, ...]:
    """Each point in time, or list of them, of a text from `plain_signs`."""
    return tuple(_times(text)) if _MAY.search(text) else ()


def _times(text: str) -> Iterator[Times]:
    bare = _ASIDES.sub(lambda aside: " " * len(aside[0]), text)
    for run in _RUN.finditer(text):
        items = list(_ONE.finditer(bare, run.start(), run.end()))
        spans = len(items) == 2 and _UNTIL.search(run[0])  # noqa: PLR2004
        days = () if spans or (len(items) == 1 and items[0]["event"]) else _days(items)
        if days:
            yield Times(run.start(), run.end(), days, after=bool(items[0]["after"]), zero=all(one["zero"] for one in items))


def _days(items: list[re.Match[str]]) -> tuple[float, ...]:
    """The points in days; none where no item has a unit. "Day 1" beside weeks or months is the beginning."""
    units = [None if item["zero"] else (item["unit"] or item["after"] or "")[:1].lower() for item in items]
    if not any(unit or unit is None for unit in units):
        return ()
    known = [unit for unit in units if unit]
    if not known:
        return (0.0,) if len(items) == 1 else ()
    found = []
    for place, (item, unit) in enumerate(zip(items, units, strict=True)):
        if unit is None:
            found.append(0.0)
            continue
        later = next((one["after"] for one in items[place:] if one["unit"] or one["after"]), None)
        if not unit and not later and _NTH_ALONE.fullmatch(item["number"]):
            continue  # "on day 1, the second on day 8"
        earlier = next((one for one in reversed(units[:place]) if one), None)
        near = unit or (later and later[0].lower()) or earlier or known[0]
        size = _size(item["n"] or item["number"])
        begins = size == 1 and near == "d" and place == 0 and set(known) - {"d", "h"}
        sign = -1 if _EARLY.match(item["side"]) else 1
        found.append(0.0 if begins else sign * size * DAYS[near])
    return tuple(found) if max(found, default=0.0) < _LONGEST else ()


def _size(word: str) -> int:
    if digits := re.sub(r"\D", "", word):
        return int(digits)
    return FIRSTS.index(word.lower()) + 1 if word.lower() in FIRSTS else number(word)


def listed(sentence: Passage) -> Iterator[Count]:
    """As many administrations as a sentence lists times of giving."""
    text = plain_signs(sentence.text)
    for one in times(text):
        if len(set(one.days)) == 1:
            continue
        clause = _clause(text[max(0, one.start - 90) : one.start])
        given, followed = _last(GIVING, clause), _last(FOLLOW_UP, clause)
        if not _VERB.search(clause) and FOLLOW_UP.search(text[: one.start]):
            given = -1  # "MRI of the labelled cells at 2 and 3 weeks"
        given_after = GIVING.search(text[one.end : one.end + 60]) and not FOLLOW_UP.search(text)
        before = text[max(0, one.start - 60) : one.start]
        since = _SINCE.match(text[one.end :]) or of_a_drug(text, one.start) or _BEGUN.search(before)
        alone = _LEAD.fullmatch(clause) and "interventions[" in sentence.path and not FOLLOW_UP.search(text)
        if not since and (given > followed or (given == followed and (given_after or alone))):
            span = sentence.text[one.start : one.end]
            yield Count(len(set(one.days)), span, sentence.path, "days that are listed")


def dated(sentence: Passage) -> Iterator[Count]:
    """As many administrations as a sentence dates, where it speaks of nothing but giving."""
    others = FOLLOW_UP.search(sentence.text) or crosses_over(sentence.text) or names("other_drug", sentence.text)
    given = {} if others else points((sentence,))
    if len(given) > 1:
        span = sentence.text[min(start for _, start, _ in given.values()) : max(end for _, _, end in given.values())]
        yield Count(len(given), span, sentence.path, "days that are named")


def points(sentences: Iterable[Passage]) -> dict[float, tuple[Passage, int, int]]:
    """The points in time at which sentences give the product, in days, each with its sentence, start and end."""
    found: dict[float, tuple[Passage, int, int]] = {}
    for sentence in sentences:
        text = plain_signs(sentence.text)
        numbered = _NTH_DOSE.match(text) and len(_NTH_OF.findall(text)) == 1
        if not GIVING.search(text):
            continue
        told = times(text)
        for one, following in zip_longest(told, told[1:]):
            clause, after = text[: one.start], text[one.end : one.end + 60]
            if (
                (following and one.zero and _SAME.fullmatch(text[one.end : following.start]))
                or (not numbered and follows_up(clause[-_CLAUSE:]))
                or _NO_POINT.match(after)
                or (_SINCE.match(after) and not _NOT_FIRST.match(after) and not _ANOTHER.search(text, one.end))
                or _LASTING.search(clause[-12:])
            ):
                continue
            sign = -1 if one.after and _EARLIER.match(after) else 1
            for day in one.days:
                found.setdefault(sign * day, (sentence, one.start, one.end))
            if numbered:
                break
    return found


def crosses_over(sentence: str) -> bool:
    """Whether a sentence gives each patient the product in one of two periods."""
    return bool(_CROSSOVER.search(sentence))


def follows_up(clause: str) -> bool:
    """Whether a clause speaks last of follow-up, not of giving."""
    clause = _clause(re.sub(r"\([^()]*\)", " ", clause))  # "(by weight at the screening visit)"
    return _last(FOLLOW_UP, clause) > _last(GIVING, clause)


def _clause(text: str) -> str:
    """The text without words of giving that only date or describe a test."""
    return _TESTED.sub(" test ", _SINCE_GIVING.sub(" ", text))


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
