"""The cells of a row of the living table that a person may set, and how their values are written. Pure."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy import axes, corrections
from mscwatch.therapy.model import NOT_STATED
from mscwatch.vocabulary import DoseUnit, Effect, TrialDesign

LISTS = ("cell_source", "donor", "route", "aetiology")
WORDS: dict[str, type[StrEnum]] = {
    "design": TrialDesign,
    "product_form": axes.WORDS["product_form"],
    "indication_group": axes.WORDS["indication_group"],
    "dose_unit": DoseUnit,
    "effect": Effect,
}
AMOUNTS = ("dose_low", "dose_high")
TEXTS = ("disease",)
FIELDS = ("n_treated", "n_control", *WORDS, *LISTS, *AMOUNTS, "infusions_max", *TEXTS)
DOSE = "dose"  # three cells in one, such as `1e6-2e6 cells/kg`
TEXT_AT_MOST = 300  # characters


def plain_value(name: str, value: Any) -> str | int | float | list[str]:
    """The value of a cell in the one spelling that the file of decisions has; `not_stated` empties the cell.

    Lists are separated by commas. Raises `ConfigError` for a word that is not of the cell's vocabulary, a number that
    is none, or a text that is too long.
    """
    if value == NOT_STATED:
        return NOT_STATED
    if name in LISTS:
        return corrections.plain_value(name, value)
    if name in WORDS:
        word = str(value).strip()
        axes.check_words(f"value of {name}", [word], WORDS[name])
        return word
    if name in TEXTS:
        text = " ".join(str(value).split())
        if not 0 < len(text) <= TEXT_AT_MOST:
            raise ConfigError(f"value of {name}: write 1 to {TEXT_AT_MOST} characters.")
        return text
    number = _number(name, value)
    if name in AMOUNTS:
        return number
    if number != int(number):
        raise ConfigError(f"value of {name}: {value!r} is not a whole number.")
    return int(number)


def parted(name: str, value: str) -> dict[str, str | int | float | list[str]]:
    """The cells that `NAME=VALUE` sets, each in its one spelling. Raises as `plain_value`."""
    if name != DOSE or value == NOT_STATED:
        names = (*AMOUNTS, "dose_unit") if name == DOSE else (name,)
        return {each: plain_value(each, value) for each in names}
    levels = corrections.parse_value("doses", value)
    if len(levels) != 1:
        raise ConfigError(f'value of dose: {value!r} is not one dose. Write it as "1e6-2e6 cells/kg".')
    return {"dose_low": levels[0].low, "dose_high": levels[0].high, "dose_unit": str(levels[0].unit)}


def _number(name: str, value: Any) -> float:
    """A number above 0, or 0 controls of a trial without a control group."""
    number = corrections.as_number(value)
    is_too_large = name not in AMOUNTS and number > corrections.COUNT_AT_MOST
    if not math.isfinite(number) or number < 0 or (number == 0 and name != "n_control") or is_too_large:
        raise ConfigError(
            f"value of {name}: {value!r} is not a number above 0, or too large; write {NOT_STATED} if it is not said."
        )
    return number
