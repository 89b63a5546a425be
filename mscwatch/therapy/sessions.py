"""One administration that no number states: on one day, or in an operation (labelling rule)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.counts import Count
from mscwatch.therapy.days import FOLLOW_UP, follows_up
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_ONE_DAY = pattern_of(
    r"\b(?:on|at|in)\s+(?:the\s+)?(?:study\s+)?(?:day|visit|week)\s*[-=(]?\s*[01]\b(?!\s*(?:,|and|&|/|-|to|or)\s*(?:at\s+|on\s+)?(?:day|week|month|visit)?\s*\d)|\bat\s+baseline\b|\bon\s+the\s+same\s+day\b|\b(?:the\s+)?day\s+of\s+(?:the\s+)?(?:\w+\s+)?(?:surgery|transplant|operation)\w*",
    re.IGNORECASE,
)
_GIVEN = pattern_of(
    r"inject|infus|transplant|implant|administ|given|receiv|appl|deliver|plac|seed|graft|instill|insert|deposit|dose|fill|wrap|augment|spray|introduc|inocul|\bput\b|\bla(?:id|y)|perfus|sutur|infiltrat|\bplus\b|combin|\s\+\s",
    re.IGNORECASE,
)
_BEFORE_OR_AFTER = pattern_of(
    r"\b(?:\d{1,3}|one|two|three|four|five|six|the|a)(?:\s?(?:-|to|or)\s?\d{1,3})?\s*(?:hours?|days?|weeks?|months?)\s+"
    r"(?:after|before|prior\s+to|post|following)\s+(?!(?:the\s+)?(?:first|1st|initial|previous|last|each|every)\b)",
    re.IGNORECASE,
)
_AGAIN = pattern_of(
    r"\b(?:repeat\w*|every|each\s+(?:week|month|day)|weekly|monthly|daily|second|again|twice|sessions|several|multiple\s+(?:dose|infusion|injection\s+session)s?|courses|cycles|months?\s+\d|(?:days?|weeks?|months?)\s+later)\b",
    re.IGNORECASE,
)


_NEAR = 60  # letters before an operation
_NOT_NOW = pattern_of(  # an operation that is not that of the product: "after failed surgery"
    r"\b(?:no|not|without|instead\s+of|after|following|since|failed|previous|prior|past|versus|vs|need\w*|cultured|grown)\W+(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)


def day(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence gives the product at one point in time and speaks of no other."""
    text = sentence.text
    if not _of_product(sentence, "interventions["):
        return
    for pattern, rule in ((_ONE_DAY, "one day"), (_BEFORE_OR_AFTER, "one point in time")):
        match = pattern.search(text)
        if match and _gives(text) and not follows_up(text[: match.start()]):
            yield Count(1, match[0], sentence.path, rule)
            return


def operation(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence gives the product in an operation, on a carrier, or where one is needed."""
    text = sentence.text
    for found in find("session", text)[:1]:
        if _is_of_arm(sentence, found.start) or (
            _of_product(sentence, "armsInterventionsModule") and _gives(text)
        ):
            yield Count(1, text[found.start : found.end], sentence.path, "one session")


def _of_product(sentence: Passage, place: str) -> bool:
    return place in sentence.path or names("product", sentence.text)


def _gives(text: str) -> bool:
    return bool(_GIVEN.search(text)) and not _AGAIN.search(text)


def _is_of_arm(sentence: Passage, place: int) -> bool:
    """Whether an arm or intervention names the cells, and the operation at a place is that in which they are given."""
    text = sentence.text
    named = "armsInterventionsModule" in sentence.path and names("product", text)
    elsewhere = _NOT_NOW.search(text, max(0, place - _NEAR), place)
    return named and not (elsewhere or FOLLOW_UP.search(text) or _AGAIN.search(text))
