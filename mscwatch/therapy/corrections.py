"""A field of a therapy that a person sets: how its value is written, checked, and put in place of the reading. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from mscwatch.errors import ConfigError
from mscwatch.therapy.axes import LISTS, WORDS, check_words
from mscwatch.therapy.model import NOT_STATED, DoseLevel, Evidence, Therapy
from mscwatch.vocabulary import CellType, Confidence, DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

FIELDS = (*LISTS, *WORDS, "infusions_max", "interval_days", "doses")
MAY_BE_UNSTATED = {"infusions_max": None, "interval_days": None, "area": None, "doses": ()}
# One word and the list of all: who sets the one sets the other too, unless it is set by itself.
WHOLE = {"cell_type": "cell_types", "product_form": "product_forms"}
COUNT_AT_MOST = 1_000_000  # patients, or infusions: no trial has more
_NUMBER = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
_DOSE = pattern_of(rf"{_NUMBER}(?:\s*(?:-|–|to)\s*{_NUMBER})?\s+(\S+)")
_ALIASES = {"dose": "doses"}
_DOSE_KEYS = {"low", "high", "unit"}


def field_name(name: str) -> str:
    """The field that a person means, in lower case and without spaces around."""
    name = name.strip().lower()
    return _ALIASES.get(name, name)


def is_field(name: str) -> bool:
    """Whether a therapy has this field, and a person may set it."""
    return name in FIELDS


def parse_value(name: str, value: Any) -> Any:
    """The value of a field as `Therapy` has it, from a text as people write it, or from TOML.

    Lists are separated by commas, dose levels such as `1e6-2e6 cells/kg` by semicolons. Raises `ConfigError` for a
    word that is not of the field's vocabulary, a number that is none, or another kind of value.
    """
    if name in MAY_BE_UNSTATED and value in (NOT_STATED, None, [], ""):
        return MAY_BE_UNSTATED[name]
    if name in LISTS:
        words = _split(value, ",")
        check_words(f"value of {name}", words or [""], LISTS[name])
        return tuple(LISTS[name](word) for word in dict.fromkeys(words))
    if name in WORDS:
        word = str(value).strip()
        check_words(f"value of {name}", [word], WORDS[name])
        return WORDS[name](word)
    if name == "doses":
        return tuple(_dose(level) for level in _split(value, ";"))
    number = _number(name, value)
    if name == "interval_days":
        return number
    if number != int(number) or not 1 <= number <= COUNT_AT_MOST:
        msg = f"value of {name}: {value!r} is not a whole number from 1 to {COUNT_AT_MOST}."
        raise ConfigError(msg)
    return int(number)


def plain_value(name: str, value: Any) -> str | int | float | list[str]:
    """The value of a field in the one spelling that the file of decisions has. Raises as `parse_value`."""
    parsed = parse_value(name, value)
    if parsed is None or parsed == ():
        return NOT_STATED
    if name == "doses":
        return "; ".join(_dose_text(level) for level in parsed)
    if isinstance(parsed, tuple):
        return [str(word) for word in parsed]
    return parsed if isinstance(parsed, int | float) else str(parsed)


def with_values(therapy: Therapy, values: dict[str, Any], evidence: dict[str, Evidence]) -> Therapy:
    """The therapy with these values (as `parse_value` gives them) in place of its own, each with its evidence.

    The one word and the list of all (`WHOLE`) agree afterwards: what is not set itself follows the other.
    """
    agreed = dict(values)
    for one, all_of_it in WHOLE.items():
        if one in values and all_of_it not in values and values[one] is not CellType.MIXED:
            agreed[all_of_it] = (values[one],)
        elif all_of_it in values and one not in values and getattr(therapy, one) not in values[all_of_it]:
            kinds = values[all_of_it]
            agreed[one] = CellType.MIXED if one == "cell_type" and len(kinds) > 1 else kinds[0]
    origin = {name: evidence.get(name) or evidence[_partner(name)] for name in agreed}
    return replace(
        therapy,
        evidence={**therapy.evidence, **{name: (seen,) for name, seen in origin.items()}},
        confidences={**therapy.confidences, **dict.fromkeys(agreed, Confidence.HIGH)},
        **{name: _with_words(value, origin[name]) for name, value in agreed.items()},
    )


def _partner(name: str) -> str:
    return next(other for pair in WHOLE.items() if name in pair for other in pair if other != name)


def _with_words(value: Any, evidence: Evidence) -> Any:
    """The value, each dose with the words it rests on."""
    if isinstance(value, tuple) and value and isinstance(value[0], DoseLevel):
        return tuple(replace(level, evidence=evidence.span, path=evidence.path) for level in value)
    return value


def _split(value: Any, separator: str) -> list[Any]:
    if isinstance(value, str):
        return [piece.strip() for piece in value.split(separator) if piece.strip()]
    return list(value) if isinstance(value, Iterable) and not isinstance(value, dict) else [value]


def as_number(value: Any) -> float:
    """A number; NaN for what is none."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _number(name: str, value: Any) -> float:
    number = as_number(value)
    if not math.isfinite(number) or number <= 0:
        msg = f"value of {name}: {value!r} is not a number above 0; write {NOT_STATED} where the record does not say."
        raise ConfigError(msg)
    return number


def _dose(level: Any) -> DoseLevel:
    """A dose level from `1e6-2e6 cells/kg`, or from a table of `low`, `high` and `unit`."""
    if isinstance(level, dict) and level.keys() >= _DOSE_KEYS:
        arm, low, high, unit = level.get("arm", ""), level["low"], level["high"], level["unit"]
    elif isinstance(level, str) and (match := _DOSE.fullmatch(level)):
        arm, low, high, unit = "", match[1], match[2] or match[1], match[3]
    else:
        msg = f'value of doses: {level!r} is not a dose. Write it as "1e6-2e6 cells/kg", several with semicolons.'
        raise ConfigError(msg)
    check_words("value of doses", [unit], DoseUnit)
    bounds = sorted((_number("doses", low), _number("doses", high)))
    return DoseLevel(arm, bounds[0], bounds[1], DoseUnit(unit), "", "")


def _dose_text(level: DoseLevel) -> str:
    low, high = (f"{number:.15g}" for number in (level.low, level.high))
    return f"{low if low == high else f'{low}-{high}'} {level.unit}"
