"""Which trials of an edition a query finds.

A quoted phrase is found where its words stand next to each other in one value; an unquoted run of words where
all of them stand in one field. Enumerations match by value or label, dates by their beginning, so that a year
stands for all its days. No synonyms: counts are not the live registry's.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache

from mscwatch.registry.replica.edition import FIELD_END, Edition
from mscwatch.registry.replica.enums import VALUES_OF_PIECE, enum_value
from mscwatch.registry.replica.query import (
    Both,
    Either,
    Everything,
    Missing,
    Negated,
    Node,
    Range,
    Scoped,
    Term,
    tokens,
)
from mscwatch.registry.replica.vocabulary import AREAS, DATE_PIECES, NUMBER_PIECES

_YEAR, _MONTH = 4, 7  # lengths of `2022` and `2022-10`


def select(node: Node, area: str, edition: Edition, among: AbstractSet[str]) -> AbstractSet[str]:
    """The ids of `among` that `node` finds when its words are looked for in `area`."""
    match node:
        case Everything():
            return among
        case Scoped(name, inner):
            return select(inner, name, edition, among)
        case Negated(inner):
            return among - select(inner, area, edition, among)
        case Both(parts):
            for part in parts:
                among = select(part, area, edition, among)
            return among
        case Either(parts):
            found: AbstractSet[str] = set()
            for part in parts:
                found = found | select(part, area, edition, among - found)
            return found
        case Missing() | Range() | Term():
            return {nct_id for nct_id in among if _holds(node, area, edition, nct_id)}


def _holds(leaf: Missing | Range | Term, area: str, edition: Edition, nct_id: str) -> bool:
    match leaf:
        case Missing():
            return not any(edition.values(nct_id, piece) for piece in AREAS.get(area, (area,)))
        case Range(low, high):
            return _in_range(edition.values(nct_id, area), area, low, high)
        case Term(text) if area in VALUES_OF_PIECE:
            return enum_value(area, text) in edition.values(nct_id, area)
        case Term(text) if area in DATE_PIECES:
            return any(date.startswith(text) for date in edition.values(nct_id, area))
        case Term(text, quoted=True):
            return bool(_words(text)) and " ".join(("", *_words(text), "")) in edition.text(nct_id, area)
        case Term(text):
            return _in_one_field([f" {word} " for word in _words(text)], edition.text(nct_id, area))


@cache
def _words(text: str) -> list[str]:
    return tokens(text)


def _in_one_field(words: list[str], text: str) -> bool:
    if not words or not all(word in text for word in words):
        return False
    return len(words) == 1 or any(all(word in field for word in words) for field in text.split(FIELD_END))


def _in_range(values: list[str | float], area: str, low: str, high: str) -> bool:
    """Whether any value lies between the bounds, both included; without a value never, not even in MIN to MAX."""
    return any(
        (low == "MIN" or _comparable(low, area) <= _comparable(value, area))
        and (high == "MAX" or _comparable(value, area) <= _comparable(high, area))
        for value in values
    )


def _comparable(value: str | float, area: str) -> tuple[float, str]:
    """A number, or a date made whole: the registry takes a bare month or year for its first day."""
    if area in NUMBER_PIECES:
        return float(value), ""
    date = re.sub(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\1-\2", str(value))
    if len(date) == _YEAR:
        return 0, f"{date}-01-01"
    return 0, f"{date}-01" if len(date) == _MONTH else date
