"""How often a text says that something is done, and for how long: "twice a week for a month", "q2w x 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mscwatch.therapy.counts import GIVEN, KIND, WORD, number
from mscwatch.therapy.times import DAYS, size
from mscwatch.therapy.words import lower_case
from mscwatch.vocabulary.patterns import pattern_of

_MEAN_DAYS = DAYS | {"m": 30.4}  # of months that are added up
_ADVERBS = {"dai": "d", "wee": "w", "for": "w", "mon": "m", "qua": "m", "yea": "y", "ann": "y"}
_SEVERAL = {"for": 2, "qua": 3, "bi": 2}  # a fortnight, a quarter, bimonthly

_MAY = pattern_of(  # of texts in lower case
    r"day|week|month|year|hour|wk|mo\b|alternat|dai|fortn|quart|ann|\d\s?[hd]\b|\bq\.?\s?[\ddw]"
)
# Patterns of texts in lower case.
_AMOUNT = (  # "2 million cells/kg"
    r"\d[\d.,]*\s*(?:x\s*10\s?\^?\s?\d{1,2}|million)\s+(?:[\w-]+\s+)?(?:cells?|\w*mscs?)?(?:\s*/\s*kg)?"
)
_TIMES = (
    rf"(?:(?<![\w.,^-])(?<!day )(?<!week )(?<!month )(?P<times>once|one\s+time|twice|thrice|{WORD}|\d)\b\s*"
    rf"(?:times?|(?P<given>(?:{KIND}\s+){{0,3}}{GIVEN}(?:\s+of\s+(?:{_AMOUNT}|[\w-]+))?))?\s*)?"
)
_N = rf"\d{{1,3}}(?:\.\d)?|{WORD}|half\s+an?"
_RATE = pattern_of(
    rf"{_TIMES}(?:\b(?:(?P<each>each|every)|an?(?!\s*\d)|per|in\s+a)\b|/|(?<=once\s)in\b)\s*"
    rf"(?:about\s+|approximately\s+)?(?P<other>other\s+|second\s+)?(?:(?P<every>{_N}|third|fourth|fifth|sixth|seventh|tenth)(?:st|nd|rd|th)?\s*-?\s*(?:\(\d+\)\s*)?)?"
    r"(?:(?:-|to|or)\s*\d{1,3}\s*)?(?P<unit>hour|day|week|wk|fortnight|month|mo|year|h|d)s?\b(?!\s+apart)"
    r"(?(each)|(?!\s+intervals?\b))"  # "twice in a 26-day interval"
)
_ALTERNATE = pattern_of(r"\balternat(?:e|ing)[\s-]+(?P<unit>day|week|month)s?\b")
_ADVERB = pattern_of(
    rf"(?:\b(?P<times>once|twice|thrice|{WORD}\s+times|\d\s+times)[\s-]+)?(?:\b(?P<every>\d{{1,2}}|{WORD})-|\b(?P<bi>bi)-?|\b)"
    r"(?P<adverb>daily|weekly|fortnightly|monthly|quarterly|yearly|annually)\b(?!\s+(?:visit|follow|monitor|assess|evaluat|wound))"
)
_Q = pattern_of(
    r"\bq\.?\s?(?:(?P<every>\d{1,2})\s?-?\s?(?P<unit>[hdwm])|(?P<alone>[dw]))[a-wyz]{0,5}(?:\b|(?=x))"
)
_A_DAY = pattern_of(
    r"\b(?:cells?|\w*mscs?|particles)(?:\s*/\s*kg)?\s*(?:/\s*|(?:per|a|each)\s+)(?P<unit>day|week|month)\b"
)
_CONSECUTIVE = pattern_of(
    rf"\b(?:(?P<total>\d{{1,2}}|{WORD})\s+)?consecutive\s+(?P<unit>day|week|month)s?\b"
    r"|\b(?P<unit2>day|week|month)s?\s+in\s+a\s+row"
)
_DURATION = pattern_of(
    rf"""\b(?:for|over|during|within|in|until|up\s+to|lasting(?:\s+for)?|continuous(?:ly)?)\s+
    (?:an?\s+|the\s+|first\s+|each\s+of\s+|total\s+|duration\s+|of\s+|continuous\s+|consecutive\s+|about\s+|up\s+to\s+)*
    (?:\d{{1,2}}\s*(?:-|to|or)\s*)?(?P<long>\d{{1,2}}|{WORD}|(?<=\ba\s)|(?<=\ban\s))\s*(?:consecutive\s+|continuous\s+)?-?(?P<unit>day|week|month|year)s?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NEXT = pattern_of(  # "once a month, three consecutive months", "weekly x 4", "daily from day 1 to day 5"
    r"\s*(?:[,;(]?\s*(?:on\s+|from\s+)?days?\s*(?P<from>\d{1,2})\s*(?:-|to|through)\s*(?:day\s*)?(?P<to>\d{1,2})\b"
    rf"|[,;(]\s*(?P<long>\d{{1,2}}|{WORD})\s+(?:consecutive\s+)?-?(?P<unit>day|week|month|year)s?\b"
    rf"|\.?\(?,?\s*[x*]\s?(?P<n>\d{{1,2}})\b(?!\s*[x^.\d])"
    rf"|[,;(]\s*(?:up\s+to|(?:a\s+)?(?:total|maximum)(?:\s+of)?)\s+(?P<most>\d{{1,2}}|{WORD})\b(?!\s*-?(?:hour|day|week|month|year|m[lg]\b|cc\b|[µu][lg]\b|million|billion|cells?\b|patients|participants|subjects|[x^.%\d])))",
    re.IGNORECASE,
)
_UNTIL = pattern_of(  # "every 4 weeks until week 12", the beginning counts
    r"\s*(?:(?:from|starting\s+(?:on|at|from))\s+(?:day|week|month)\s+(?P<from>\d{1,3}))?\s*"
    r"(?:until|till|up\s+to|through|to)\s+(?:the\s+)?(?P<unit>day|week|month)\s+(?P<to>\d{1,3})\b",
    re.IGNORECASE,
)
_AFTER_OTHERS = pattern_of(
    r"\b(?:then|followed\s+by|thereafter|afterwards?)\W+(?:\w+\W+){0,3}$", re.IGNORECASE
)
_FAR = 500  # letters between a rate and the duration that it may have
_OF_ANOTHER = pattern_of(  # the next duration is that of a look: "monthly. Endpoints: ... in 60 weeks"
    r"[.:;]\s*(?-i:[A-Z])|\bend[\s-]?points?\b|\boutcomes?\b|\bfollow(?:ed|ing)?\b(?!\s+by)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many `times` in so many (`every`) of a `unit`, by its first letter; `total` where the same words say it."""

    start: int
    end: int
    times: int
    every: float
    unit: str
    total: int | None = None

    @property
    def gap(self) -> float:
        """Days from one to the next; twice a week is at least three days apart."""
        period = self.every * DAYS[self.unit]
        return (
            float(int(period / self.times)) if self.times > 1 and period > self.times else period / self.times
        )

    def number(self, long: int, unit: str) -> int:
        """How many there are in a duration."""
        return int(self.times * long * _MEAN_DAYS[unit] / (self.every * _MEAN_DAYS[self.unit]) + 0.05)


@dataclass(frozen=True, slots=True)
class Planned:
    """A number of administrations that words from `start` to `end` of a text plan."""

    start: int
    end: int
    number: int


@lru_cache(maxsize=1024)  # a sentence is asked for its numbers and for its intervals
def rates(text: str) -> tuple[Rate, ...]:
    """Every rate that a text from `plain_signs` states, in order."""
    found = _rates(text) if _MAY.search(text.lower()) else ()
    return tuple(sorted((one for one in found if one.times and one.every), key=lambda one: one.start))


def _rates(text: str) -> Iterator[Rate]:
    text = lower_case(text)
    for match in _RATE.finditer(text):
        if match["times"] or match["every"] or match["each"]:
            every = size_of(match["every"]) * (2 if match["other"] else 1)
            times = 1 if match["given"] and match["each"] else _times(match["times"])  # "3 doses every week"
            all_times = _all_times(text, match) if times > 1 and every > 1 else None
            yield Rate(
                match.start(),
                match.end(),
                1 if all_times else times,
                every,
                match["unit"][0],
                all_times,
            )
    for match in _A_DAY.finditer(text):
        yield Rate(match.start(), match.end(), 1, 1.0, match["unit"][0])
    for match in _ALTERNATE.finditer(text):
        yield Rate(match.start(), match.end(), 1, 2.0, match["unit"][0])
    for match in _ADVERB.finditer(text):
        adverb = match["adverb"][:3]
        every = size_of(match["every"]) * _SEVERAL.get(match["bi"] or adverb, 1)
        yield Rate(match.start(), match.end(), _times(match["times"]), every, _ADVERBS[adverb])
    for match in _Q.finditer(text):
        unit = match["unit"] or match["alone"]
        yield Rate(match.start(), match.end(), 1, size_of(match["every"]), unit)
    for match in _CONSECUTIVE.finditer(text):
        total = number(match["total"]) if match["total"] else None
        unit = (match["unit"] or match["unit2"])[0]
        yield Rate(match.start(), match.end(), 1, 1.0, unit, total)


def _all_times(text: str, match: re.Match[str]) -> int | None:
    """How often in all, for "4 times every 2 weeks" without a duration."""
    return _times(match["times"]) if match["each"] and not _DURATION.search(text, match.end()) else None


def planned(text: str) -> Iterator[tuple[Rate, Planned]]:
    """Every rate of a text with the number that it makes: with its own total, or with the next duration."""
    told = rates(text)
    durations = list(_DURATION.finditer(text)) if told else []
    for rate in told:
        following = _NEXT.match(text, rate.end)
        if following and (most := following["n"] or following["most"]):
            yield rate, Planned(rate.start, following.end(), number(most))
            continue
        if following and following["to"]:
            long = int(following["to"]) - int(following["from"]) + 1
            yield rate, Planned(rate.start, following.end(), rate.number(long, "d"))
            continue
        until = _UNTIL.match(text, rate.end) if rate.every > 1 else None
        if until and not _AFTER_OTHERS.search(text, max(0, rate.start - 40), rate.start):
            long = int(until["to"]) - int(until["from"] or 0)
            yield rate, Planned(rate.start, until.end(), rate.number(long, until["unit"][0].lower()) + 1)
            continue
        if rate.total and (rate.unit == "d" or rate.every > 1):
            yield rate, Planned(rate.start, rate.end, rate.total)
        duration = following or next((one for one in durations if one.start() >= rate.end - 1), None)
        if duration and _OF_ANOTHER.search(text, rate.end, min(duration.start(), rate.end + _FAR)):
            continue
        if duration:
            long = number(duration["long"] or "one")
            yield rate, Planned(rate.start, duration.end(), rate.number(long, duration["unit"][0].lower()))


def _times(text: str | None) -> int:
    return number(text.split()[0]) if text else 1


def size_of(text: str | None) -> float:
    """How many a number, a word, an ordinal or "half a" says; one without any."""
    if text is None:
        return 1.0
    if text.lower().startswith("half"):
        return 0.5
    return float(text) if text[0].isdigit() else float(size(text))
