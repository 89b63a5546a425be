"""Numbers of administrations that a text only mentions: a minimum to be counted, levels of a dose, a list of drugs."""

from __future__ import annotations

import re

from mscwatch.therapy.words import names
from mscwatch.vocabulary.patterns import pattern_of

_NEAR = 80  # letters before or after a number
_HAD = r"(?:received|completed|undergone|had|been\s+given|gotten)"
_REACHED = pattern_of(  # "who have received at least one", "when all patients have received"
    rf"\b(?:{_HAD}|having|who\s+(?:receive|get|complete))\s+(?:at\s+least|a\s+minimum\s+of|no\s+(?:less|fewer)\s+than)\s+$"
    rf"|\b(?:when|once|until|as\s+soon\s+as)\s+(?:[\w-]+\s+){{1,5}}?(?:have|has|had)\s+{_HAD}\s+(?:the\s+|their\s+)?$",
    re.IGNORECASE,
)
_DOSES = pattern_of(r"\bdos(?:es|ages)\b", re.IGNORECASE)
_LOOKED_AT = r"(?:tested|compared|evaluated|studied|assessed|investigated|examined|explored)"
_ARE_LEVELS = pattern_of(  # "two doses will be tested", "three doses, each as a single infusion" are given
    rf"(?:(?!\bgiven|admin|inject|infus|receiv)[^.;]){{0,60}}?\b(?:be|are|is|were|was|being)\s+{_LOOKED_AT}\b"
    r"|(?:(?!\beach\b)[^.;]){0,60}?\b(?:as|by|in|via|through)\s+(?:[\w-]+\s+){0,3}?single\b",
    re.IGNORECASE,
)
_AMOUNTS = pattern_of(
    r"[^.;\d]{0,40}?\b(?:are|were|will\s+be)\s*:?\s*\d", re.IGNORECASE
)  # "the three doses are 1, 3 and 5 ..."
_BY_KIND = pattern_of(r"\b(?:test|tested|fixed)\s+dos", re.IGNORECASE)
_EACH_VISIT = pattern_of(  # "on each of these visits one infusion is given"
    r"\b(?:each|every)\s+(?:of\s+(?:the|these)\s+)?(?:[\w-]+\s+)?(?:visit|week|month|day|occasion)s?\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_ONE = pattern_of(r"(?:an?|one|1|single)\b", re.IGNORECASE)
_OF_LEVELS = pattern_of(  # "a single infusion of two doses", "to evaluate two doses"
    r"\bsingle\s+(?:[\w-]+\s+){0,3}?(?:infusion|injection|administration)\s+of\s+(?:one\s+of\s+|either\s+of\s+)?(?:the\s+)?$"
    r"|\b(?:evaluat|assess|test|stud[yi]|investigat|examin|explor)\w*\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_APART = pattern_of(
    r"[^.;]{0,200}?\b(?:apart|intervals?|days?|weeks?|weekly|months?|monthly)\b", re.IGNORECASE
)
_OR_MANY = pattern_of(r"\b(?:and|or|and/or|to|versus|vs\.?)\W+(?:multi|repeat|several|double)", re.IGNORECASE)
_DRUGS = pattern_of(  # "two treatments (steroids and cells)"
    r"\s*[(:]\s*(?P<list>[^().;\d]{0,80}?(?:\band\b|\bor\b|\bvs\b|\bversus\b|[,+])[^().;\d]{0,80})\)?",
    re.IGNORECASE,
)


def is_only_mentioned(text: str, start: int, end: int) -> bool:
    """Whether the number of administrations from `start` to `end` of a text plans none.

    >>> is_only_mentioned("Two doses of MSC will be tested", 0, 9)
    True
    """
    before, said = text[max(0, start - _NEAR) : start], text[start:end]
    if _REACHED.search(before) or _OR_MANY.search(said):
        return True
    if _ONE.match(said) and _EACH_VISIT.search(before):
        return True
    if said.lower().endswith("treatments"):
        listed = _DRUGS.match(text, end)
        return bool(listed and names("product", listed["list"]))
    if not _DOSES.search(said):
        return False
    levels = (
        _ARE_LEVELS.match(text, end)
        or _AMOUNTS.match(text, end)
        or _OF_LEVELS.search(before)
        or _BY_KIND.search(said)
    )
    return bool(levels and not _APART.match(text, end))
