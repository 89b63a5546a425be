"""The words of `vocabulary.toml` as rules: patterns that name a value of a field, by what a text must have for them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy.axes import LISTS, WORDS, check_words
from mscwatch.therapy.rules import Ending, Rule, Term
from mscwatch.vocabulary import Donor, IndicationGroup

NOTHING = "nothing"
ANY = "any"
# Kinds of cells that only the vocabulary has; `product` decides what they are.
MARROW_STEM = "marrow_stem"  # stem cells of the marrow: mesenchymal only where the record says so
NAMED = "named"  # other cells with a name of their own
TISSUE = "tissue"  # a mixture as it comes from the body: stromal vascular fraction, marrow concentrate

# Fields that only find passages.
_OF_PASSAGES = (
    "product", "other_treatment", "other_drug", "control", "giving", "own", "background", "sampling", "session",
    "repeated", "named_disease", "other_disease", "graft_versus_host",
)  # fmt: skip
# Axes that have no table: they follow from others, or are `indication` there.
_NOT_BY_WORDS = ("cell_types", "product_forms", "indication_group")
# The values that each table of the file may name.
_VALUES: dict[str, tuple[str, ...]] = {
    **{name: tuple(axis) for name, axis in (LISTS | WORDS).items() if name not in _NOT_BY_WORDS},
    "cell_type": (*WORDS["cell_type"], MARROW_STEM, NAMED, TISSUE),
    "local_way": tuple(LISTS["route"]),
    "donor_implied": tuple(Donor),
    "indication": tuple(IndicationGroup),
    **dict.fromkeys(_OF_PASSAGES, (ANY,)),
}
_LISTS = "list"  # the table of named lists
_KEYS = ("starts", "words", "tissue", "ends", "patterns", "near", "examples")

_NAMED_LIST = re.compile(r"(?<!\?P)<(\w+)>")
_LETTERS = re.compile(r"\w+")
_INTRA = re.compile(r"^(intra)(?=\w)")
_HEAD = re.compile(r"\\b(?:\(\?-i:)?(?:([A-Za-z]+)|\(\?:([A-Za-z| ]+)\)(?!\?))(.{0,3})")
# What may follow a first word that is shorter than a key.
_AFTER_SHORT = (" ", r"\b", "[ ", r"[\s", r"\s+", r"\.", "-", ")")
CELLS = "sc"  # how every abbreviation of a tissue's cells ends
LEAST, MIDDLE, KEY = 3, 4, 5  # letters of a first word by which its rules are found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All rules: by the first letters of their first word, by the last letters of it, or by a text they need."""

    by_head: dict[str, tuple[Rule, ...]]
    by_tail: dict[str, tuple[Rule, ...]]
    by_need: dict[str, tuple[Rule, ...]]


@cache
def vocabulary() -> Vocabulary:
    """The rules of the packaged file. Raises `ConfigError` for a field, a value or a key that it may not have."""
    heads, tails, needs = _Index(), _Index(), _Index()
    for field, values in _tables().items():
        for value, words in values.items():
            for first, found in _headed(words):
                for head in {first[:KEY], *([f"{first}s"] if len(first) < LEAST else [])}:
                    heads.add(head, field, value, found, first)
            for end in words.get("ends", ()):
                tails.add(end[-LEAST:].lower(), field, value, Ending(end.lower()))
            if tissues := words.get("tissue"):
                needs.add(CELLS, field, value, _before_msc(tissues))
            for need, patterns in words.get("near", {}).items():
                needs.add(need, field, value, "|".join(patterns))
    return Vocabulary(heads.rules(), tails.rules(), needs.rules())


@cache
def guard(field: str, value: str = "") -> re.Pattern[str]:
    """A pattern of the beginnings of all rules of a field, or of one of its values; it finds texts in lower case."""
    firsts, others = set[str](), set[str]()
    table = _tables()[field]
    for words in [table[value]] if value else table.values():
        firsts |= {first for first, _ in _headed(words)}
        others |= {re.escape(need) for need in words.get("near", {})}
        ends = (*words.get("ends", ()), *([CELLS] if "tissue" in words else []))
        others |= {rf"{end.lower()}s?\b" for end in ends}
    letters = "".join(sorted({first[0] for first in firsts}))
    begun = [rf"\b(?=[{letters}])(?:{'|'.join(sorted(firsts))})"] if firsts else []
    return re.compile("|".join([*begun, *sorted(others)]))


class _Index:
    """Words and expressions by a key, joined where they name the same value of the same field."""

    def __init__(self) -> None:
        self._found: dict[str, dict[tuple[str, str], dict[tuple[Term | Ending | str, str], None]]] = {}

    def add(self, key: str, field: str, value: str, one: Term | Ending | str, first: str = "") -> None:
        self._found.setdefault(key, {}).setdefault((field, value), {})[one, first] = None

    def rules(self) -> dict[str, tuple[Rule, ...]]:
        """The rules by key."""
        return {
            key: tuple(_rule(*names, found) for names, found in by_names.items())
            for key, by_names in self._found.items()
        }


