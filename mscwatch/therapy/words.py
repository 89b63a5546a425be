"""The vocabulary (`vocabulary.toml`) as patterns: which values a text names, and where."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

NOTHING = "nothing"
ANY = "any"

_GAP = r"[\s\-\u2010-\u2015_]*"  # "bone marrow", "bone-marrow" and "bonemarrow" are one term


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a field, named by the words at `start` to `end` of a text."""

    value: str
    start: int
    end: int


@lru_cache(maxsize=2048)  # a record's sentences are asked for one field after another, several times
def find(field: str, text: str) -> tuple[Found, ...]:
    """Every value of a field that a text names, in order. Where readings overlap, the longest wins, then `nothing`."""
    claims = [
        Found(value, match.start(), match.end())
        for value, pattern in vocabulary()[field]
        for match in pattern.finditer(text)
    ]
    kept: list[Found] = []
    for claim in sorted(
        claims, key=lambda found: (found.start - found.end, found.start, found.value != NOTHING)
    ):
        if not any(claim.start < other.end and other.start < claim.end for other in kept):
            kept.append(claim)
    return tuple(sorted((found for found in kept if found.value != NOTHING), key=lambda found: found.start))


def names(field: str, text: str) -> bool:
    """Whether a text names any value of a field."""
    values = vocabulary()[field]
    if any(value == NOTHING for value, _ in values):
        return bool(find(field, text))
    return any(pattern.search(text) for _, pattern in values)


@cache
def vocabulary() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Field to its values, each with one pattern, in the order of the file."""
    return {
        field: tuple((value, _pattern(words)) for value, words in values.items())
        for field, values in _told().items()
    }


def examples() -> list[tuple[str, str, str]]:
    """Every spelling that the vocabulary promises to read: field, value, spelling."""
    return [
        (field, value, spelling)
        for field, values in _told().items()
        for value, words in values.items()
        for spelling in words.get("examples", ())
    ]


def _told() -> dict[str, dict[str, dict[str, list[str]]]]:
    source = files("mscwatch.therapy") / "vocabulary.toml"
    told: dict[str, Any] = tomllib.loads(source.read_text("utf-8"))
    return told


def _pattern(words: dict[str, list[str]]) -> re.Pattern[str]:
    parts = list(words.get("patterns", ()))
    if starts := words.get("starts"):
        parts.append(
            rf"{_at(starts)}(?:{'|'.join(_GAP.join(map(re.escape, term.split())) for term in starts)})\w*"
        )
    if whole := words.get("words"):
        parts.append(rf"{_at(whole)}(?:{'|'.join(_GAP.join(term.split()) for term in whole)})s?\b")
    parts += [_before_msc(tissue) for tissue in words.get("tissue", ())]
    return re.compile("|".join(parts), re.IGNORECASE)


def _at(terms: list[str]) -> str:
    """Where a word begins with the first letter of a term: most words end the search here."""
    return rf"\b(?=[{''.join(sorted({term[0] for term in terms}))}])"


def _before_msc(tissue: str) -> str:
    """UC: UCMSC, UC-MSCs, hUC-D-MSC, "UC -MSC", and in capitals "UC MSC" ("at MSC" is no adipose tissue)."""
    cells = "MSC" if len(tissue) == 1 else "M?SC"
    joined = rf"\b(?:h|hu|allo-?|auto-?)?{tissue}(?:\s?-\s?)?(?:D-?)?{cells}s?\b"
    if len(tissue) == 1:
        return joined
    return rf"{joined}|(?-i:\b[Hh]?[u]?{tissue} (?:MSC|SC)s?\b)"
