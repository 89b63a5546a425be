"""Does a record belong to the topic (a product for a disease), and why? Words decide, by where they stand.

The vocabulary is data (`rules/*.toml`). A word in a title, condition, keyword, intervention or arm speaks
of the trial; the same word in a description may be background literature, so it never makes a trial `core`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.model import Record, Screening
from mscwatch.record import part
from mscwatch.therapy import indication_group
from mscwatch.vocabulary import IndicationGroup, Relevance

NO_RULES = "none"
_NOTHING = r"(?!)"  # matches nowhere
_TO_SPACE = {ord(character): " " for character in "-_‐‑‒–—―"}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One rules file, compiled: a pattern per word list."""

    product: re.Pattern[str]
    not_product: re.Pattern[str]
    doubtful_product: re.Pattern[str]
    other_product: re.Pattern[str]
    disease: re.Pattern[str]
    not_disease: re.Pattern[str]
    not_disease_in_arms: re.Pattern[str]


def fingerprint(rules: str) -> str:
    """A hash of the rules and of all that reads: when it moves, known records are read anew, without events."""
    readers = [files("mscwatch.screening") / "relevance.py", *(files("mscwatch") / "therapy").iterdir()]
    told = sorted(path.read_text("utf-8") for path in readers if path.name.endswith((".toml", ".py")))
    own = "" if rules == NO_RULES else _source(rules)
    return hashlib.sha256("".join([own, *told]).encode()).hexdigest()


@cache
def vocabulary(rules: str) -> Vocabulary:
    """The packaged rules of that name. Raises `ConfigError` when there are none."""
    told = tomllib.loads(_source(rules))
    lists = (field.name for field in fields(Vocabulary))
    return Vocabulary(**{name: _pattern(told.get(name, {})) for name in lists})


def _source(rules: str) -> str:
    source = files("mscwatch.screening") / "rules" / f"{rules.replace('-', '_')}.toml"
    if not source.is_file():
        msg = (
            f'There are no reading rules "{rules}" (key relevance.rules of the watch). '
            "Use msc-liver, cell-therapy-liver or none."
        )
        raise ConfigError(msg)
    return source.read_text("utf-8")


def read(record: Record, rules: str) -> Screening:
    """Relevance (`core`, `adjacent`, `off`, `unsure`), the reason in words, and the indication group."""
    if rules == NO_RULES:
        return Screening(Relevance.UNSURE, "this watch has no reading rules", IndicationGroup.NONE)
    words = vocabulary(rules)
    headline = _flat(_headline(record))
    disease = _first(words.disease, words.not_disease.sub(" ", headline))
    product = _product(words, headline)
    if not disease and not product:  # most of the registry: neither
        return Screening(
            Relevance.OFF, "neither such a product nor such a disease in the titles", IndicationGroup.NONE
        )

    arms = _flat(_arms(record))
    if not disease:
        hint = _first(words.disease, words.not_disease.sub(" ", words.not_disease_in_arms.sub(" ", arms)))
        if hint:
            return Screening(
                Relevance.ADJACENT, f'"{product}" with "{hint}" only in the arms', IndicationGroup.NONE
            )
        return Screening(Relevance.OFF, f'"{product}" for another disease', IndicationGroup.NONE)

    if product := product or _product(words, arms):
        group = indication_group(record)
        if group is IndicationGroup.NONE:
            return Screening(
                Relevance.ADJACENT,
                f'"{product}" with "{disease}", but for patients with another disease',
                group,
            )
        return Screening(Relevance.CORE, f'"{product}" for "{disease}"', group)
    if hint := _product(words, _flat(_background(record))):
        reason = f'"{disease}" in the title, but "{hint}" only in the description'
        return Screening(Relevance.UNSURE, reason, indication_group(record))
    if doubtful := _first(words.doubtful_product, f"{headline} | {arms}"):
        reason = f'"{doubtful}" for "{disease}", nowhere called the watched product'
        return Screening(Relevance.ADJACENT, reason, indication_group(record))
    if other := _first(words.other_product, arms or headline):
        reason = f'"{other}" for "{disease}", the watched product is not named'
        return Screening(Relevance.ADJACENT, reason, indication_group(record))
    return Screening(Relevance.OFF, f'"{disease}" without any such product', IndicationGroup.NONE)


def _titles(record: Record) -> Iterator[str]:
    identification = part(record, "protocolSection", "identificationModule") or {}
    for key in ("briefTitle", "officialTitle", "acronym"):
        yield from _texts(identification.get(key))


def _headline(record: Record) -> Iterator[str]:
    """Titles, conditions and keywords: what the trial says it is about."""
    yield from _titles(record)
    yield from _texts(part(record, "protocolSection", "conditionsModule"))


def _arms(record: Record) -> Iterator[str]:
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
    """One line in lower case; hyphens and white space become one space, so that phrases meet their variants."""
    return " ".join(" | ".join(texts).translate(_TO_SPACE).lower().split())


def _product(words: Vocabulary, text: str) -> str | None:
    """The watched product in a text, by a word that can mean nothing else."""
    return _first(words.product, words.doubtful_product.sub(" ", words.not_product.sub(" ", text)))


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    """The first word or phrase that the pattern finds, from the beginning of its first word."""
    found = pattern.search(text)
    if found is None:
        return None
    start = max(text.rfind(mark, 0, found.start()) for mark in " |(/,;[") + 1
    return text[start : found.end()]


def _pattern(words: dict[str, list[str]]) -> re.Pattern[str]:
    """Word beginnings (shown with the rest of their last word), and abbreviations as word ends or words.

    It meets text in lower case: ignoring case would cost half the speed.
    """
    starts = [re.escape(word.replace("-", " ").lower()) for word in words.get("starts", ())]
    firsts = "".join(sorted({start[0] for start in starts}))
    parts = [rf"\b(?=[{firsts}])(?:{'|'.join(starts)})\w*"] if starts else []
    if words.get("ends"):
        parts.append(rf"(?:{'|'.join(words['ends']).lower()})s?\b")
    if words.get("words"):
        parts.append(rf"\b(?:{'|'.join(words['words']).lower()})s?\b")
    return re.compile("|".join(parts) or _NOTHING)
