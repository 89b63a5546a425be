"""Numbers of administrations that come on top of others: "2 additional infusions", "3 infusions, then 2 infusions"."""

from __future__ import annotations

import re

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.counts import GIVEN, KIND, LEVELS, WORD, Count, is_before_a_drug, number
from mscwatch.therapy.days import crosses_over, follows_up
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.schedules import every
from mscwatch.therapy.words import find
from mscwatch.vocabulary.patterns import pattern_of

_ADDED = pattern_of(
    rf"\b(?:another|one\s+(?:additional|more))\s+(?P<cycle>cycle|course)\b"
    rf"|\b(?P<one>another|an\s+additional|(?:a|one)\s+further|(?<!no )(?<!any )additional(?=\s+(?:dose|infusion)\b))"
    rf"\s+(?:{KIND}\s+){{0,4}}{GIVEN}\b"
    rf"|\b(?P<n>\d{{1,2}}|{WORD})\s+(?:additional|more|further|extra|booster|maintenance)\s+(?:{KIND}[\s-]+){{0,4}}{GIVEN}\b"
    rf"|\b(?P<boosters>\d{{1,2}}|{WORD})\s+boosters\b"
    rf"|\b(?:additional|further|extra|another)\s+(?P<m>\d{{1,2}}|{WORD})\s+(?:{KIND}[\s-]+){{0,4}}{GIVEN}\b",
    re.IGNORECASE,
)
_ADDING = ("another", "additional", "further", "more", "extra", "booster", "maintenance")
_FIRST = ("first", "initial", "loading", "priming", "subsequent")
_WAY = r"(?:IV|IA|IT|IM|intra[\s-]?\w+|peripheral|local)"
_FEW = r"(?:an?|one|single|1|two|2|three|3|four|4)"
_ANOTHER_WAY = pattern_of(  # "one intravenous and two intrathecal infusions"
    rf"\b(?=[1-4afost])(?P<n>{_FEW})\s+(?:\w+\s+){{0,4}}{_WAY}\b[^.;]{{0,60}}?\b(?P<then>followed\s+by|and\s+then|then|and|plus)\s+"
    rf"(?P<m>{_FEW})?\s*(?:\w+\s+){{0,7}}?{_WAY}\s+(?:{GIVEN})",
    re.IGNORECASE,
)
_THEN_MORE = pattern_of(  # "3 infusions a week apart followed by 2 infusions"
    rf"\b(?P<n>\d|{WORD})\s+(?:{KIND}\s+){{0,4}}?{GIVEN}\b(?![\s-]*{LEVELS})[^.;]{{0,60}}?"
    rf"(?:\bfollowed\s+by|\b(?:and\s+)?then)\s+(?P<m>\d|{WORD})\s+(?:{KIND}\s+){{0,4}}?{GIVEN}\b(?![\s-]*{LEVELS})",
    re.IGNORECASE,
)
_FOLLOWED = (" followed", " then ")
_NO_CELLS = pattern_of(r"placebo|saline|sham|control|PRP|plasma", re.IGNORECASE)
MORE = "a first one, and then more"
_REST = "the rest"  # "the three additional doses" of four
_FIRST_THEN = pattern_of(
    rf"(?:\b(?:first|initial|loading|priming)\s+(?:\w+\s+){{0,2}}(?:{GIVEN}|course)\b[^.;]{{0,60}}?\b(?:then|followed\s+by|plus|and)\s+"
    rf"|\bsubsequent(?:ly)?\s+(?:with\s+|by\s+)?)(?:up\s+to\s+)?"
    rf"(?P<n>\d{{1,2}}|{WORD})\s+(?:\w+\s+){{0,2}}?(?:courses|cycles|boosters|{GIVEN})\b",
    re.IGNORECASE,
)


def added(sentences: list[Passage]) -> Count | None:
    """A first number and what comes on top of it: "2 additional infusions", "another cycle", another way after it."""
    if told := _then_more(sentences):
        return told
    extra = _most_extra(sentences)
    if extra is None:
        return None
    first = (one for one in every(sentences) if one.span not in extra.span and extra.span not in one.span)
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


def _then_more(sentences: list[Passage]) -> Count | None:
    """The sum of a number and of those that follow it: another way, another plan, the rest after a first one."""
    for text in sentences:
        way = _ANOTHER_WAY.search(text.text)
        if way and (way["m"] or way["then"].lower() not in ("and", "plus")):
            both = number(way["n"]) + number(way["m"] or "one")
            return Count(both, way[0], text.path, "one way, and then another")
    for text in sentences:
        more = _THEN_MORE.search(text.text) if any(word in text.text.lower() for word in _FOLLOWED) else None
        if more and not _gives_others(text.text, more):
            return Count(number(more["n"]) + number(more["m"]), more[0], text.path, MORE)
    for text in sentences:
        plan = _FIRST_THEN.search(text.text) if any(word in text.text.lower() for word in _FIRST) else None
        if plan:
            return Count(number(plan["n"]) + 1, plan[0], text.path, MORE)
    return None


def _gives_others(text: str, found: re.Match[str]) -> bool:
    """Whether one of two numbers counts something else: "2 injections of saline, then 3 injections of the cells"."""
    near = text[max(0, found.start() - 30) : found.end() + 30]
    return bool(_NO_CELLS.search(near) or find("other_drug", near) or crosses_over(text))


def _most_extra(sentences: list[Passage]) -> Count | None:
    found = [
        Count(
            0
            if match["cycle"]
            else 1
            if match["one"]
            else number(match["n"] or match["m"] or match["boosters"]),
            match[0],
            text.path,
            _REST if text.text[: match.start()].rstrip().lower().endswith((" the", " remaining")) else "more",
        )
        for text in sentences
        if any(word in text.text.lower() for word in _ADDING)
        for match in _ADDED.finditer(plain_signs(text.text))
        if not follows_up(text.text[max(0, match.start() - 90) : match.start()])
        and not crosses_over(text.text)
        and not is_before_a_drug(text.text[match.end() : match.end() + 30])
    ]
    return max(found, key=lambda one: one.number, default=None)
