"""One administration that no number states: in an operation, by a catheter, or on one day (labelling rule)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.counts import Count
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import find, names

_ONE_DAY = re.compile(
    r"\b(?:on|at)\s+(?:the\s+)?(?:study\s+)?(?:day|visit|week)\s*-?\s*[01]\b(?!\s*(?:,|and|&|/|-|to|or)\s*(?:at\s+|on\s+)?(?:day|week|month|visit)?\s*\d)|\bat\s+baseline\b|\b(?:the\s+)?day\s+of\s+(?:the\s+)?(?:surgery|transplant|operation)\w*",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"inject|infus|transplant|implant|administ|given|receiv|appl|deliver|plac|seed|graft|instill|insert|deposit|dose",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:repeat\w*|every|each\s+(?:week|month|day)|weekly|monthly|daily|second|again|twice|sessions|several|multiple\s+(?:dose|infusion)s?|courses|cycles|doses|infusions|months?\s+\d|then)\b",
    re.IGNORECASE,
)


def one(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence gives the product in one session and speaks of no other."""
    text = sentence.text
    if _AGAIN.search(text) or not _GIVEN.search(text):
        return
    for found in find("session", text)[:1]:
        yield Count(1, text[found.start : found.end], sentence.path, "one session")
        return
    for match in _ONE_DAY.finditer(text):
        if names("product", text) or "nterventions[" in sentence.path:
            yield Count(1, match[0], sentence.path, "one day")
            return
