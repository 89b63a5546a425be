"""Amounts as people type them into records: 2×10^6, 1x106, 10E6, 1.000.000, "5, 10 and 15 x10E7", 7~8log10.

An amount is a tail that says how large (x 10^6, million, log10) with the numbers before it, which share the tail; or a
plain number from a thousand on. `counting` decides whether it counts cells, and per what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from mscwatch.therapy.numerals import NUMERAL, numeral
from mscwatch.vocabulary.patterns import pattern_of


class Shape(StrEnum):
    """How an amount is written. The first three hardly ever mean anything but a count."""

    POWER = "power"
    WORD = "word"
    LOG = "log"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range at `start` of a text. What it counts is said after `end` (the end of a shared tail)."""

    low: float
    high: float
    start: int
    end: int
    shape: Shape


_LARGEST_EXPONENT = 15
_LEAST_PLAIN = 1000

_MILLION = 6  # as nearly all scales: "millones", "milioni", "Mio", "mln", "M"
_SCALES = {"thousand": 3, "k": 3, "lakh": 5, "crore": 7, "billion": 9, "bn": 9, "trillion": 12}

# One sign for many, each of the same length, so that positions in the text stay valid. Escapes of the API (\^, \*) go.
_SIGNS = str.maketrans(
    dict.fromkeys("×✕✖⨯хХΧX", "x")
    | dict.fromkeys("‐‑‒–—―−~～∼˜〜", "-")
    | dict.fromkeys("·•∙＊", "*")
    | dict.fromkeys("∧ˆ˄", "^")
    | dict.fromkeys("´’‘`", "'")
    | dict(zip("，（）／＾：＜　\u00a0\u2009\u202f\\", ",()/^:<     ", strict=True))
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
)
_MAY = pattern_of(r"\d|million|crore|lakh|billion|thousand|trillion|⁰|¹|²|³|[⁴-⁹]")  # of a text in lower case
_PARTED = pattern_of(r"(?<=mum of )(\d), (\d)(?=\s?x)", re.IGNORECASE)  # "a maximum of 1, 5x10^6"
_RAISED_POINT = pattern_of(r"(?<=\d)[·∙](?=\d{1,2}\s?[x×✕✖⨯хХΧ])", re.IGNORECASE)  # "2·5 × 10^6"
_SPLIT = pattern_of(r"(?<![\w.])(\d)\. 0(?=\s?x\s?10)", re.IGNORECASE)  # "2. 0 x 10^6"
_BRACKETED = pattern_of(r"\((\d(?:[.,]\d)?)\)(?=\s?-\s?\d)")  # "(1.5)-3.0 x 10^6"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

