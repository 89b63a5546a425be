"""Whether a record belongs to the topic (a product for a disease), and why: words decide, by where they stand.

The words are data (`rules/*.toml`). A word in a title, condition, keyword, intervention or arm describes the trial.
The same word in a description may be background literature, so it never makes a trial `core`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.model import Record, Screening
from mscwatch.record import part
from mscwatch.therapy import indication_group, read_record
from mscwatch.therapy.axes import check_words
from mscwatch.vocabulary import CellType, IndicationGroup, Relevance
from mscwatch.vocabulary.patterns import pattern_of

GroupOf = Callable[[Record], IndicationGroup]

NO_RULES = "none"
# Rules for a product whatever the disease, and the file that has its words.
ANY_DISEASE = {"msc": "msc-liver"}
_KEYS = ("starts", "ends", "words")
_NOTHING = r"(?!)"  # matches nowhere
_TO_SPACE = {ord(character): " " for character in "-_‐‑‒–—―"}


@dataclass(frozen=True, slots=True)
class Patterns:
    """One rules file, compiled: a pattern for each of its tables."""

    product: re.Pattern[str]
    not_product: re.Pattern[str]
    of_anybody: re.Pattern[str]
    doubtful_product: re.Pattern[str]
    other_product: re.Pattern[str]
    disease: re.Pattern[str]
    not_disease: re.Pattern[str]
    not_disease_in_arms: re.Pattern[str]


def rules_file(rules: str) -> Traversable:
    """The packaged file of the rules of that name. Raises `ConfigError` where there is none."""
    file = f"{ANY_DISEASE.get(rules, rules).replace('-', '_')}.toml"
    source = files("mscwatch.screening") / "rules" / file
    if not source.is_file():
        raise ConfigError(
            f'There are no reading rules "{rules}" (key relevance.rules of the watch). '
            "Use msc-liver, msc, cell-therapy-liver or none."
        )
    return source


@cache
def patterns(rules: str) -> Patterns:
    """The packaged rules of that name. Raises `ConfigError` where there are none, or as `parse` does."""
    source = rules_file(rules)
    return parse(source.read_text("utf-8"), source.name)


def parse(text: str, file: str) -> Patterns:
    """The rules of a file's text. Raises `ConfigError` for a table or a key that there is not."""
    tables = tomllib.loads(text)
    names = [field.name for field in fields(Patterns)]
    check_words(f"screening/rules/{file}, tables", tables, names)
    for name, words in tables.items():
        check_words(f"screening/rules/{file}, keys of {name}", words, _KEYS)
    return Patterns(**{name: _pattern(tables.get(name, {})) for name in names})


def read(record: Record, rules: str, group_of: GroupOf = indication_group) -> Screening:
    """Relevance, the reason for it in words, and the indication group; with the rules `none` always `unsure`.

    `group_of` reads the indication group of a record. Raises `ConfigError` where there are no rules of that name.
    """
    if rules == NO_RULES:
        return Screening(Relevance.UNSURE, "this watch has no reading rules", IndicationGroup.NONE)
    words = patterns(rules)
    headline = _flat(_headline(record))
    return (_read_product if rules in ANY_DISEASE else _read_topic)(record, words, headline, group_of)


def _read_topic(record: Record, words: Patterns, headline: str, group_of: GroupOf) -> Screening:
    """Whether the watched product is given for the watched disease."""
    disease = _first(words.disease, words.not_disease.sub(" ", headline))
    product = _product(words, headline)
    if not disease and not product:  # most of the registry: neither
        return Screening(
            Relevance.OFF, "neither such a product nor such a disease in the titles", IndicationGroup.NONE
        )

    arms = _flat(_arms(record))
    if not disease:
        return _of_another_disease(words, product, arms)
    named = f"{headline} | {arms}"
    if product := _product(words, words.of_anybody.sub(" ", named)):
        return _of_product(record, product, disease, group_of)
    if product := _product(words, named):
        in_arms = _product(words, arms) is not None
        return _of_anybodys_cells(record, product, disease, group_of, in_arms=in_arms)
    if hint := _product(words, words.of_anybody.sub(" ", _flat(_background(record)))):
        reason = f'"{disease}" in the title, but "{hint}" only in the description'
        return Screening(Relevance.UNSURE, reason, group_of(record))
    if doubtful := _first(words.doubtful_product, f"{headline} | {arms}"):
        reason = f'"{doubtful}" for "{disease}", nowhere called the watched product'
        return Screening(Relevance.ADJACENT, reason, group_of(record))
    if other := _first(words.other_product, arms or headline):
        reason = f'"{other}" for "{disease}", the watched product is not named'
        return Screening(Relevance.ADJACENT, reason, group_of(record))
    return Screening(Relevance.OFF, f'"{disease}" without any such product', IndicationGroup.NONE)


