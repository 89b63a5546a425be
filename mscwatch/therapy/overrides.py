"""Corrections by a person: `overrides.toml` for records, `printed.toml` for the rows of the review's Table 2."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy.axes import LISTS, WORDS, check_words
from mscwatch.therapy.model import DoseLevel, Evidence, Therapy
from mscwatch.vocabulary import Confidence, DoseUnit

_KEYS = {"field", "value", "reason", "date"}
_DOSE_KEYS = {"low", "high", "unit"}
_FIELDS = (*LISTS, *WORDS, "infusions_max", "doses")


def of_record(therapy: Therapy) -> Therapy:
    """The therapy of a record with a person's corrections. Raises `ConfigError` as `parse` does."""
    return corrected(
        therapy, [entry for entry in _entries("overrides.toml") if entry.get("nct_id") == therapy.nct_id]
    )


def of_row(therapy: Therapy, row: int | None) -> Therapy:
    """The therapy of a row of Table 2 with a person's corrections. Raises `ConfigError` as `parse` does."""
    return corrected(
        therapy, [entry for entry in _entries("printed.toml") if row is not None and entry.get("row") == row]
    )


def corrected(therapy: Therapy, corrections: list[dict[str, Any]]) -> Therapy:
    """The therapy with corrections (field, value, reason, date) applied, each shown in its evidence.

    Raises `ConfigError` for a correction that lacks a key, or whose field or value is not of the vocabulary.
    """
    for correction in corrections:
        value = _value(f"A correction of {therapy.nct_id}", correction)
        name, reason = correction["field"], correction["reason"]
        evidence = Evidence("overrides", f"corrected on {correction['date']}", f"override: {reason}")
        therapy = replace(
            therapy,
            evidence={**therapy.evidence, name: (evidence,)},
            confidences={**therapy.confidences, name: Confidence.HIGH},
            **{name: value},
        )
    return therapy


def parse(text: str, file: str) -> tuple[dict[str, Any], ...]:
    """The corrections of a file's text.

    Raises `ConfigError` that names the file, the entry and the word that is not of the vocabulary.
    """
    entries: list[dict[str, Any]] = tomllib.loads(text).get("override", [])
    for number, entry in enumerate(entries, start=1):
        _value(f"therapy/{file}, entry {number}", entry)
    return tuple(entries)


def _value(where: str, correction: dict[str, Any]) -> Any:
    """The value of a correction as the field of a therapy has it."""
    if lacking := _KEYS - correction.keys():
        msg = f"{where} lacks {', '.join(sorted(lacking))}."
        raise ConfigError(msg)
    name, value = correction["field"], correction["value"]
    check_words(f"{where}, field", [name], _FIELDS)
    where = f"{where}, value of {name}"
    if name in LISTS and isinstance(value, list):
        check_words(where, value, LISTS[name])
        return tuple(map(LISTS[name], value))
    if name in WORDS and isinstance(value, str):
        check_words(where, [value], WORDS[name])
        return WORDS[name](value)
    if name == "infusions_max" and isinstance(value, int):
        return value
    if name == "doses" and isinstance(value, list) and all(level.keys() >= _DOSE_KEYS for level in value):
        check_words(where, (level["unit"] for level in value), DoseUnit)
        return tuple(_dose(level, correction["reason"]) for level in value)
    msg = f"{where}: {value!r} is not its kind of value (a list, a word, a number, or doses)."
    raise ConfigError(msg)


def _dose(level: dict[str, Any], reason: str) -> DoseLevel:
    low, high = float(level["low"]), float(level["high"])
    return DoseLevel(level.get("arm", ""), low, high, DoseUnit(level["unit"]), reason, "overrides")


@cache
def _entries(file: str) -> tuple[dict[str, Any], ...]:
    return parse((files("mscwatch.therapy") / file).read_text("utf-8"), file)
