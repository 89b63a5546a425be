"""What names a value of a field in a text: a word, words one after the other, the end of a word, an expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from string import digits
from typing import NamedTuple

from mscwatch.vocabulary.patterns import pattern_of

_GAP = pattern_of(r"[\s\-\u2010-\u2015_]*")  # "bone marrow", "bone-marrow" and "bonemarrow" are one term
_WORD = pattern_of(r"\w*")


class Term(NamedTuple):
    """Words, one after the other, in lower case; between them may stand spaces, hyphens and low lines, or nothing."""

    first: str
    others: tuple[str, ...]
    is_whole: bool  # the last one may have a plural s; otherwise it is the beginning of a word

    def may_be_in(self, letters: str) -> bool:
        """Whether a word without low lines begins with all words of the term, joined, or with a part of them."""
        joined = "".join((self.first, *self.others))
        return letters.startswith(joined) or joined.startswith(letters)

    def end(self, lower: str, start: int) -> int:
        """Where the term ends that begins at a place of a text in lower case; 0 where it does not stand there."""
        if not lower.startswith(self.first, start):
            return 0
        place = start + len(self.first)
        for word in self.others:
            place = after_gap(lower, place)
            if not lower.startswith(word, place):
                return 0
            place += len(word)
        end = _end_of_word(lower, place)
        return end if not self.is_whole or end == place or lower[place:end] == "s" else 0


class Ending(NamedTuple):
    """The end of a word, in lower case, that may have a plural s and a number."""

    letters: str

    def end(self, lower: str, start: int) -> int:
        """Where the word ends that begins at a place of a text in lower case; 0 where it has another end."""
        end = _end_of_word(lower, start)
        word = lower[start:end].rstrip(digits)
        return end if word.endswith((self.letters, f"{self.letters}s")) else 0


@dataclass(frozen=True)
class Rule:
    """What names a value of a field: single words, words one after the other, and expressions.

    Expressions are compiled when a text needs them, the longest first. `firsts`: the letters that they begin with.
    """

    field: str
    value: str
    single: tuple[Term | Ending, ...] = ()
    several: tuple[Term, ...] = ()
    expressions: tuple[str, ...] = ()
    firsts: tuple[str, ...] = ()

    def is_named_by(self, word: str) -> bool:
        """Whether a lower-case word alone is enough."""
        return any(one.end(word, 0) for one in self.single)

    def terms_of(self, word: str) -> tuple[Term, ...]:
        """The words one after the other that may begin with a lower-case word, or stand in it without spaces."""
        letters = word.replace("_", "")
        return tuple(
            term
            for term in self.several
            if term.first == word or (word.startswith(term.first) and term.may_be_in(letters))
        )

    def is_open_to(self, word: str) -> bool:
        """Whether an expression may begin with a lower-case word."""
        return word.startswith(self.firsts)

    def match(self, text: str, start: int) -> int:
        """Where an expression that stands at a place of a text ends; 0 where none does."""
        match = self._pattern.match(text, start)
        return match.end() if match else 0

    @cached_property
    def finditer(self) -> Callable[[str], Iterator[re.Match[str]]]:
        """Of a text: whatever the expressions find anywhere in it."""
        return self._pattern.finditer

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(self.expressions, key=len, reverse=True)), re.IGNORECASE)


def first_end(terms: tuple[Term, ...], lower: str, start: int) -> int:
    """Where the first of the terms ends that stands at a place of a text in lower case; 0 where none does."""
    for term in terms:
        if end := term.end(lower, start):
            return end
    return 0


def after_gap(text: str, place: int) -> int:
    """The place after spaces, hyphens and low lines."""
    if text[place : place + 1] == " " and text[place + 1 : place + 2].isalnum():
        return place + 1  # as nearly always
    gap = _GAP.match(text, place)
    return gap.end() if gap else place


def _end_of_word(text: str, place: int) -> int:
    word = _WORD.match(text, place)
    return word.end() if word else place
