"""One administration that no number states: in an operation, by a catheter, or on one day (labelling rule)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.counts import Count
from mscwatch.therapy.days import follows_up
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import find, names

_ONE_DAY = re.compile(
    r"\b(?:on|at)\s+(?:the\s+)?(?:study\s+)?(?:day|visit|week)\s*-?\s*[01]\b(?!\s*(?:,|and|&|/|-|to|or)\s*(?:at\s+|on\s+)?(?:day|week|month|visit)?\s*\d)|\bat\s+baseline\b|\bon\s+the\s+same\s+day\b|\b(?:the\s+)?day\s+of\s+(?:the\s+)?(?:\w+\s+)?(?:surgery|transplant|operation)\w*",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"inject|infus|transplant|implant|administ|given|receiv|appl|deliver|plac|seed|graft|instill|insert|deposit|dose|fill|wrap|augment|spray",
    re.IGNORECASE,
)
_SURGERY = re.compile(
    r"\b(?:during|in|at|with|after|before|following|through|undergo\w*|by|open|performed)\s+(?:an?\s+|the\s+|their\s+)?(?:[\w-]+\s+){0,3}?"
    r"(?:surger(?:y|ies)|operation|arthroscop\w*|curettage|craniotomy|laminectomy|osteotomy|revasculari[sz]ation|reconstruction|reperfusion|sternotomy|thoracotomy|laparoscop\w*|catheteri[sz]ation|theat(?:er|re)|CABG|implant\s+placement|(?:spinal|lumbar|posterolateral)\s+fusion|bypass|repair|resection|reduction)\b"
    r"|\bsurgical(?:ly)?\b|\bchirurgical\b|\bcuretta|\bNOGA\b|\bendocardial\b|\bopen[\s-]chest\b",
    re.IGNORECASE,
)
_BEFORE_OR_AFTER = re.compile(
    r"\b(?:\d{1,3}|one|two|three|four|five|six)(?:\s?(?:-|to|or)\s?\d{1,3})?\s*(?:hours?|days?|weeks?|months?)\s+"
    r"(?:after|before|prior\s+to|post|following)\s+(?!(?:the\s+)?(?:first|1st|initial|previous|last|each|every)\b)",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:repeat\w*|every|each\s+(?:week|month|day)|weekly|monthly|daily|second|again|twice|sessions|several|multiple\s+(?:dose|infusion|injection\s+session)s?|courses|cycles|months?\s+\d)\b",
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
    of_product = names("product", text) or "nterventions[" in sentence.path
    for pattern, rule in (
        (_ONE_DAY, "one day"),
        (_SURGERY, "one operation"),
        (_BEFORE_OR_AFTER, "one point in time"),
    ):
        match = pattern.search(text)
        if match and of_product and not follows_up(text[: match.start()]):
            yield Count(1, match[0], sentence.path, rule)
            return
