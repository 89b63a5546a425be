"""Does a record belong to the topic, and why? Words decide, by where they stand in the record.

The vocabulary is data (`rules/*.toml`). A word in a title, condition, keyword, intervention or arm speaks
of the trial; the same word in a description may be background literature, so it never makes a trial `core`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.model import Reading, Record
from mscwatch.record import part

NO_RULES = "none"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One rules file, compiled: a pattern per word list, and one per indication group in order."""

    msc: re.Pattern[str]
    other_cell: re.Pattern[str]
    liver: re.Pattern[str]
    not_liver: re.Pattern[str]
    indications: tuple[tuple[str, re.Pattern[str]], ...]  # the last is what remains


@cache
def vocabulary(rules: str) -> Vocabulary:
    """The packaged rules of that name. Raises `ConfigError` when there are none."""
    source = files("mscwatch") / "rules" / f"{rules.replace('-', '_')}.toml"
    if not source.is_file():
        msg = (
            f'There are no reading rules "{rules}" (key relevance.rules of the watch). Use msc-liver or none.'
        )
        raise ConfigError(msg)
    told = tomllib.loads(source.read_text("utf-8"))
    return Vocabulary(
        msc=_pattern(told["msc"]),
        other_cell=_pattern(told["other_cell"]),
        liver=_pattern(told["liver"]),
        not_liver=_pattern(told["not_liver"]),
        indications=tuple((group, _pattern(words)) for group, words in told["indication"].items()),
    )


def read(record: Record, rules: str) -> Reading:
    """Relevance (`core`, `adjacent`, `off`, `unsure`), the reason in words, and the indication group."""
    if rules == NO_RULES:
        return Reading("unsure", "this watch has no reading rules", "none")
    words = vocabulary(rules)
    headline = _flat(_headline(record))
    product = _flat(_product(record))
    background = _flat(_background(record))

    disease = words.not_liver.sub(" ", headline)
    liver = _first(words.liver, disease)
    cells = _first(words.msc, headline) or _first(words.msc, product)
    other = _first(words.other_cell, headline) or _first(words.other_cell, product)
    group = _indication(record, words) if liver else "none"

    if liver and cells:
        return Reading("core", f'"{cells}" for "{liver}"', group)
    if liver and (hint := _first(words.msc, background)):
        return Reading("unsure", f'"{liver}" in the title, but "{hint}" only in the description', group)
    if liver and other:
        return Reading("adjacent", f'"{other}" for "{liver}", no mesenchymal cell named', group)
    if cells and (hint := _first(words.liver, words.not_liver.sub(" ", product))):
        return Reading("adjacent", f'"{cells}" with "{hint}" only in the arms', group)
    if liver:
        return Reading("off", f'"{liver}" without any cell product', group)
    if cells:
        return Reading("off", f'"{cells}" for another disease', group)
    return Reading("off", "neither a cell product nor a liver disease in the title or the arms", group)


def _indication(record: Record, words: Vocabulary) -> str:
    for text in (_flat(_titles(record)), _flat(_headline(record))):
        for group, pattern in words.indications[:-1]:
            if pattern.search(text):
                return group
    return words.indications[-1][0]


def _titles(record: Record) -> Iterator[str]:
    identification = part(record, "protocolSection", "identificationModule") or {}
    for key in ("briefTitle", "officialTitle", "acronym"):
        yield from _texts(identification.get(key))


def _headline(record: Record) -> Iterator[str]:
    """Titles, conditions and keywords: what the trial says it is about."""
    yield from _titles(record)
    yield from _texts(part(record, "protocolSection", "conditionsModule"))


def _product(record: Record) -> Iterator[str]:
    """Interventions and arms: what the patients receive."""
    yield from _texts(part(record, "protocolSection", "armsInterventionsModule"))


def _background(record: Record) -> Iterator[str]:
    yield from _texts(part(record, "protocolSection", "descriptionModule"))


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _flat(texts: Iterable[str]) -> str:
    """One line; hyphens and runs of white space become one space, so that phrases meet their variants."""
    return re.sub(r"[\s\-\u2010-\u2015_]+", " ", " | ".join(texts))


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group(0) if found else None


def _pattern(words: dict[str, list[str]]) -> re.Pattern[str]:
    """Word beginnings (shown with the rest of their last word), and abbreviations as word ends or words."""
    starts = "|".join(re.escape(word.replace("-", " ")).replace(r"\ ", r"\s") for word in words["starts"])
    parts = [rf"\b(?:{starts})\w*"]
    if words.get("ends"):
        parts.append(rf"\b\w*(?:{'|'.join(words['ends'])})s?\b")
    if words.get("words"):
        parts.append(rf"\b(?:{'|'.join(words['words'])})s?\b")
    return re.compile("|".join(parts), re.IGNORECASE)