def _rule(field: str, value: str, found: Iterable[tuple[Term | Ending | str, str]]) -> Rule:
    words = [one for one, _ in found if not isinstance(one, str)]
    several = [one for one in words if isinstance(one, Term) and one.others]
    return Rule(
        field,
        value,
        single=tuple(one for one in words if one not in several),
        several=tuple(sorted(several, key=lambda term: -sum(map(len, term.others)))),
        expressions=tuple({one: None for one, _ in found if isinstance(one, str)}),
        firsts=tuple({first: None for one, first in found if isinstance(one, str)}),
    )


def examples() -> list[tuple[str, str, str]]:
    """Every example of the file: field, value, spelling."""
    return [
        (field, value, spelling)
        for field, values in _tables().items()
        for value, words in values.items()
        for spelling in words.get("examples", ())
    ]


def parse(text: str) -> dict[str, dict[str, dict[str, Any]]]:
    """The tables of the vocabulary file: field, value, kind of words, with what its named lists hold filled in.

    Raises `ConfigError` for a field, a value or a key that the file may not have, or a list that it does not have.
    """
    tables: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(text)
    lists: dict[str, list[str]] = {}
    for name, items in tables.pop(_LISTS, {}).items():
        lists[name] = _filled(items, lists)
    check_words("therapy/vocabulary.toml, fields", tables, _VALUES)
    for field, values in tables.items():
        check_words(f"therapy/vocabulary.toml, values of {field}", values, (*_VALUES[field], NOTHING))
        for value, words in values.items():
            check_words(f"therapy/vocabulary.toml, keys of {field}.{value}", words, _KEYS)
            values[value] = _filled(words, lists)
    return tables


def _filled(words: Any, lists: dict[str, list[str]]) -> Any:
    """Words and patterns as the rules have them: pieces joined, and lists instead of their names.

    A word that is the name of a list is all that the list holds; a name in a pattern is the alternatives of the list.
    """
    if isinstance(words, dict):
        return {key: _filled(each, lists) for key, each in words.items()}
    found: list[str] = []
    for word in map("".join, words):
        names = _NAMED_LIST.findall(word) if "<" in word else ()
        if names:
            check_words("therapy/vocabulary.toml, lists", names, lists)
        if names and word == f"<{names[0]}>":
            found += lists[names[0]]
        else:
            found.append(_NAMED_LIST.sub(lambda name: "|".join(lists[name[1]]), word) if names else word)
    return found


@cache
def _tables() -> dict[str, dict[str, dict[str, Any]]]:
    return parse((files("mscwatch.therapy") / "vocabulary.toml").read_text("utf-8"))


def _headed(words: dict[str, Any]) -> Iterator[tuple[str, Term | str]]:
    """Each term and each expression that begins with a word, with the letters that it begins with."""
    for kind in ("starts", "words"):
        for term in words.get(kind, ()):
            first, *others = _parts(term.lower())
            yield first, Term(first, tuple(others), kind == "words")
    for pattern in words.get("patterns", ()):
        for first in _firsts(pattern):
            yield first.lower(), pattern


def _parts(term: str) -> list[str]:
    """What of a term may be written apart: its words, "patient" and "'s", and "intra" of "intrathecal"."""
    words = [part for word in re.split(r"[\s\-_]+", term) for part in _INTRA.split(word) if part]
    first = _LETTERS.match(words[0])
    rest = words[0][first.end() :] if first else ""
    return [words[0].removesuffix(rest), rest, *words[1:]] if rest else words


def _firsts(pattern: str) -> list[str]:
    """The letters that each alternative of a pattern begins with. Raises `ConfigError` where it may begin with any."""
    head = _HEAD.match(pattern)
    if head:
        firsts, after = (head[1] or head[2]).split("|"), head[3]
        firsts = [first[:-1] if after[:1] in ("?", "*", "{") else first.split()[0] for first in firsts]
        if all(len(first) >= LEAST or after.startswith(_AFTER_SHORT) for first in firsts):
            return firsts
    msg = (
        f"therapy/vocabulary.toml: the pattern {pattern!r} does not begin with a whole word or three letters of one. "
        "Put it under near, by a text that it needs."
    )
    raise ConfigError(msg)


def _before_msc(tissues: list[str]) -> str:
    """Of UC: UCMSC, UC-MSCs, hUC-D-MSC, "UC -MSC", and in capitals "UC MSC" ("at MSC" is not adipose tissue)."""
    short = "|".join(tissue for tissue in tissues if len(tissue) == 1)
    long = "|".join(tissue for tissue in tissues if len(tissue) > 1)
    joined = r"\b(?:h|hu|a|allo-?|auto-?)?(?:{})(?:\s?[-/._]\s?)?(?:D-?)?h?{}s?\b".format
    parts = [joined(long, "M?SC"), rf"(?-i:\b[Hh]?[u]?(?:{long}) (?:MSC|SC)s?\b)"] if long else []
    return "|".join([*parts, *([joined(short, "MSC")] if short else [])])
