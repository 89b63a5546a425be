"""Which values of a field a text names, and where, by the rules of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from mscwatch.therapy.rules import Rule, Term, after_gap, first_end
from mscwatch.therapy.vocabulary import CELLS, KEY, LEAST, MIDDLE, NOTHING, guard, vocabulary
from mscwatch.vocabulary.patterns import pattern_of

_WORD = pattern_of(r"\w+")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # keeps every position
_LONG = 60  # letters; a longer word is not kept for the next text
_MOST = 1 << 15  # words that are kept


class Found(NamedTuple):
    """A value of a field, named by the words from `start` to `end` of a text."""

    value: str
    start: int
    end: int


def find(field: str, text: str) -> tuple[Found, ...]:
    """Every value of a field that a text names, in order. Where matches overlap, the longest wins, then `nothing`."""
    return scan(text).get(field, ())


def may_name(field: str, text: str, value: str = "") -> bool:
    """Whether a text has a word that a rule of a field, or of a value of it, begins with: cheaper than `find`."""
    return bool(guard(field, value).search(text))


def names(field: str, text: str) -> bool:
    """Whether a text names any value of a field."""
    return field in scan(text)


@lru_cache(maxsize=4096)  # a record's sentences are asked for one field after another, several times
def scan(text: str) -> dict[str, tuple[Found, ...]]:
    """Every field that a text names, each with what `find` returns. One pass over the words of the text."""
    claims: dict[str, list[Found]] = {}
    lower = text.translate(_LOWER)
    for rule, start, end in (*_at_words(text, lower), *_anywhere(text, lower)):
        claims.setdefault(rule.field, []).append(Found(rule.value, start, end))
    found = {field: _longest(made, len(text)) for field, made in claims.items()}
    return {field: kept for field, kept in found.items() if kept}


def _at_words(text: str, lower: str) -> Iterator[tuple[Rule, int, int]]:
    """What the rules find that begin with a word, or end with one: rule, start and end."""
    words = list(_WORD.finditer(lower))
    for place, word in enumerate(words):
        able, seconds, of_tissue = _ABLE[word[0]]
        if able:
            start = word.start()
            goes_on = bool(seconds) and lower.startswith(seconds, after_gap(lower, word.end()))
            for rule, is_named, is_open, terms in able:
                end = rule.match(text, start) if is_open else 0
                if goes_on and terms and not end:
                    end = first_end(terms, lower, start)
                if end or is_named:
                    yield rule, start, end or word.end()
        if of_tissue:
            for rule in vocabulary().by_need[CELLS]:
                for earlier in words[max(0, place - 2) : place + 1]:  # "hUC-D-MSC" are three
                    if end := rule.match(text, earlier.start()):
                        yield rule, earlier.start(), end


class _Able(dict[str, tuple[tuple[tuple[Rule, bool, bool, tuple[Term, ...]], ...], tuple[str, ...], bool]]):
    """The rules that a lower-case word names or may begin, and whether it may be an abbreviation of a tissue's cells.

    With each rule: whether the word alone is enough, whether an expression may begin with it, and the terms that may;
    with all of them: the words of which one must follow for these. Texts repeat their words, so that what was asked
    once is kept.
    """

    def __missing__(
        self, word: str
    ) -> tuple[tuple[tuple[Rule, bool, bool, tuple[Term, ...]], ...], tuple[str, ...], bool]:
        by_head, by_tail = vocabulary().by_head, vocabulary().by_tail
        tail = word.rstrip("s0123456789")
        keys = dict.fromkeys((word[:KEY], word[:MIDDLE], word[:LEAST]))  # always in one order
        rules = [rule for key in keys for rule in by_head.get(key, ())] + list(by_tail.get(tail[-LEAST:], ()))
        asked = [(rule, rule.is_named_by(word), rule.is_open_to(word), rule.terms_of(word)) for rule in rules]
        able = tuple(one for one in asked if any(one[1:]))
        terms = [
            term for *_, terms in able for term in terms
        ]  # "" where they stand in the word without spaces
        seconds = tuple(term.others[0] if term.first == word else "" for term in terms)
        found = (able, seconds, tail.endswith(CELLS))
        if len(word) < _LONG:
            if len(self) >= _MOST:
                self.clear()
            self[word] = found
        return found


_ABLE = _Able()


def _anywhere(text: str, lower: str) -> Iterator[tuple[Rule, int, int]]:
    """What the rules find that need a text somewhere."""
    for need, able in vocabulary().by_need.items():
        if need != CELLS and need in lower:
            yield from ((rule, *match.span()) for rule in able for match in rule.finditer(text))


def _longest(claims: list[Found], length: int) -> tuple[Found, ...]:
    """Claims without overlaps, in order, and without those of `nothing`, in a text of a length."""
    if all(one.end <= following.start for one, following in pairwise(claims)):
        return tuple(one for one in claims if one.value != NOTHING)
    taken = bytearray(length)
    kept: list[Found] = []
    for claim in sorted(claims, key=lambda one: (one.start - one.end, one.start, one.value != NOTHING)):
        if taken.find(b"x", claim.start, claim.end) < 0:
            taken[claim.start : claim.end] = b"x" * (claim.end - claim.start)
            kept.append(claim)
    return tuple(sorted((one for one in kept if one.value != NOTHING), key=lambda one: one.start))
