"""Corrections by a person: `overrides.toml` for records, `printed.toml` for the rows of the review's Table 2."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy.axes import check_words
from mscwatch.therapy.corrections import FIELDS, parse_value, with_values
from mscwatch.therapy.model import Evidence, Therapy

_KEYS = {"field", "value", "reason", "date"}


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
        value, name = _value(f"A correction of {therapy.nct_id}", correction), correction["field"]
        evidence = Evidence(
            "overrides", f"corrected on {correction['date']}", f"override: {correction['reason']}"
        )
        therapy = with_values(therapy, {name: value}, {name: evidence})
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
    check_words(f"{where}, field", [correction["field"]], FIELDS)
    try:
        return parse_value(correction["field"], correction["value"])
    except ConfigError as error:
        raise ConfigError(f"{where}, {error}") from error


@cache
def _entries(file: str) -> tuple[dict[str, Any], ...]:
    return parse((files("mscwatch.therapy") / file).read_text("utf-8"), file)
