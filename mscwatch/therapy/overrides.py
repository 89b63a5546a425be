"""What a person corrected: `overrides.toml` for records, `printed.toml` for the rows of the review's table."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy.model import Confidence, DoseLevel, Evidence, Therapy

_LISTS = {"cell_source", "donor", "route", "aetiology"}
_WORDS = {"cell_type", "product_form", "modification", "indication_group"}
_KEYS = {"field", "value", "reason", "date"}


def of_record(therapy: Therapy) -> Therapy:
    """The therapy of a record with a person's corrections."""
    return corrected(
        therapy, [told for told in _told("overrides.toml") if told.get("nct_id") == therapy.nct_id]
    )


def of_row(therapy: Therapy, row: int | None) -> Therapy:
    """The therapy of a printed row with a person's judgements."""
    return corrected(
        therapy, [told for told in _told("printed.toml") if row is not None and told.get("row") == row]
    )


def corrected(therapy: Therapy, corrections: list[dict[str, Any]]) -> Therapy:
    """The therapy with corrections (field, value, reason, date) in place, each visible in the evidence.

    Raises `ConfigError` for a correction that lacks its reason or date, or of a field that there is not.
    """
    for correction in corrections:
        if lacking := _KEYS - correction.keys():
            raise ConfigError(f"A correction of {therapy.nct_id} lacks {', '.join(sorted(lacking))}.")
        name, reason = correction["field"], correction["reason"]
        seen = Evidence("overrides", f"corrected on {correction['date']}", f"override: {reason}")
        therapy = replace(
            therapy,
            evidence={**therapy.evidence, name: (seen,)},
            confidence={**therapy.confidence, name: Confidence.HIGH},
            **{name: _value(name, correction["value"], reason)},
        )
    return therapy


def _value(name: str, value: Any, reason: str) -> Any:
    if name in _LISTS and isinstance(value, list):
        return tuple(value)
    if name in _WORDS and isinstance(value, str):
        return value
    if name == "infusions_max" and isinstance(value, int):
        return value
    if name == "doses" and isinstance(value, list):
        return tuple(
            DoseLevel(
                level.get("arm", ""),
                float(level["low"]),
                float(level["high"]),
                level["unit"],
                reason,
                "overrides",
            )
            for level in value
        )
    raise ConfigError(
        f"A correction of {name!r} with the value {value!r} is of no field, or not its kind of value."
    )


@cache
def _told(name: str) -> tuple[dict[str, Any], ...]:
    source = files("mscwatch.therapy") / name
    return tuple(tomllib.loads(source.read_text("utf-8")).get("override", ()))
