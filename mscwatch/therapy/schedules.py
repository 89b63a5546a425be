"""Numbers of administrations that result from a schedule: listed days, repetitions, a frequency times a duration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, KIND, LEVELS, WORD, Count, is_before_a_drug, of_a_drug, told
from mscwatch.therapy.days import (
    begins_later,
    crosses_over,
    follow_up,
    follows_up,
    gives,
    is_giving,
    listed,
    tells_giving,
)
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.rates import planned
from mscwatch.therapy.times import FIRSTS, size, times
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_MANY = 60  # more is a misreading
_NEAR = 12  # letters between "repeated at" and when
_GIVES = r"\b(?:infus|inject|transplant|administ|implant|dos)"
_SPAN = rf"\b(?:\d{{1,2}}|an?|{WORD})\s+(?:days?|weeks?|months?)"
_NTHS = (*FIRSTS[1:8], "2nd", "3rd", "4th", "5th", "6th", "7th", "8th")
_NTH = rf"(?P<nth>{'|'.join(_NTHS)})"
_NUMBERED = pattern_of(
    rf"\b{_NTH}\s+(?:{KIND}[\s-]+){{0,5}}(?!treat)(?:courses?|cycles?|{GIVEN})\b(?![\s-]*{LEVELS})",
    re.IGNORECASE,
)
_NTH_LATER = pattern_of(  # "the second 3 months later", "a second one at week 6"
    rf"\b{_NTH}\s+(?:one\s+)?(?:(?:after\s+)?(?:\d{{1,3}}|an?|{WORD})\s+(?:days?|weeks?|months?)\s+(?:later|after|apart)\b"
    r"|(?:at|on|in|after)\s+(?:the\s+)?(?:day|week|month)\s*\d)",
    re.IGNORECASE,
)
_ONCE_MORE = pattern_of(  # "repeated once", but not "repeated once a week"
    r"\b(?:repeat(?:ed)?|again)\s+(?:only\s+)?(?:once|one\s+(?:more\s+)?time)\b"
    r"(?!\s*(?:an?|per|every|each|daily|weekly|monthly|in\s+(?:an?|\d))\b)",
    re.IGNORECASE,
)
_REPEAT = pattern_of(  # "a repeat injection", "again 2 weeks later"
    rf"\b(?:a|one)\s+(?:single\s+)?repeat(?:ed)?\s+(?:{KIND}\s+){{0,3}}(?:dose|injection|infusion|administration)\b"
    rf"|\bagain\s+(?:after\s+)?{_SPAN}\s+(?:later|after)\b",
    re.IGNORECASE,
)
_FIRST_TRANSPLANT = pattern_of(r"\bfirst\s+(?:\w+\s+){0,2}(?:trans|im)plant", re.IGNORECASE)
_AGAIN = pattern_of(
    r"\b(?=[abr])(?:re-?\s?(?:inject|infus|treat|dos|administ)\w+|booster|repeat(?:ed)?|again)\b[^.]{0,40}?"
    rf"\b(?:at|after|in|on)\b(?=\W+(?:\w+\s+){{0,2}}?(?:[djmw]?\d|{WORD}|an?\b|day|week|month|baseline|surg))(?P<list>[^.;]*)",
    re.IGNORECASE,
)
_LATER = pattern_of(
    rf"{_GIVES}[^.;]{{0,120}}?(?:{_SPAN}\s+(?:later|afterwards?|apart)\b[^.;]{{0,60}}?{_GIVES}"
    rf"|\b(?:followed\s+by|and\s+then|then)\b[^.;]{{0,60}}?{_GIVES}[^.;]{{0,60}}?{_SPAN}\s+(?:later|afterwards?)\b)",
    re.IGNORECASE,
)
_VISITS = pattern_of(r"\W*(?:\w+\W+)?(?:visit|follow|assess|monitor|evaluat|dressing)", re.IGNORECASE)
_THEN = pattern_of(
    r"\b(?:then|followed\s+by|thereafter|afterwards?|subsequently|and\s+after)\b", re.IGNORECASE
)
SUM = "one schedule and then another"


def again(sentence: Passage) -> Iterator[Count]:
    """A first administration and its repetitions: "re-injection at 3 months and 6 months", "at surgery and day 4"."""
    lower = sentence.text.lower()
    later = any(word in lower for word in ("later", "afterward", "apart"))
    for match in _LATER.finditer(sentence.text) if later else ():
        if names("product", sentence.text) and not follow_up(match[0]):
            yield Count(2, match[0], sentence.path, "one and another later")
    if crosses_over(sentence.text):
        return
    able = "repeat" in lower or "again" in lower
    once_more = able and (_ONCE_MORE.search(sentence.text) or _REPEAT.search(sentence.text))
    if once_more and gives(sentence):
        yield Count(2, once_more[0], sentence.path, "one that is repeated once")
    for match in _AGAIN.finditer(sentence.text):
        before = sentence.text[max(0, match.start() - 90) : match.start()]
        if follows_up(before) or (match[0].lower().startswith("repeat") and not is_giving(before + match[0])):
            continue
        if match[0].lower().startswith("repeat") and follow_up(match[0]):
            continue
        listing = next(iter(times(plain_signs(match["list"]))), None)
        if listing and listing.start < _NEAR:
            span = match[0][: match.start("list") - match.start() + listing.end]
            yield Count(1 + len(listing.days), span, sentence.path, "a first one and its repetitions")


def numbered(sentence: Passage) -> Iterator[Count]:
    """Each ordinal: two for "the first infusion ... and the second infusion"."""
    lower = sentence.text.lower()
    if not any(nth in lower for nth in _NTHS):
        return
    later = list(_NTH_LATER.finditer(sentence.text))
    if later and (not names("product", sentence.text) or follow_up(sentence.text)):
        later = []
    for match in (*_NUMBERED.finditer(sentence.text), *later):
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
        yield Count(size(match["nth"]), match[0], sentence.path, "administrations that are numbered")


def scheduled(sentence: Passage) -> Iterator[Count]:
    """A frequency times a duration; and the sum where one schedule follows another in a sentence."""
    text = plain_signs(sentence.text)
    found = list(_schedules(sentence, text))
    yield from (count for _, _, count in found)
    if not found or not _THEN.search(text):
        return
    total, end = 0, 0
    for start, until, count in sorted((*found, *_lists(sentence)), key=lambda one: one[:2]):
        if total and not _THEN.search(text[end:start]) and not text[end:start].strip(" ,;"):
            total = 0
        follows = total and _THEN.search(text[end:start])
        total, end = (total + count.number if follows else count.number), until
        if follows:
            span = sentence.text[min(start, found[0][0]) : until]
            yield Count(total, span, sentence.path, SUM)


def _lists(sentence: Passage) -> Iterator[tuple[int, int, Count]]:
    """Lists of days before a schedule: "days 1 and 4, then weekly for 4 weeks"."""
    for one in listed(sentence):
        start = sentence.text.find(one.span)
        yield start, start + len(one.span), one


def _schedules(sentence: Passage, text: str) -> Iterator[tuple[int, int, Count]]:
    says_only = "armsInterventionsModule" not in sentence.path and not tells_giving(text)
    for rate, plan in planned(text):
        following = text[rate.end : rate.end + 30]
        if (
            follows_up(text[max(0, rate.start - 90) : rate.start])
            or _VISITS.match(following)
            or begins_later(text, plan.end)
            or (says_only and rate.total)  # "a fever on two consecutive days"
            or of_a_drug(text, rate.start)
            or is_before_a_drug(following)
        ):
            continue
        span = sentence.text[plan.start : plan.end]
        yield plan.start, plan.end, Count(plan.number, span, sentence.path, "a frequency times a duration")


def every(sentences: list[Passage]) -> Iterator[Count]:
    """Every number that sentences state, list or schedule."""
    readers = (listed, told, scheduled)
    return (
        one for sentence in sentences for reader in readers for one in reader(sentence) if one.number < _MANY
    )
