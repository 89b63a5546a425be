"""Two whole amounts that are one range: 1x10^6-3x10^6, "at least 1 million and at most 2 million"."""

from __future__ import annotations

import re
from dataclasses import replace

from mscwatch.therapy.amounts import Amount
from mscwatch.vocabulary.patterns import pattern_of

_RANGED = pattern_of(
    r"\s*(?:\w*cells?|\w*MSCs?)?\s*(?:(?:/|per)\s*kg)?\s*(?:-|\bto\b)\s*|\s+up\s+to\s+", re.IGNORECASE
)
_BETWEEN = pattern_of(r"between\s*$", re.IGNORECASE)
_LEAST = pattern_of(
    r"\b(?:min(?:imum|imal|\.)?(?: dose)?(?: of)?|at least|no less than|from)\W*$", re.IGNORECASE
)
_AT_MOST = pattern_of(
    r"^[^.;]{0,40}\b(?:max(?:imum|imal)?\.?(?: dose)?(?: of)?|at most|no more than|up to)\W*$",
    re.IGNORECASE,
)
_PER_KILOGRAM = pattern_of(r"(?:/|per)\s*k", re.IGNORECASE)
_STEPS = pattern_of(r"\b(?:escalat|increas|rais)\w*[^.;]{0,30}$", re.IGNORECASE)
_NEXT_STEP = pattern_of(r"[^.;]{0,30}\bto\s+\d", re.IGNORECASE)
_NEAR = 40  # letters before or after two amounts


def joined(text: str, found: list[Amount]) -> list[Amount]:
    """The amounts of a text in its order, those of one range as one: 1x10^6-3x10^6, "between 1 and 2 million".

    The steps of an escalation are none: "escalated from 1x10^6 to 2x10^6 and then to 4x10^6".
    """
    merged: list[Amount] = []
    in_steps = False
    for amount in found:
        last = merged[-1] if merged else None
        between = text[last.end : amount.start] if last and last.end <= amount.start else ""
        before = text[max(0, last.start - _NEAR) : last.start] if last else ""
        after = text[amount.end : amount.end + _NEAR]
        in_steps = bool(_RANGED.fullmatch(between)) and (in_steps or _begins_steps(before, after))
        if last and last.low < amount.high and not in_steps and _is_one(before, between, after):
            merged[-1] = replace(last, high=amount.high, end=amount.end)
        else:
            merged.append(amount)
    return merged


def _is_one(before: str, between: str, after: str) -> bool:
    """Whether the words around two amounts make them a range; a limit in another unit does not."""
    if _RANGED.fullmatch(between):
        return True
    if between.strip().lower() == "and":
        return bool(_BETWEEN.search(before))
    same_unit = not _PER_KILOGRAM.search(between) or _PER_KILOGRAM.search(after)
    return bool(same_unit and _AT_MOST.search(between) and _LEAST.search(before))


def _begins_steps(before: str, after: str) -> bool:
    return bool(_STEPS.search(before) and _NEXT_STEP.match(after))
