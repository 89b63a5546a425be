"""How often the product is given: counts that are told, days that are listed, and else a frequency times a duration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.passages import Passage

MOST = 60  # more administrations than this is a misreading

_NUMBERS = {
    "single": 1, "one": 1, "once": 1, "two": 2, "twice": 2, "double": 2, "three": 3, "thrice": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_N = rf"(?P<n>\d{{1,2}}|{_WORD})"
_GIVEN = (
    r"(?:doses?|does|infusions?|injections?|administrations?|transplantations?|treatments?|transfusions?|applications?|"
    r"implantations?|instillations?|rounds|inoculations?)"
)
_UNIT_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4, "y": 365.0}
_ADVERB_DAYS = {
    "daily": 1.0, "weekly": 7.0, "qw": 7.0, "q2w": 14.0, "biweekly": 14.0, "fortnightly": 14.0, "monthly": 30.4,
}  # fmt: skip

# What makes "3 times" or "once" a frequency ("3 times a week") or a comparison ("three times higher").
_OFTEN = (
    r"(?:(?:an?|per|each|every|in\s+a)\s+(?:\w+\s+)?(?:week|day|month|year|\d)|every|daily|weekly|monthly|/)"
)
_COMPARED = r"(?:higher|lower|more|less|(?:the\s+)?upper|the\s+normal|of\s+normal|as\s|greater|\d|ULN)"
_WHEN = r"(?:the|they|you|it|in|again|all|patients?|subjects?|enrolled|inform\w*|consent\w*|eligib\w*|at\s+least)\b"
# What stands between a number and what is given: "two intravenous UC-MSC infusions".
_KIND = (
    r"(?:divided|repeated|consecutive|separate|sequential|intra\w+|i\.?v\.?|equal|weekly|monthly|biweekly|total|\w*MSCs?|"
    r"stem|cells?|additional|fixed|bone|marrow|derived|mesenchymal|umbilical|cord)"
)
_LEVELS = r"(?:levels?|groups?|cohorts?|arms?|escal\w*|finding|ranging|of\s+placebo)"
_OTHER_SINGLES = r"(?:center|centre|arm|blind|group|site|patient|donor|institution|cell)\b"
_COUNT = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_N}[\s-]*(?:times?|x)\b(?!\s*(?:{_OFTEN}|{_COMPARED}))",
        rf"\b(?P<n>twice|thrice)\b(?!\s*(?:{_OFTEN}|the|as))",
        rf"(?<!phase )(?<!x )(?<![-\d.])\b{_N}\s+(?:{_KIND}[\s-]+){{0,5}}{_GIVEN}\b(?![\s-]*{_LEVELS})",
        rf"\b(?P<n>single)[\s-]+(?!{_OTHER_SINGLES})(?:(?!dose-)[\w./+^-]+\s+){{0,5}}?{_GIVEN}\b(?!\s*escal)",
        r"\b(?P<n>single)[\s-]dose\b",
        r"\b(?P<n>one)[\s-]time\b",
        rf"\b(?P<n>once)\b(?!\s*(?:{_OFTEN}|a\s|per|\d|{_WHEN}))",
        rf"\btotal\s+(?:number\s+)?of\s+{_N}\s+(?:\w+\s+){{0,3}}?(?:times|{_GIVEN})\b",
    )
]

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
_FOLLOW_UP = re.compile(
    r"follow|assess|evaluat|monitor|measur|visit|examin|observ|test|blood sample|outcome|questionnaire|biops|imaging|"
    r"MRI|score",
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
    (?:(?:\b(?:an?|per|each|every)\b|/)\s*(?:other\s+)?(?P<every>\d{{1,2}}|{_WORD})?\s*-?(?P<unit>day|week|month|year)s?\b
    |\b(?P<adverb>daily|weekly|monthly|biweekly|fortnightly|qw|q2w)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_DURATION = re.compile(
    rf"""\b(?:for|over|during|within|in)\s+
    (?:an?\s+|the\s+|first\s+|each\s+of\s+|total\s+|duration\s+|of\s+)*
    (?P<long>\d{{1,2}}|{_WORD})\s*(?:consecutive\s+)?-?(?P<unit>day|week|month|year)s?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_AGAIN = re.compile(
    r"\b(?:re-?\s?(?:injection|infusion|treatment|dosing|administration)|booster|repeat(?:ed)?)\b[^.]{0,40}?\bat\b(?P<list>[^.;]*)",
    re.IGNORECASE,
)
_OR_MORE = re.compile(r"\s*(?:or|and/or)\s+(?:several|more|multiple|repeated)", re.IGNORECASE)
_OTHER = re.compile(
    r"plasma exchange|leukapher|blood draw|liposuction|aspirat|G-?CSF|mobili[sz]|plasmapher|washed|placebo",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of administrations with the words it was read from; `rule` says how."""

    number: int
    span: str
    path: str
    rule: str


def most_told(sentences: Iterable[Passage]) -> Count | None:
    """The largest number of administrations that sentences tell or list by days."""
    return _largest(
        count for sentence in sentences for count in (*_told(sentence), *_listed(sentence), *_again(sentence))
    )


def most_scheduled(sentences: Iterable[Passage]) -> Count | None:
    """The largest number of administrations that follows from a frequency and a duration."""
    return _largest(count for sentence in sentences for count in _scheduled(sentence))


def _largest(counts: Iterable[Count]) -> Count | None:
    return max(
        (count for count in counts if 0 < count.number <= MOST), key=lambda count: count.number, default=None
    )


def _told(sentence: Passage) -> Iterator[Count]:
    text = plain_signs(sentence.text)
    for pattern in _COUNT:
        for match in pattern.finditer(text):
            clause = re.split(r"[(;]", text[: match.start()])[-1]
            following = text[match.end() : match.end() + 25]
            if _OTHER.search(clause[-40:]) or _OTHER.search(following) or _OR_MORE.match(following):
                continue
            yield Count(
                _number(match["n"]),
                sentence.text[match.start() : match.end()],
                sentence.path,
                "a number of administrations",
            )


def _listed(sentence: Passage) -> Iterator[Count]:
    text = plain_signs(sentence.text)
    for match in (*_DAYS.finditer(text), *_ORDINAL_DAYS.finditer(text)):
        clause = text[max(0, match.start() - 90) : match.start()]
        given, followed = _last(_GIVING, clause), _last(_FOLLOW_UP, clause)
        given_after = _GIVING.search(text[match.end() : match.end() + 60]) and not _FOLLOW_UP.search(text)
        if given > followed or (given == followed and given_after):
            days = re.sub(_ASIDE, " ", match[0])
            number = len(set(re.findall(rf"\d+|{_ORDINALS}", days, re.IGNORECASE)))
            yield Count(
                number, sentence.text[match.start() : match.end()], sentence.path, "days that are listed"
            )


def _again(sentence: Passage) -> Iterator[Count]:
    """The first one and "re-injection at 3 months and 6 months"."""
    for match in _AGAIN.finditer(sentence.text):
        times = re.findall(r"\d{1,2}(?=\s*(?:days?|weeks?|months?|,|and))", match["list"])
        if times:
            yield Count(1 + len(times), match[0], sentence.path, "a first one and its repetitions")


def _scheduled(sentence: Passage) -> Iterator[Count]:
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
            interval = _UNIT_DAYS[unit[0].lower()] * (_number(often["every"]) if often["every"] else 1)
        long = _number(duration["long"]) * _UNIT_DAYS[duration["unit"][0].lower()]
        times = _number(often["times"]) if often["times"] else 1
        yield Count(
            int(times * long / interval + 0.05),
            sentence.text[often.start() : duration.end()],
            sentence.path,
            "a frequency times a duration",
        )


def _follows_up(clause: str) -> bool:
    return _last(_FOLLOW_UP, clause) > _last(_GIVING, clause)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