def _of_another_disease(words: Patterns, product: str | None, arms: str) -> Screening:
    hint = _first(words.disease, words.not_disease.sub(" ", words.not_disease_in_arms.sub(" ", arms)))
    if hint:
        return Screening(
            Relevance.ADJACENT, f'"{product}" with "{hint}" only in the arms', IndicationGroup.NONE
        )
    return Screening(Relevance.OFF, f'"{product}" for another disease', IndicationGroup.NONE)


def _of_product(record: Record, product: str, disease: str, group_of: GroupOf) -> Screening:
    group = group_of(record)
    if group is IndicationGroup.NONE:
        reason = f'"{product}" with "{disease}", but for patients with another disease'
        return Screening(Relevance.ADJACENT, reason, group)
    return Screening(Relevance.CORE, f'"{product}" for "{disease}"', group)


def _of_anybodys_cells(
    record: Record, product: str, disease: str, group_of: GroupOf, *, in_arms: bool
) -> Screening:
    """The screening of a record that names only cells that anybody has: they may be given, or counted."""
    is_observational = part(record, "protocolSection", "designModule", "studyType") == "OBSERVATIONAL"
    if is_observational and read_record(record).cell_type is CellType.NONE:
        reason = f'"{product}" is named for "{disease}", but this study gives no cells'
        return Screening(Relevance.OFF, reason, IndicationGroup.NONE)
    screening = _of_product(record, product, disease, group_of)
    if in_arms or screening.relevance is not Relevance.CORE:
        return screening
    reason = f'"{product}" with "{disease}" in the title, but the arms do not give it'
    return Screening(Relevance.UNSURE, reason, screening.indication_group)


def _read_product(record: Record, words: Patterns, headline: str, group_of: GroupOf) -> Screening:
    """Whether the watched product is given, for whatever disease."""
    arms = _flat(_arms(record))
    group = group_of(record)
    if product := _product(words, headline) or _product(words, arms):
        return Screening(Relevance.CORE, f'"{product}"', group)
    if hint := _product(words, _flat(_background(record))):
        return Screening(Relevance.UNSURE, f'"{hint}" only in the description', group)
    for pattern in (words.doubtful_product, words.other_product):
        if other := _first(pattern, f"{headline} | {arms}"):
            return Screening(Relevance.ADJACENT, f'"{other}", the watched product is not named', group)
    return Screening(Relevance.OFF, "no such product", IndicationGroup.NONE)


def _headline(record: Record) -> Iterator[str]:
    """Titles, conditions and keywords: what the trial is about."""
    for key in ("briefTitle", "officialTitle", "acronym"):
        yield from _texts(part(record, "protocolSection", "identificationModule", key))
    yield from _texts(part(record, "protocolSection", "conditionsModule"))


def _arms(record: Record) -> Iterator[str]:
    """Interventions and arms: what the patients receive."""
    return _texts(part(record, "protocolSection", "armsInterventionsModule"))


def _background(record: Record) -> Iterator[str]:
    return _texts(part(record, "protocolSection", "descriptionModule"))


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
    """The texts as one line in lower case; hyphens and white space become one space, so that variants match."""
    return " ".join(" | ".join(texts).translate(_TO_SPACE).lower().split())


def _product(words: Patterns, text: str) -> str | None:
    """The watched product in a text, named by a word that is neither false nor doubtful."""
    return _first(words.product, words.doubtful_product.sub(" ", words.not_product.sub(" ", text)))


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    """The first match of the pattern, from the beginning of its first word; None where there is none."""
    match = pattern.search(text)
    if match is None:
        return None
    start = max(text.rfind(mark, 0, match.start()) for mark in " |(/,;[") + 1
    return text[start : match.end()]


def _pattern(words: dict[str, list[str]]) -> re.Pattern[str]:
    """A pattern for the words of one table: `starts` with the rest of their last word, `ends` and whole `words`.

    It searches text in lower case, because ignoring case would cost half the speed.
    """
    starts = [re.escape(word.replace("-", " ").lower()) for word in words.get("starts", ())]
    firsts = "".join(sorted({start[0] for start in starts}))
    parts = [rf"\b(?=[{firsts}])(?:{'|'.join(starts)})\w*"] if starts else []
    if words.get("ends"):
        parts.append(rf"(?:{'|'.join(words['ends']).lower()})s?\b")
    if words.get("words"):
        parts.append(rf"\b(?:{'|'.join(words['words']).lower()})s?\b")
    return pattern_of("|".join(parts) or _NOTHING)
