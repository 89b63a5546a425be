"""The words of `vocabulary.toml` as patterns: which values of a field a text names, and where."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from mscwatch.therapy.axes import LISTS, WORDS, check_words
from mscwatch.vocabulary import Donor, IndicationGroup

NOTHING = "nothing"
ANY = "any"

# The values that each table of the file may name. The tables of the last line only find passages.
_VALUES: dict[str, tuple[str, ...]] = {
    **{name: tuple(axis) for name, axis in (LISTS | WORDS).items() if name != "indication_group"},
    "cell_type": (*WORDS["cell_type"], "marrow_stem"),  # `terms.cell_type` decides which cells these are
    "donor_implied": tuple(Donor),
    "indication": tuple(IndicationGroup),
    **dict.fromkeys(("product", "other_treatment", "control", "giving", "own", "background"), (ANY,)),
    **dict.fromkeys(("named_disease", "other_disease", "graft_versus_host"), (ANY,)),
}
_KEYS = ("starts", "words", "tissue", "patterns", "examples")

_GAP = r"[\s\-\u2010-\u2015_]*"  # "bone marrow", "bone-marrow" and "bonemarrow" are one term


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a field, named by the words from `start` to `end` of a text."""

    value: str
    start: int
    end: int


@lru_cache(maxsize=2048)  # a record's sentences are asked for one field after another, several times
def find(field: str, text: str) -> tuple[Found, ...]:
    """Every value of a field that a text names, in order. Where matches overlap, the longest wins, then `nothing`."""
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
    """Every field with its values, each with one pattern, in the order of the file.

    Raises `ConfigError` for a field, a value or a key that the file may not have.
    """
    return {
        field: tuple((value, _pattern(words)) for value, words in values.items())
        for field, values in _tables().items()
    }


def examples() -> list[tuple[str, str, str]]:
    """Every example of the file: field, value, spelling."""
    return [
        (field, value, spelling)
        for field, values in _tables().items()
        for value, words in values.items()
        for spelling in words.get("examples", ())
    ]


def parse(text: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    """The tables of the vocabulary file: field, value, kind of words.

    Raises `ConfigError` for a field, a value or a key that the file may not have.
    """
    tables: dict[str, Any] = tomllib.loads(text)
    check_words("therapy/vocabulary.toml, fields", tables, _VALUES)
    for field, values in tables.items():
        check_words(f"therapy/vocabulary.toml, values of {field}", values, (*_VALUES[field], NOTHING))
        for value, words in values.items():
            check_words(f"therapy/vocabulary.toml, keys of {field}.{value}", words, _KEYS)
    return tables


def _tables() -> dict[str, dict[str, dict[str, list[str]]]]:
    return parse((files("mscwatch.therapy") / "vocabulary.toml").read_text("utf-8"))


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
    """A look-ahead for the first letters of the terms, at which most words end the search."""
    return rf"\b(?=[{''.join(sorted({term[0] for term in terms}))}])"


def _before_msc(tissue: str) -> str:
    """Of UC: UCMSC, UC-MSCs, hUC-D-MSC, "UC -MSC", and in capitals "UC MSC" ("at MSC" is not adipose tissue)."""
    cells = "MSC" if len(tissue) == 1 else "M?SC"
    joined = rf"\b(?:h|hu|allo-?|auto-?)?{tissue}(?:\s?-\s?)?(?:D-?)?{cells}s?\b"
    if len(tissue) == 1:
        return joined
    return rf"{joined}|(?-i:\b[Hh]?[u]?{tissue} (?:MSC|SC)s?\b)"
