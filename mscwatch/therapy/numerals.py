"""Numbers in words, as they stand before a scale: "thirty-five million", "one hundred and fifty", "one and a half"."""

from __future__ import annotations

from decimal import Decimal

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TENS = ("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: Decimal(value) for value, word in enumerate(_ONES, 1)}
    | {word: Decimal(value * 10) for value, word in enumerate(_TENS, 1)}
    | {"twelve": Decimal(12), "fifteen": Decimal(15), "half": Decimal("0.5")}
)
_ONE = "|".join(_ONES)
_SMALL = rf"(?:(?:{'|'.join(_TENS[1:])})(?:[\s-]+(?:{_ONE}))?|{_ONE}|ten|twelve|fifteen)"
NUMERAL = (
    rf"(?:(?:an?|{_ONE})\s+)?hundred(?:\s+(?:and\s+)?{_SMALL})?|{_SMALL}(?:\s+and\s+a\s+half)?|half\s+a|a"
)


def numeral(words: list[str]) -> Decimal:
    """The number that lower-case words from `NUMERAL` say; 1 for "a"."""
    value = Decimal(0)
    for word in words:
        value = max(value, Decimal(1)) * 100 if word == "hundred" else value + _VALUES.get(word, 0)
    return value or Decimal(1)
