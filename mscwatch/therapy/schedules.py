"""Numbers of administrations that result from a schedule: listed days, repetitions, a frequency times a duration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, KIND, LEVELS, WORD, Count, number, of_a_drug, told
from mscwatch.therapy.days import FOLLOW_UP, GIVING, crosses_over, follows_up, listed
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.rates import planned
from mscwatch.therapy.times import FIRSTS, times
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_MANY = 60  # more is a misreading
_NEAR = 12  # letters between "repeated at" and when
_NTHS = FIRSTS[1:8]
_DIGITS = ("2nd", "3rd", "4th", "5th", "6th", "7th", "8th")
_NUMBERED = pattern_of(
    rf"\b(?P<nth>{'|'.join(_NTHS + _DIGITS)})\s+(?:{KIND}[\s-]+){{0,5}}(?!treat)"
    rf"(?:courses?|cycles?|{GIVEN})\b(?![\s-]*{LEVELS})",
    re.IGNORECASE,
)
_FIRST_TRANSPLANT = pattern_of(r"\bfirst\s+(?:\w+\s+){0,2}(?:trans|im)plant", re.IGNORECASE)
_AGAIN = pattern_of(
    r"\b(?:re-?\s?(?:inject|infus|treat|dos|administ)\w+|booster|repeat(?:ed)?|again)\b[^.]{0,40}?"
    r"\b(?:at|after|in|on)\b(?P<list>[^.;]*)",
    re.IGNORECASE,
)
_GIVES = r"\b(?:infus|inject|transplant|administ|implant|dos)"
_SPAN = rf"\b(?:\d{{1,2}}|an?|{WORD})\s+(?:days?|weeks?|months?)"
_LATER = pattern_of(
    rf"{_GIVES}[^.;]{{0,120}}?(?:{_SPAN}\s+(?:later|afterwards?|apart)\b[^.;]{{0,60}}?{_GIVES}"
    rf"|\b(?:followed\s+by|and\s+then|then)\b[^.;]{{0,60}}?{_GIVES}[^.;]{{0,60}}?{_SPAN}\s+(?:later|afterwards?)\b)",
    re.IGNORECASE,
)
_ADDED = pattern_of(
    rf"\b(?:another|one\s+(?:additional|more))\s+(?P<cycle>cycle|course)\b"
    rf"|\b(?P<one>another|an\s+additional)\s+(?:{KIND}\s+){{0,4}}{GIVEN}\b"
    rf"|\b(?P<n>\d{{1,2}}|{WORD})\s+(?:additional|more|further|extra)\s+(?:{KIND}[\s-]+){{0,4}}{GIVEN}\b"
    rf"|\b(?:additional|further|extra|another)\s+(?P<m>\d{{1,2}}|{WORD})\s+(?:{KIND}[\s-]+){{0,4}}{GIVEN}\b",
    re.IGNORECASE,
)
_VISITS = pattern_of(r"\W*(?:\w+\W+)?(?:visit|follow|assess|monitor|evaluat|dressing)", re.IGNORECASE)
_CYCLES = pattern_of(
    rf"\b(?P<k>\d{{1,2}}|{WORD})\s+(?:courses|cycles)\s+of\s+(?=(?:\d{{1,2}}|{WORD})\b)|\b(?:for|of|up\s+to|maximum\s+of|total\s+of)\s+(?P<n>\d{{1,2}}|{WORD})\s+(?:[\w-]+\s+)?(?:courses|cycles)\b|\b(?P<m>\d{{1,2}}|{WORD})\s+(?:courses|cycles)\b",
    re.IGNORECASE,
)
_MORE_CYCLES = pattern_of(
    rf"\b(?P<n>\d{{1,2}}|{WORD})\s+(?:additional|more|further)\s+(?:courses|cycles)\b", re.IGNORECASE
)
_EACH_CYCLE = pattern_of(
    r"\b(?:per|each|every|a|one|1|in\s+each|of\s+(?:each|the|a))\s+(?:treatment\s+)?(?:course|cycle)\b|\b(?:infusions|injections|doses|times|administrations)\s+each\b|\brepeat(?:s|ed)?\b",
    re.IGNORECASE,
)
_THEN = pattern_of(
    r"\b(?:then|followed\s+by|thereafter|afterwards?|subsequently|and\s+after)\b", re.IGNORECASE
)
_WAY = r"(?:IV|IA|IT|IM|intra[\s-]?\w+|peripheral|local)"
_FEW = r"(?:an?|one|single|1|two|2|three|3|four|4)"
_ANOTHER_WAY = pattern_of(  # "one intravenous and two intrathecal infusions"
    rf"\b(?P<n>{_FEW})\s+(?:\w+\s+){{0,4}}{_WAY}\b[^.;]{{0,60}}?\b(?P<then>followed\s+by|and\s+then|then|and|plus)\s+"
    rf"(?P<m>{_FEW})?\s*(?:\w+\s+){{0,7}}?{_WAY}\s+(?:{GIVEN})",
    re.IGNORECASE,
)
_REST = "the rest"  # "the three additional doses" of four
_FIRST_THEN = pattern_of(
    rf"(?:\b(?:first|initial|loading|priming)\s+(?:\w+\s+){{0,2}}(?:{GIVEN}|course)\b[^.;]{{0,60}}?\b(?:then|followed\s+by|plus|and)\s+"
    rf"|\bsubsequent(?:ly)?\s+(?:with\s+|by\s+)?)(?:up\s+to\s+)?"
    rf"(?P<n>\d{{1,2}}|{WORD})\s+(?:\w+\s+){{0,2}}?(?:courses|cycles|{GIVEN})\b",
    re.IGNORECASE,
)


def again(sentence: Passage) -> Iterator[Count]:
    """A first administration and its repetitions: "re-injection at 3 months and 6 months", "at surgery and day 4"."""
    for match in _LATER.finditer(sentence.text):
        if names("product", sentence.text) and not FOLLOW_UP.search(match[0]):
            yield Count(2, match[0], sentence.path, "one and another later")
    if crosses_over(sentence.text):
        return
    for match in _AGAIN.finditer(sentence.text):
        before = sentence.text[max(0, match.start() - 90) : match.start()]
        if follows_up(before) or (
            match[0].lower().startswith("repeat") and not GIVING.search(before + match[0])
        ):
            continue
        if match[0].lower().startswith("repeat") and FOLLOW_UP.search(match[0]):
            continue
        listing = next(iter(times(plain_signs(match["list"]))), None)
        if listing and listing.start < _NEAR:
            span = match[0][: match.start("list") - match.start() + listing.end]
            yield Count(1 + len(listing.days), span, sentence.path, "a first one and its repetitions")


def numbered(sentence: Passage) -> Iterator[Count]:
    """The highest ordinal: two for "the first infusion ... and the second infusion"."""
    for match in _NUMBERED.finditer(sentence.text):
        if (
            "plant" in match[0].lower()
            and not _FIRST_TRANSPLANT.search(sentence.text)
            and not find("product", sentence.text)
        ):
            continue  # a second transplant of an organ
        if find("other_drug", sentence.text[match.start() : match.end() + 30]) or of_a_drug(
            sentence.text, match.start()
        ):
            continue  # the third infusion of a drug
        nth = (_NTHS + _DIGITS).index(match["nth"].lower()) % len(_NTHS) + 2
        yield Count(nth, match[0], sentence.path, "administrations that are numbered")


def scheduled(sentence: Passage) -> Iterator[Count]:
    """A frequency times a duration; and the sum where one schedule follows another in a sentence."""
    text = plain_signs(sentence.text)
    found = list(_schedules(sentence, text))
    yield from (count for _, _, count in found)
    total, end = 0, 0
    for start, until, count in found:
        if total and not _THEN.search(text[end:start]) and not text[end:start].strip(" ,;"):
            total = 0
        follows = total and _THEN.search(text[end:start])
        total, end = (total + count.number if follows else count.number), until
        if follows:
            yield Count(
                total, sentence.text[found[0][0] : until], sentence.path, "one schedule and then another"
            )


def _schedules(sentence: Passage, text: str) -> Iterator[tuple[int, int, Count]]:
    for rate, plan in planned(text):
        following = text[rate.end : rate.end + 30]
        if (
            follows_up(text[max(0, rate.start - 90) : rate.start])
            or _VISITS.match(following)
            or of_a_drug(text, rate.start)
            or find("other_drug", following)
        ):
            continue
        span = sentence.text[plan.start : plan.end]
        yield plan.start, plan.end, Count(plan.number, span, sentence.path, "a frequency times a duration")


def cycles(sentences: list[Passage]) -> Count | None:
    """A number per course times the number of courses: "days 1, 4 and 10; repeats for up to 3 courses"."""
    text = " ".join(sentence.text for sentence in sentences)
    repeated = _CYCLES.search(text)
    if repeated is None:
        return None
    per = max(_every(sentences, (listed, told, scheduled)), key=lambda one: one.number, default=None)
    if per and not repeated["k"] and not _EACH_CYCLE.search(text):
        return None
    more = _MORE_CYCLES.search(text)
    courses = number(repeated["k"] or repeated["n"] or repeated["m"]) + (
        number(more["n"]) if more and more.start() != repeated.start() else 0
    )
    if per is None and courses > 1:
        return Count(courses, repeated[0], sentences[0].path, "courses of one administration")
    return per and Count(per.number * courses, per.span, per.path, "a number per course times courses")


def added(sentences: list[Passage]) -> Count | None:
    """A first number and what comes on top of it: "2 additional infusions", "another cycle", another way after it."""
    for text in sentences:
        way = _ANOTHER_WAY.search(text.text)
        if way and (way["m"] or way["then"].lower() not in ("and", "plus")):
            return Count(
                number(way["n"]) + number(way["m"] or "one"), way[0], text.path, "one way, and then another"
            )
    for text in sentences:
        if plan := _FIRST_THEN.search(text.text):
            return Count(number(plan["n"]) + 1, plan[0], text.path, "a first one, and then more")
    extra = _most_extra(sentences)
    if extra is None:
        return None
    first = (
        one
        for one in _every(sentences, (told, listed, scheduled))
        if one.span not in extra.span and extra.span not in one.span
    )
    base = max(first, key=lambda one: one.number, default=None)
    if base is None:  # "another dose" comes after a first one
        return (
            Count(1 + extra.number, extra.span, extra.path, "a first one and more") if extra.number else None
        )
    if extra.number == 0:  # another cycle of the same
        return Count(2 * base.number, extra.span, extra.path, "a cycle that is repeated")
    if base.number == extra.number + 1 and extra.rule == _REST:
        return base  # four doses: the first, and three additional ones
    return Count(base.number + extra.number, extra.span, extra.path, "a first number and more")


def _every(
    sentences: list[Passage], readers: tuple[Callable[[Passage], Iterator[Count]], ...]
) -> Iterator[Count]:
    return (
        one for sentence in sentences for reader in readers for one in reader(sentence) if one.number < _MANY
    )


def _most_extra(sentences: list[Passage]) -> Count | None:
    found = [
        Count(
            0 if match["cycle"] else 1 if match["one"] else number(match["n"] or match["m"]),
            match[0],
            text.path,
            _REST if text.text[: match.start()].rstrip().lower().endswith((" the", " remaining")) else "more",
        )
        for text in sentences
        for match in _ADDED.finditer(plain_signs(text.text))
        if not follows_up(text.text[max(0, match.start() - 90) : match.start()])
        and not crosses_over(text.text)
    ]
    return max(found, key=lambda one: one.number, default=None)
