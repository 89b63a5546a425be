"""The rules of `kinds.toml`: which kind a paper's title, or a library's own word for it, shows. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from mscwatch.papers.model import JudgedKind
from mscwatch.vocabulary import PaperKind
from mscwatch.vocabulary.patterns import pattern_of

WORD = r"\b"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: PaperKind
    reason: str
    of_types: frozenset[str]  # reference types of the registry that it needs; empty: any
    patterns: re.Pattern[str]
    unless: re.Pattern[str]


def declared(publication_types: Collection[str]) -> JudgedKind | None:
    """What the library calls the paper; None where it names no type that tells."""
    types = {entry.strip().lower() for entry in publication_types}
    for kind, names in _tables()["declared"].items():
        if found := sorted(types.intersection(names)):
            return JudgedKind(PaperKind(kind), f"the library calls it {found[0]}")
    return None


def by_title(line: str, reference_types: frozenset[str]) -> JudgedKind:
    """The kind that the first rule shows which finds something in a title, flat and in lower case."""
    for rule in _rules():
        if rule.of_types and not rule.of_types & reference_types:
            continue
        if (match := rule.patterns.search(line)) and not rule.unless.search(line):
            return JudgedKind(rule.kind, rule.reason.replace("{word}", match[0].strip()))
    return JudgedKind(PaperKind.UNKNOWN, "neither its title nor its reference says what it reports")


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files("mscwatch.papers") / "kinds.toml").read_text("utf-8"))


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            PaperKind(rule["kind"]),
            rule["reason"],
            frozenset(rule.get("of_types", [])),
            _any(rule["patterns"]),
            _any(rule.get("unless", [])),
        )
        for rule in _tables()["rule"]
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    r"""What any of the patterns finds; of those that begin at one place, the first.

    Neighbours that begin at a word share one `\b`: `re` then sees by the next letter which of them to try, and a title
    takes half the time. So a pattern has its alternatives in brackets.
    """
    expressions = []
    for at_a_word, run in groupby(patterns, key=lambda pattern: pattern.startswith(WORD)):
        each = "|".join(f"(?:{pattern.removeprefix(WORD) if at_a_word else pattern})" for pattern in run)
        expressions.append(f"{WORD}(?:{each})" if at_a_word else each)
    return pattern_of("|".join(expressions) or r"(?!)")
