"""How many bags, vials, syringes or sites make one dose: "3 vials of 20 million each"."""

from __future__ import annotations

import re

from mscwatch.therapy.amounts import Amount
from mscwatch.therapy.counting import CONTAINER
from mscwatch.therapy.counts import WORD, number
from mscwatch.vocabulary.patterns import pattern_of

_HOLDERS = r"(?:bags|vials|syringes|ampoules|tubes|sachets)"
_FEW = "[2-9]|two|three|four|five|six"
_FILLED = pattern_of(
    rf"\b({_FEW})\s+(?:\w+\s+){{0,2}}?{_HOLDERS}\W+(?:(each)\W+)?"
    r"(?:(?<=each)\W+|(?<=each.)|(?:of|with|containing|holding|filled with)\W+)(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_SITES = pattern_of(  # "12 sites with 5 million each"
    rf"\b(\d{{1,2}}|{WORD})\s+(?:\w+\s+){{0,2}}?(?:sites|points|spots|depots|deposits)\W+(?:(?:with|of|at|receiv\w+)\W+)?$",
    re.IGNORECASE,
)
_SEVERAL = pattern_of(rf"\b({_FEW})\s+(?:\w+\s+){{0,2}}?{_HOLDERS}\b", re.IGNORECASE)
_EACH_HOLDS = pattern_of(
    r"\b(?:each|every|per|one|an?)\s+(?:bag|vial|syringe|ampoule|tube|sachet)\s+(?:will\s+)?(?:contain\w*|with|of|has|holds?)\W+$",
    re.IGNORECASE,
)


def containers(text: str, amount: Amount) -> int:
    """How many bags, vials, syringes or sites of that amount make one dose; 0 where the amount is not one of them."""
    before, after = text[max(0, amount.start - 60) : amount.start], text[amount.end : amount.end + 60]
    if sites := _SITES.search(before):
        return number(sites[1]) if re.search(r"^[^.;]{0,20}\beach\b", after) else 0
    if filled := _FILLED.search(before):
        return number(filled[1]) if re.search(r"\beach\b", after[:40]) or filled[2] else 0
    if CONTAINER.search(after) or _EACH_HOLDS.search(before):
        several = _SEVERAL.search(text, max(0, amount.start - 150), amount.end + 150)
        return number(several[1]) if several else 0
    return 0