_THOUSANDS = r"\d{1,4}(?:,\d{3})+|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?: \d{3}){2,}|\d{1,3}(?:'\d{3})+"
_MARKS = r"[., ']"
_NUMBER = rf"(?:(?:{_THOUSANDS}|\d+(?:[.,]\d+)?|(?<![\w.,])\.\d+)|\b(?:{NUMERAL})\b)"
_SPREAD = r"(?:\s*\(?(?:±|\+/-)\s*\d+(?:[.,]\d+)?\)?)"  # 8.45±3.28 x 10^8: a deviation, no second number
_UP_TO = r"\s*(?:[,;]\s*)?(?:and\s+)?(?:an?\s+)?max(?:imum|\.)?(?:\s+of)?\s*"  # "a minimum of 1 and a maximum of 2"
_JOIN = rf"(?:\s*(?:(?<=\d){_UP_TO}|-|\bto\b|,\s*(?:and|or)\b|[,;]|/|\band\b|\bor\b|&)\s*)"
_NUMBERS = pattern_of(
    rf"(?<![\d.^])(?<!\d,)({_NUMBER}{_SPREAD}?(?:{_JOIN}{_NUMBER}{_SPREAD}?)*)\s*[)\]]?\s*-?\s*$",
    re.IGNORECASE,
)
_TIMES = r"\s*(?:x|\*|\btimes\b|\.(?=\s?10\s?[e^]))\s*"
_EXPONENT = r"""(?:
    \s*\^\s*[({]?\s*(?P<caret>\d{1,2})
  | \s*\*\*?\s*(?P<star>\d{1,2})
  | \s*e(?:xp)?\s*\+?\s*(?P<e>\d{1,2})
  | \s*(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})
  | \s*[/'(]\s*(?P<slash>[3-9]|1[0-2])
  | -(?P<dash>[4-9])(?=[\s/])
  | \s*(?:to\sthe\s)?power\s(?:of\s)?(?P<power>\d{1,2})
  | \s*to\sthe\s(?P<nth>\d{1,2})th
  | \s?x\s?(?P<cross>[5-9])(?=\s*(?:\w+[\s-]){0,3}?(?:cells?|\w*MSCs?)\b)
  | \s?(?P<lost>[3-9]|1[0-2])
)(?![\d]|[.,]\d)"""
_KINDS = (
    r"(?:(?:allogen|autolog|human|viable|living|cultur|expand|adult)\w*\s+){0,3}"  # before the cells' name
)
# What must follow "106" for it to be 10^6.
_OF_CELLS = r"(?!\d)(?=\s*(?:/\s*kg|per\s+k|(?:\w+[\s-]){0,3}?(?:cells?|\w*MSCs?)\b))"
_TAIL = pattern_of(  # what each of them begins with is looked at first
    rf"""(?=[\s*.x\-tmlcbk1])(?:{_TIMES}10{_EXPONENT}(?:\s?-\s?(?P<until>[3-9]|1[0-2])(?=\s*(?:cells?\b|\w*MSCs?\b|/|per\b)))?
       | {_TIMES}(?P<factor>10{{0,2}}(?:[,.]?000)+)\b
       | \s*-?\s*(?P<scale>thousand|mill?ion(?:en|[ei])?|millone|mio|mill|mln|lakh|crore|billion|bn|trillion)s?\b
         (?:\.(?=\s*(?:cells?|\w*MSCs?)\b))?
       | \s?(?P<mega>(?-i:MM?)|mil|k(?!\s*/))\.?(?=\s*(?:/|(?:per|{_KINDS}(?:[\w-]*M[SP]Cs?|cells?))\b))
       | (?:(?<=\d[.,]\d)|(?<=\d)(?P<spaced>\s))10\s?[e^]\s?(?P<glued>\d{{1,2}})(?!\d)
       | (?<=\d)(?:\s|\.)10\s?(?P<bare>[4-9]){_OF_CELLS}
       | \s*(?P<log>log)\s*(?:10|₁₀))""",
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = pattern_of(
    r"\b(?:(?:group|arm|cohort|level|part|phase|stage|step|type|day|week|month|grade|no)s?|(?P<dose>dose))\W*$",
    re.IGNORECASE,
)
_BARE_POWER = pattern_of(rf"(?<![\w.,^*/])10(?!\s*\*)(?!\s?\d){_EXPONENT}", re.IGNORECASE | re.VERBOSE)
_LOST_POWER = pattern_of(
    rf"(?<![\w.,^*/])10(?:\s?(?P<bare>[5-9])|\s?\((?P<round>[5-9])\)){_OF_CELLS}", re.IGNORECASE
)
_SCIENTIFIC = pattern_of(r"(?<![\w.,^])(\d+(?:[.,]\d+)?)e\s?\+?(\d{1,2})(?![\d.])", re.IGNORECASE)
_PLAIN = pattern_of(
    rf"(?<![\w.,/^-])({_THOUSANDS}|[1-9]\d{{1,2}} \d00{_OF_CELLS}|\d{{1,3}}\.\d{{3}}|\d{{5,13}})(?![\d^]|[.,]\d)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # a sentence is asked for its dose, its numbers and its intervals
def plain_signs(text: str) -> str:
    """The text with one sign for each meaning (x, -, *); every character keeps its position."""
    plain = _RAISED_POINT.sub(".", text).translate(_SIGNS)
    return _BRACKETED.sub(r" \1 ", _SPLIT.sub(r" \1.0", _PARTED.sub(r" \1,\2", plain)))


def amounts(text: str) -> list[Amount]:
    """Every amount in a text from `plain_signs`, in order and without overlaps."""
    if not _MAY.search(text.lower()):
        return []
    found = list(_with_tails(text))
    taken = bytearray(len(text))
    for amount in found:
        taken[amount.start : amount.end] = b"x" * (amount.end - amount.start)
    for amount in (*_scientific(text), *_bare_powers(text), *_plain(text)):
        if taken.find(b"x", amount.start, amount.end) < 0:
            found.append(amount)
            taken[amount.start : amount.end] = b"x" * (amount.end - amount.start)
    return sorted(found, key=lambda amount: amount.start)


def _with_tails(text: str) -> Iterator[Amount]:
    before = 0
    for tail in _TAIL.finditer(text):
        numbers = _NUMBERS.search(text, max(before, tail.start() - 60), tail.start())
        label = _label(numbers) if numbers and tail["spaced"] else None
        if numbers and (label is None or label["dose"]):
            yield from _shared(numbers, tail)
        before = tail.end()


def _label(numbers: re.Match[str]) -> re.Match[str] | None:
    """What makes the first number that of a group, a day or a dose."""
    return _LABEL.search(numbers.string, max(0, numbers.start() - 20), numbers.start(1))


def _shared(numbers: re.Match[str], tail: re.Match[str]) -> Iterator[Amount]:
    """The amounts of a list of numbers with one tail: "5, 10 and 15 x10E7", "3-5×10^7"."""
    shape = Shape.LOG if tail["log"] else Shape.WORD if tail["scale"] or tail["mega"] else Shape.POWER
    between = numbers.string[: numbers.start(1)].rstrip().lower().endswith("between")
    joined = ("-", "to", "and") if between else ("-", "to")
    found = _ranges(numbers[1], numbers.start(1), joined)
    # "group 2, 3 x 10^6", "in group 1 and 4 x 10^6"; "cohorts 1 and 2"
    labelled = len(found) == 2 and re.match(r"\d+(?:,|\s+and\s)", numbers[1]) and _label(numbers)  # noqa: PLR2004
    for low, high, start in found[1:] if labelled else found:
        least, most = _scaled(low, tail), _scaled(high, tail)
        if tail["until"]:
            most = float(high * 10 ** int(tail["until"]))
        if least is not None and most is not None and least <= most:
            yield Amount(least, most, start, tail.end(), shape)


def _scaled(number: Decimal, tail: re.Match[str]) -> float | None:
    if tail["log"]:
        return float(10**number) if number <= _LARGEST_EXPONENT else None
    if tail["factor"]:
        return float(number * _decimal(tail["factor"]))
    if scale := tail["scale"] or tail["mega"]:
        return float(number.scaleb(_SCALES.get(scale.lower(), _MILLION)))
    return float(number.scaleb(_exponent(tail)))


def _exponent(match: re.Match[str]) -> int:
    keys = (
        "glued",
        "caret",
        "star",
        "e",
        "raised",
        "slash",
        "dash",
        "power",
        "nth",
        "cross",
        "lost",
        "bare",
        "round",
    )
    groups = match.groupdict()
    return int(next(groups[key] for key in keys if groups.get(key)).translate(_SUPERSCRIPTS))


def _ranges(text: str, offset: int, joined: tuple[str, ...]) -> list[tuple[Decimal, Decimal, int]]:
    """Numbers and ranges of a list, with positions. Only rising numbers are a list: "group 3, 2 x 10^6" is 2."""
    text = re.sub(_SPREAD, lambda spread: " " * len(spread[0]), text)
    numbers = [
        (_decimal(match[0]), match.start(), match.end())
        for match in re.finditer(_NUMBER, text, re.IGNORECASE)
    ]
    if comma := re.match(r"(\d+),(\d+)(?=\s*(?:,|and|or))", text):  # "5,10 and 15": three numbers, not 5.10
        first, second = Decimal(comma[1]), Decimal(comma[2])
        if first < second < numbers[1][0]:
            numbers[:1] = [(first, 0, comma.end(1)), (second, comma.start(2), comma.end())]
    rising = len(numbers) - 1
    while rising and numbers[rising - 1][0] < numbers[rising][0]:
        rising -= 1
    numbers = numbers[rising:]
    found: list[tuple[Decimal, Decimal, int]] = [(numbers[0][0], numbers[0][0], offset + numbers[0][1])]
    for (_, _, end), (number, start, _) in pairwise(numbers):
        if text[end:start].strip() in joined or "max" in text[end:start]:
            found[-1] = (found[-1][0], number, found[-1][2])
        else:
            found.append((number, number, offset + start))
    return found


def _scientific(text: str) -> Iterator[Amount]:
    """6E7 and 1.5e8; but not 10E6, which records write for 10^6."""
    for match in _SCIENTIFIC.finditer(text):
        mantissa, exponent = _decimal(match[1]), int(match[2])
        if match[1] != "10" and 0 < exponent <= _LARGEST_EXPONENT:
            value = float(mantissa.scaleb(exponent))
            yield Amount(value, value, match.start(), match.end(), Shape.POWER)


def _bare_powers(text: str) -> Iterator[Amount]:
    """10^6 and 10E6 without a number before them."""
    for match in (*_BARE_POWER.finditer(text), *_LOST_POWER.finditer(text)):
        if not match.groupdict().get("slash"):
            value = float(10 ** _exponent(match))
            yield Amount(value, value, match.start(), match.end(), Shape.POWER)


def _plain(text: str) -> Iterator[Amount]:
    """1.000.000, 15,000,000 and 1000000. Three digits after a dot are a group, because cells have no fractions."""
    for match in _PLAIN.finditer(text):
        value = float(re.sub(_MARKS, "", match[1]))
        if value >= _LEAST_PLAIN:
            yield Amount(value, value, match.start(), match.end(), Shape.PLAIN)


def _decimal(text: str) -> Decimal:
    """A number as typed: decimal comma or point, or groups of three between commas, points or spaces."""
    if words := re.findall(r"[a-z]+", text.lower()):
        return numeral(words)
    if re.fullmatch(_THOUSANDS, text) and not text.startswith("0"):
        return Decimal(re.sub(_MARKS, "", text))
    return Decimal(text.replace(",", ".", 1).replace(",", ""))
