"""Numbers of administrations that are given in courses: "two courses of three", "repeats for up to 3 courses"."""

from __future__ import annotations

import re

from mscwatch.therapy.counts import WORD, Count, is_before_a_drug, number, of_a_drug
from mscwatch.therapy.days import follow_up
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.schedules import every
from mscwatch.therapy.times import ORDINAL, size
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_NEAR = 30  # letters before a number of administrations, or after a course
_N = rf"\d{{1,2}}|{WORD}"
_COURSES = r"(?:courses|cycles)\b"
_CYCLES = pattern_of(
    rf"\b(?P<k>{_N})\s+{_COURSES}\s+of\s+(?=(?:{_N})\b)"
    rf"|\b(?:for|of|up\s+to|maximum\s+of|total\s+of)\s+(?P<n>{_N})\s+(?:[\w-]+\s+)?{_COURSES}"
    rf"|\b(?P<m>{_N})\s+(?:treatment\s+)?{_COURSES}",
    re.IGNORECASE,
)
_NTH = pattern_of(rf"\b(?P<nth>{ORDINAL})\s+(?:treatment\s+)?(?:course|cycle)\b", re.IGNORECASE)
_AGAIN = pattern_of(  # "the course is repeated after 3 months"
    rf"\b(?:course|cycle)\b[^.;]{{0,30}}?\brepeated\b(?!\s+(?:(?:{_N})\s+times|twice|every|monthly|weekly))",
    re.IGNORECASE,
)
_MORE = pattern_of(rf"\b(?P<n>{_N})\s+(?:additional|more|further)\s+{_COURSES}", re.IGNORECASE)
_EACH = pattern_of(
    r"\b(?:per|each|every|a|one|1|in\s+each|of\s+(?:each|the|a))\s+(?:treatment\s+)?(?:course|cycle)\b"
    r"|\b(?:infusions|injections|doses|times|administrations)\s+each\b|\brepeat(?:s|ed)?\b"
    r"|\beach\s+(?:of\b|consist|compris|contain|with\b|includ)",
    re.IGNORECASE,
)
_TOTAL = pattern_of(
    r"\b(?:total(?:\s+number)?\s+of|in\s+total|altogether|overall)\W*(?:up\s+to\s+)?$", re.IGNORECASE
)
_IN_TOTAL = pattern_of(r"\s*(?:[\w-]+\s+){0,4}?(?:in\s+(?:total|all)|altogether|overall)\b", re.IGNORECASE)
_PER = pattern_of(
    r"[^.;,(]{0,40}?\b(?:per|each|every|in\s+each|in\s+one|a)\s+(?:course|cycle)\b", re.IGNORECASE
)


def cycles(sentences: list[Passage]) -> Count | None:
    """A number per course times the number of courses; None where the whole is told too.

    >>> cycles([Passage("arm", "days 1, 4 and 10; repeats for up to 3 courses")]).number
    9
    """
    text = " ".join(sentence.text for sentence in sentences)
    lower = text.lower()
    if "course" not in lower and "cycle" not in lower:
        return None
    found = next(
        (one for one in _CYCLES.finditer(text) if not is_before_a_drug(text[one.end() : one.end() + _NEAR])),
        None,
    )
    courses, span = (_number(found, text), found[0]) if found else _again(sentences)
    if not courses:
        return None
    counts = list(every(sentences))
    per = max(counts, key=lambda one: one.number, default=None)
    if per is None:
        single = Count(courses, span, sentences[0].path, "courses of one administration")
        return single if found and courses > 1 else None
    is_each = _EACH.search(text) or found["k"] if found else per.number > 1
    if not is_each or any(_is_whole(one, text, courses, counts) for one in counts):
        return None
    return Count(per.number * courses, per.span, per.path, "a number per course times courses")


def _number(found: re.Match[str], text: str) -> int:
    """The number of courses that a match of `_CYCLES` says, with "2 additional courses" beside it."""
    more = _MORE.search(text)
    extra = number(more["n"]) if more and more.start() != found.start() else 0
    return number(found["k"] or found["n"] or found["m"]) + extra


def _again(sentences: list[Passage]) -> tuple[int, str]:
    """The number of courses where one is numbered, or repeated, with its words: 2 for "a second course of MSC"."""
    for sentence in sentences:
        text = sentence.text
        again = _AGAIN.search(text)
        if again and not follow_up(again[0]):
            return 2, again[0]
        numbered = [one for one in _NTH.finditer(text) if _is_of_product(text, one)]
        if numbered:
            last = max(numbered, key=lambda one: size(one["nth"]))
            return size(last["nth"]), last[0]
    return 0, ""


def _is_of_product(text: str, course: re.Match[str]) -> bool:
    """Whether a course is one of the product, not of a drug beside it."""
    if find("product", text[course.end() : course.end() + _NEAR]):
        return True
    return (
        names("product", text)
        and not find("other_drug", text[course.end() : course.end() + _NEAR])
        and not of_a_drug(text, course.start())
    )


def _is_whole(one: Count, text: str, courses: int, counts: list[Count]) -> bool:
    """Whether a number is that of all courses: "a total of 6 in two cycles of three"."""
    place = text.find(one.span)
    before, after = text[max(0, place - _NEAR) : place], place + len(one.span)
    said = _TOTAL.search(before) or one.span.lower().startswith("total") or _IN_TOTAL.match(text, after)
    if place >= 0 and said and not _PER.match(text, after):
        return True
    return any(one.number == courses * other.number for other in counts if other.number > 1)
