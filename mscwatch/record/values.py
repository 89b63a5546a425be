"""Readers of single values: each kind of field has one, which gives the value in its one plain form.

A reader returns None where nothing is stated (null, a blank text), and raises `NotUnderstoodError` for everything else
that is no value of its kind.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from mscwatch.record import is_deep, registry_values

Reader = Callable[[Any], Any]

# Characters that nobody can see: zero-width spaces and joiners, marks of direction, the byte order mark.
INVISIBLE = "".join(
    map(chr, (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))
)
BLANK = f" \t\r\n\f\v\0\xa0\u3000{INVISIBLE}"
LARGEST_COUNT = 2**31 - 1  # what a column of type INTEGER holds
DEEPEST = 50  # levels of lists and objects; the published structure has ten

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DATE_UNPADDED = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")
_DATE_IN_WORDS = re.compile(r"([A-Z][a-z]+)\.? (?:([0-9]{1,2}), )?([0-9]{4})")
_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
_DIGITS = re.compile(r"[0-9]{1,20}")
_PMID = re.compile(r"(?:PMID\W*)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


class NotUnderstoodError(ValueError):
    """A value that its field should not hold, with the reason. `kept` is what is read of it, None for nothing."""

    def __init__(self, reason: str, kept: Any = None) -> None:
        super().__init__(reason)
        self.kept = kept


def text(value: Any) -> str | None:
    """A text, exactly as it is; None where it is blank."""
    if isinstance(value, str):
        return value if value.strip(BLANK) else None
    _refuse_unless_blank(value, "not a text")
    return None


def plain_date(value: Any) -> str | None:
    """A date as `2019`, `2019-01` or `2019-01-31`. `2019-1`, `January 2019` and `January 31, 2019` are read too."""
    if isinstance(value, str):
        written = value.strip(BLANK)
        shown = _iso(written)
        if shown and last_day(shown):
            return shown
        if not written:
            return None
    _refuse_unless_blank(value, "a date that is none")
    return None


def last_day(written: object) -> date | None:
    """The last day that a plain date can mean; None where the value is no plain date."""
    match = _DATE.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        return None
    year, month, day = (int(digits or 0) for digits in match.groups(""))
    month = month if match[2] else 12
    try:
        return date(year, month, day if match[3] else calendar.monthrange(year, month)[1])
    except ValueError:  # a thirteenth month, a thirtieth of February, a year 0
        return None


def count(value: Any) -> int | None:
    """A whole number from 0 on, also one written as a text."""
    number = value
    if isinstance(value, str):
        digits = value.strip(BLANK)
        if not digits:
            return None
        number = int(digits) if _DIGITS.fullmatch(digits) else value
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    if type(number) is not int:
        _refuse_unless_blank(value, "not a whole number")
        return None
    if not 0 <= number <= LARGEST_COUNT:
        raise NotUnderstoodError("a number that is too small or too large to be one")
    return number


def count_text(value: Any) -> str | None:
    """A whole number that the registry writes as a text."""
    number = count(value)
    return None if number is None else str(number)


def number(value: Any) -> float | None:
    """Any finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    _refuse_unless_blank(value, "not a number")
    return None


def boolean(value: Any) -> bool | None:
    """True or false, also written as a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip(BLANK).lower() in ("true", "false"):
        return value.strip(BLANK).lower() == "true"
    _refuse_unless_blank(value, "neither true nor false")
    return None


def pmid(value: Any) -> str | None:
    """A PubMed number, its digits alone: `PMID: 888` and the number 888 are `888`."""
    written = str(value) if type(value) is int else value
    if isinstance(written, str) and (match := _PMID.fullmatch(written.strip(BLANK))):
        return match[1]
    _refuse_unless_blank(value, "not a PubMed number")
    return None


def whatever(value: Any) -> Any:
    """Anything that is not nested deeper than `DEEPEST`: no rule and no table reads it."""
    if is_deep(value, DEEPEST):
        raise NotUnderstoodError(f"nested more than {DEEPEST} deep")
    return value


def one_of(name: str, values: Collection[str]) -> Reader:
    """The reader of an enumerated field. A text that the registry's list `name` lacks is noted, and kept."""

    def read(value: Any) -> str | None:
        if not isinstance(value, str):
            _refuse_unless_blank(value, "not a text")
            return None
        written = value.strip(BLANK)
        if written and written not in values:
            reason = f"not in the registry's published list {name}"
            raise NotUnderstoodError(reason, kept=written)
        return written or None

    return read


def reader_of(kind: str) -> Reader:
    """The reader of a kind that `registry_fields.csv` names. Raises `KeyError` where there is none."""
    if kind in _READERS:
        return _READERS[kind]
    return one_of(kind, frozenset(registry_values().enums[kind]))


def _refuse_unless_blank(value: Any, reason: str) -> None:
    """Return for null and a blank text; raises `NotUnderstoodError` with the reason for anything else."""
    if value is not None and not (isinstance(value, str) and not value.strip(BLANK)):
        raise NotUnderstoodError(reason)


def _iso(written: str) -> str | None:
    if _DATE.fullmatch(written):
        return written
    if unpadded := _DATE_UNPADDED.fullmatch(written):
        return "-".join(f"{int(digits):02}" for digits in unpadded.groups() if digits)
    words = _DATE_IN_WORDS.fullmatch(written)
    month = words and _MONTHS.get(words[1][:3].lower())
    if not words or not month:
        return None
    return f"{words[3]}-{month:02}" + (f"-{int(words[2]):02}" if words[2] else "")


_READERS: dict[str, Reader] = {
    "text": text,
    "date": plain_date,
    "count": count,
    "count text": count_text,
    "number": number,
    "boolean": boolean,
    "pmid": pmid,
    "any": whatever,
}
