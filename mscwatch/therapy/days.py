"""Days on which a sentence says that something happens, and whether the product is given then or patients are seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import WORD, Count, number, of_a_drug
from mscwatch.therapy.passages import Passage

DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.0, "y": 365.0}

# Days that are listed: "on days 1, 4, 11 and 18", "Day 0, Day 5 (±1) and Day 13", "at week 0, 4 and 8".
_ASIDE = r"(?:\(?\s*(?:±|\+/?-|\+)\s*\d+\s*(?:days?|d)?\s*\)?|\([^)]{0,40}\))"
_DAY = r"(?:days?|weeks?|months?|[dwm](?=\s?\d))"
_NTH = r"\d{1,3}(?:st|nd|rd|th)?"
_MORE = (
    rf"(?:\s*{_ASIDE}?\s*(?:,\s*and|,|\.(?=\s?{_DAY})|and|&|/|;|then|or)\s*(?:on\s+|at\s+)?{_DAY}?\s*"
    rf"{_NTH}(?![\d.]*\s*(?:[x%]|mg|ml|million)))"
)
_DAYS = re.compile(rf"(?:\b(?:{_DAY}|visits?))\s*(?:of\s+)?-?{_NTH}{_MORE}+", re.IGNORECASE)
FIRSTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = rf"(?:{'|'.join(FIRSTS)}|\d{{1,2}}(?:st|nd|rd|th)?)"
_ORDINAL_DAYS = re.compile(
    rf"\b(?:the|at(?=\s*[a-z])|on(?=\s*[a-z])|in(?=\s*[a-z]))\s+{_ORDINALS}(?:\s*(?:,\s*and|,|and)\s*(?:the\s+)?{_ORDINALS})+\s+(?:days?|weeks?|months?)\b",
    re.IGNORECASE,
)
_AT_DAYS = re.compile(
    r"\b(?:at|on|in)\s+(?:the\s+)?\d{1,3}(?:\s*(?:,\s*and|,|and|&)\s*\d{1,3})+\s*-?(?:days?|weeks?)\b"
    r"|\b(?:at|on)\s+0(?:\s*(?:,\s*and|,|and|&)\s*\d{1,3})+\s*-?months?\b"
    r"|(?<![\d.,])\b\d{1,3}(?:\s*(?:,\s*and|,|and|&)\s*\d{1,3})+\s*-?(?:days?|weeks?|months?)(?=\s+(?:after|post|following)\b)",
    re.IGNORECASE,
)
_LISTS = (_DAYS, _ORDINAL_DAYS, _AT_DAYS)
_UNIT_AFTER = re.compile(r"\s*-?(day|week|month|year)", re.IGNORECASE)

# One point in time: "Day 7±1", "week 4", "12 weeks after the first", "1 and 2 months after", "at 3 months", "baseline".
_POINT = re.compile(
    rf"\b(?P<before>day|week|month|d(?=\d))s?\s*[-:(]?\s*(?P<n>{_NTH})\b"
    rf"|(?<![\d.,x-])(?P<numbers>(?:\d{{1,3}}|{WORD})(?:\s*(?:,|and|&)\s*\d{{1,3}})*)\s*(?:\(\d+\)\s*)?-?(?P<after>hour|day|week|month|year)s?\b"
    r"|\b(?P<zero>baseline|(?:first|initial)\s+(?:\w+\s+){0,3}?(?:dose|infusion|injection|administration|transplant\w*))\b",
    re.IGNORECASE,
)
_NO_POINT = re.compile(
    r"\s*(?:old|of\s+age|(?:of\s+)?(?:follow(?!ing)|period|duration|study|trial|survival|life))",
    re.IGNORECASE,
)
_LASTING = re.compile(
    r"(?:for|over|during|within|every|each|than|least|last\w*|per|up to|period of|total of)\s+$",
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
    rf"\W*(?:\d\W+)?{_ORDINALS}\s+(?:\w+\s+){{0,3}}?(?:infus|inject|administ|transplant|dos|treat)\w*\s*[:(-]",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\s*(?:pre\b|pre-|before|prior|earlier)", re.IGNORECASE)

FOLLOW_UP = re.compile(
    r"follow(?!ing)|followed\s+up|assess|compared|comparis|adverse|safety|efficac|evaluat|monitor|measur|visit|examin|"
    r"observ|test|blood sample|outcome|questionnaire|biops|imaging|MRI|score",
    re.IGNORECASE,
)
GIVING = re.compile(
    r"infus|inject|administ|transplant|given|receiv|treat|dos(?:e|ing)|transfus|deliver|instill|implant|\bi\.?v\b|MSC|"
    r"\bcells?\b",
    re.IGNORECASE,
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


def day_lists(text: str) -> Iterator[tuple[int, int, str, list[int]]]:
    """Each list of days, weeks or months: start, end, first letter of the unit, and the numbers."""
    for match in (match for pattern in _LISTS for match in pattern.finditer(text)):
        numbers = [
            int(one) if one.isdigit() else FIRSTS.index(one.lower()) + 1
            for one in re.findall(
                rf"\d+|\b(?:{'|'.join(FIRSTS)})\b", re.sub(_ASIDE, " ", match[0]), re.IGNORECASE
            )
        ]
        units = {
            one[0].lower() for one in re.findall(r"day|week|month|\b[dwm](?=\s?\d)", match[0], re.IGNORECASE)
        }
        last = _UNIT_AFTER.match(text[match.end() :])
        if last and units and last[1][0].lower() not in units:
            yield (
                match.start(),
                match.end() + last.end(),
                last[1][0].lower(),
                [0, numbers[-1]],
            )  # day 1 and 3 months
        elif numbers and len(units) == 1:
            yield match.start(), match.end(), units.pop(), numbers


def listed(sentence: Passage) -> Iterator[Count]:
    """As many administrations as a sentence lists days of giving."""
    text = plain_signs(sentence.text)
    for match in (match for pattern in _LISTS for match in pattern.finditer(text)):
        clause = _SINCE_GIVING.sub(" ", text[max(0, match.start() - 90) : match.start()])
        given, followed = _last(GIVING, clause), _last(FOLLOW_UP, clause)
        given_after = GIVING.search(text[match.end() : match.end() + 60]) and not FOLLOW_UP.search(text)
        since = _SINCE.match(text[match.end() :]) or of_a_drug(text, match.start())
        alone = not clause.strip() and "interventions[" in sentence.path and not FOLLOW_UP.search(text)
        if not since and (given > followed or (given == followed and (given_after or alone))):
            days = re.sub(_ASIDE, " ", match[0])
            days_told = len(set(re.findall(rf"\d+|{_ORDINALS}", days, re.IGNORECASE)))
            yield Count(
                days_told, sentence.text[match.start() : match.end()], sentence.path, "days that are listed"
            )


def points(sentences: Iterable[Passage]) -> dict[float, tuple[Passage, int, int]]:
    """The points in time at which sentences give the product, in days, each with its sentence, start and end."""
    found: dict[float, tuple[Passage, int, int]] = {}
    for sentence in sentences:
        text = plain_signs(sentence.text)
        numbered = _NTH_DOSE.match(text)
        if not GIVING.search(text):
            continue
        for match in _POINT.finditer(text):
            clause, after = text[: match.start()], text[match.end() : match.end() + 60]
            if (
                (not numbered and follows_up(clause[-_CLAUSE:]))
                or _NO_POINT.match(after)
                or (
                    _SINCE.match(after)
                    and not _NOT_FIRST.match(after)
                    and not _ANOTHER.search(text, match.end())
                )
                or (match["after"] and _LASTING.search(clause[-12:]))
            ):
                continue
            sign = -1 if match["after"] and _EARLIER.match(after) else 1
            for day in _days(match):
                found.setdefault(sign * day, (sentence, match.start(), match.end()))
            if numbered:
                break
    return found


def _days(match: re.Match[str]) -> list[float]:
    if match["zero"]:
        return [0.0]
    if match["before"]:
        return [int(re.sub(r"\D", "", match["n"])) * DAYS[match["before"][0].lower()]]
    numbers = re.findall(rf"\d+|{WORD}", match["numbers"], re.IGNORECASE)
    return [number(one) * DAYS[match["after"][0].lower()] for one in numbers]


def crosses_over(sentence: str) -> bool:
    """Whether a sentence gives each patient the product in one of two periods."""
    return bool(_CROSSOVER.search(sentence))


def follows_up(clause: str) -> bool:
    """Whether a clause speaks last of follow-up, not of giving."""
    clause = re.sub(r"\([^()]*\)", " ", clause)  # "(by weight at the screening visit)"
    clause = _SINCE_GIVING.sub(" ", clause)
    return _last(FOLLOW_UP, clause) > _last(GIVING, clause)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
