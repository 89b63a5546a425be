"""Numbers of administrations that result from a schedule: listed days, repetitions, a frequency times a duration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, KIND, LEVELS, WORD, Count, number
from mscwatch.therapy.passages import Passage

_UNIT_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4, "y": 365.0}
_ADVERB_DAYS = {
    "daily": 1.0, "weekly": 7.0, "qw": 7.0, "q2w": 14.0, "biweekly": 14.0, "fortnightly": 14.0, "monthly": 30.4,
}  # fmt: skip

# Days that are listed: "on days 1, 4, 11 and 18", "Day 0, Day 5 (±1) and Day 13", "at week 0, 4 and 8".
_ASIDE = r"(?:\(?\s*(?:±|\+/?-|\+)\s*\d+\s*(?:days?|d)?\s*\)?|\([^)]{0,40}\))"
_DAY = r"(?:days?|weeks?|months?|[dwm](?=\s?\d))"
_NTH = r"\d{1,3}(?:st|nd|rd|th)?"
_MORE = (
    rf"(?:\s*{_ASIDE}?\s*(?:,\s*and|,|and|&|/|;|then|or)\s*(?:on\s+|at\s+)?{_DAY}?\s*"
    rf"{_NTH}(?![\d.]*\s*(?:[x%]|mg|ml|million)))"
)
_DAYS = re.compile(rf"(?:\b(?:{_DAY}|visits?))\s*(?:of\s+)?-?{_NTH}{_MORE}+", re.IGNORECASE)
_ORDINALS = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,2}(?:st|nd|rd|th)?)"
_ORDINAL_DAYS = re.compile(
    rf"\bthe\s+{_ORDINALS}(?:\s*(?:,\s*and|,|and)\s*(?:the\s+)?{_ORDINALS})+\s+(?:days?|weeks?|months?)\b",
    re.IGNORECASE,
)
_AT_DAYS = re.compile(
    r"\b(?:at|on|in)\s+(?:the\s+)?\d{1,3}(?:\s*(?:,\s*and|,|and|&)\s*\d{1,3})+\s*-?(?:days?|weeks?)\b"
    r"|\b(?:at|on)\s+0(?:\s*(?:,\s*and|,|and|&)\s*\d{1,3})+\s*-?months?\b",
    re.IGNORECASE,
)
_NTHS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_NUMBERED = re.compile(
    rf"\b(?P<nth>{'|'.join(_NTHS)})\s+(?:{KIND}[\s-]+){{0,5}}(?!treat)(?:courses?|cycles?|{GIVEN})\b(?![\s-]*{LEVELS})",
    re.IGNORECASE,
)
_FIRST_TRANSPLANT = re.compile(r"\bfirst\s+(?:\w+\s+){0,2}(?:trans|im)plant", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"follow|assess|compar|adverse|safety|efficac|evaluat|monitor|measur|visit|examin|observ|test|blood sample|outcome|"
    r"questionnaire|biops|imaging|MRI|score",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\s*\)?\s*(?:post|after|following|since)\b[\s-]*(?:the\s+)?(?:\w+\s+){0,2}"
    r"(?:treat|infus|inject|admin|therap|dos)",
    re.IGNORECASE,
)
_GIVING = re.compile(
    r"infus|inject|administ|transplant|given|receiv|treat|dos(?:e|ing)|transfus|deliver|instill|implant|\bi\.?v\b|MSC|"
    r"\bcells?\b",
    re.IGNORECASE,
)

# A frequency and how long: "once per 4 week ... for 12 weeks", "every 2 weeks for 3 months".
_FREQUENCY = re.compile(
    rf"""(?:\b(?P<times>once|one|twice|two|three|\d)\b\s*(?:times?|doses?|infusions?|injections?)?\s*)?
    (?:(?:\b(?:an?|per|each|every)\b|/)\s*(?:other\s+)?(?P<every>\d{{1,2}}|{WORD})?\s*-?(?P<unit>day|week|month|year)s?\b
    |\b(?P<adverb>daily|weekly|monthly|biweekly|fortnightly|qw|q2w)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_DURATION = re.compile(
    rf"""\b(?:for|over|during|within|in)\s+
    (?:an?\s+|the\s+|first\s+|each\s+of\s+|total\s+|duration\s+|of\s+|continuous\s+|consecutive\s+)*
    (?P<long>\d{{1,2}}|{WORD}|(?<=\ba\s)|(?<=\ban\s))\s*(?:consecutive\s+|continuous\s+)?-?(?P<unit>day|week|month|year)s?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AGAIN = re.compile(
    r"\b(?:re-?\s?(?:injection|infusion|treatment|dosing|administration)|booster|repeat(?:ed)?|again)\b[^.]{0,40}?"
    r"\b(?:at|after|in|on)\b(?P<list>[^.;]*)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:\b(?:day|week|month)\s*)\d{1,2}\b|\b\d{1,2}(?=\s*(?:days?|weeks?|months?|,|and))", re.IGNORECASE
)
_AT_SURGERY = re.compile(
    r"\b(?:at|after|during|before|following)\s+(?:the\s+)?(?:surgery|operation|\w*transplant\w*|baseline|procedure)\s+and\s+"
    r"(?:then\s+|again\s+)?(?:on\s+|at\s+)?(?:day|week|month)\s*\d+",
    re.IGNORECASE,
)
_CROSSOVER = re.compile(r"cross-?\s?over|reversed", re.IGNORECASE)


def listed(sentence: Passage) -> Iterator[Count]:
    text = plain_signs(sentence.text)
    for match in (*_DAYS.finditer(text), *_ORDINAL_DAYS.finditer(text), *_AT_DAYS.finditer(text)):
        clause = text[max(0, match.start() - 90) : match.start()]
        given, followed = _last(_GIVING, clause), _last(_FOLLOW_UP, clause)
        given_after = _GIVING.search(text[match.end() : match.end() + 60]) and not _FOLLOW_UP.search(text)
        since = _SINCE.match(text[match.end() :])
        alone = not clause.strip() and "interventions[" in sentence.path and not _FOLLOW_UP.search(text)
        if not since and (given > followed or (given == followed and (given_after or alone))):
            days = re.sub(_ASIDE, " ", match[0])
            days_told = len(set(re.findall(rf"\d+|{_ORDINALS}", days, re.IGNORECASE)))
            yield Count(
                days_told, sentence.text[match.start() : match.end()], sentence.path, "days that are listed"
            )


def again(sentence: Passage) -> Iterator[Count]:
    """A first administration and its repetitions: "re-injection at 3 months and 6 months", "at surgery and day 4"."""
    for match in _AT_SURGERY.finditer(sentence.text):
        yield Count(2, match[0], sentence.path, "one at an operation and one later")
    if _CROSSOVER.search(sentence.text):
        return
    for match in _AGAIN.finditer(sentence.text):
        times = _TIME.findall(match["list"])
        if times:
            yield Count(1 + len(times), match[0], sentence.path, "a first one and its repetitions")


def numbered(sentence: Passage) -> Iterator[Count]:
    """The highest ordinal: two for "the first infusion ... and the second infusion"."""
    for match in _NUMBERED.finditer(sentence.text):
        if "plant" in match[0].lower() and not _FIRST_TRANSPLANT.search(sentence.text):
            continue  # a second transplant of an organ
        nth = _NTHS.index(match["nth"].lower()) + 2
        yield Count(nth, match[0], sentence.path, "administrations that are numbered")


def scheduled(sentence: Passage) -> Iterator[Count]:
    text = plain_signs(sentence.text)
    for often in _FREQUENCY.finditer(text):
        duration = next((found for found in _DURATION.finditer(text) if found.start() >= often.start()), None)
        if duration is None or _follows_up(text[max(0, often.start() - 90) : often.start()]):
            continue
        if not (often["times"] or often["every"] or often["adverb"] or "every" in often[0].lower()):
            continue
        unit, adverb = often["unit"], often["adverb"]
        if adverb:
            interval = _ADVERB_DAYS[adverb.lower()]
        else:
            interval = _UNIT_DAYS[unit[0].lower()] * (number(often["every"]) if often["every"] else 1)
        long = number(duration["long"] or "one") * _UNIT_DAYS[duration["unit"][0].lower()]
        times = number(often["times"]) if often["times"] else 1
        yield Count(
            int(times * long / interval + 0.05),
            sentence.text[often.start() : duration.end()],
            sentence.path,
            "a frequency times a duration",
        )


def _follows_up(clause: str) -> bool:
    return _last(_FOLLOW_UP, clause) > _last(_GIVING, clause)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
