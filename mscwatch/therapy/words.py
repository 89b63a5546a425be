"""Which values of a field a text names, and where, by the rules of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
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


@lru_cache(maxsize=2048)  # a record's sentences are asked for the same fields several times
def find(field: str, text: str) -> tuple[Found, ...]:
    """Every value of a field that a text names, in order. Where matches overlap, the longest wins, then `nothing`."""
    told = _words(text)
    claims = [*_at_words(field, text, told), *_anywhere(field, text, told.lower)]
    return _longest(claims, len(text)) if claims else ()


def may_name(field: str, text: str, value: str = "") -> bool:
    """Whether a text has a word that a rule of a field, or of a value of it, begins with: cheaper than `find`."""
    return bool(guard(field, value).search(text.lower()))


def lower_case(text: str) -> str:
    """The text in lower case; every character keeps its position. Patterns that ignore case take far longer."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def names(field: str, text: str) -> bool:
    """Whether a text names any value of a field."""
    return bool(find(field, text))


def fields(text: str) -> set[str]:
    """The fields of which a text names any value."""
    able = {field for of_fields in _words(text).able for field in of_fields}
    return {field for field in (*able, *_needing()) if find(field, text)}


class _Able(NamedTuple):
    """The rules of a field that a word names or may begin.

    With each rule: whether the word alone is enough, whether an expression may begin with it, and the terms that may.
    `seconds`: the words of which one must follow for these. `of_tissue`: the rules of which the word may be the end, as
    an abbreviation of a tissue's cells.
    """

    rules: tuple[tuple[Rule, bool, bool, tuple[Term, ...]], ...]
    seconds: tuple[str, ...]
    of_tissue: tuple[Rule, ...]


class _Words(NamedTuple):
    """A text in lower case, where each of its words begins and ends, and which of them may begin or end something.

    `places`: of such words among all; `able`: by field what each of them may begin or end.
    """

    lower: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    places: tuple[int, ...]
    able: tuple[dict[str, _Able], ...]


@lru_cache(maxsize=1024)  # a record's sentences are asked for one field after another
def _words(text: str) -> _Words:
    """One pass over a text, for all fields."""
    lower = lower_case(text)
    starts: list[int] = []
    ends: list[int] = []
    places: list[int] = []
    able: list[dict[str, _Able]] = []
    end = 0
    for place, word in enumerate(_WORD.findall(lower)):
        start = lower.index(word, end)
        end = start + len(word)
        starts.append(start)
        ends.append(end)
        if of_fields := _ABLE[word]:
            places.append(place)
            able.append(of_fields)
    return _Words(lower, tuple(starts), tuple(ends), tuple(places), tuple(able))


def _at_words(field: str, text: str, told: _Words) -> Iterator[Found]:
    """What the rules of a field find that begin with a word, or end with one."""
    lower = told.lower
    for place, of_fields in zip(told.places, told.able, strict=True):
        if field not in of_fields:
            continue
        able, start = of_fields[field], told.starts[place]
        goes_on = able.seconds and lower.startswith(able.seconds, after_gap(lower, told.ends[place]))
        for rule, is_named, is_open, terms in able.rules:
            end = rule.match(text, start) if is_open else 0
            if goes_on and terms and not end:
                end = first_end(terms, lower, start)
            if end or is_named:
                yield Found(rule.value, start, end or told.ends[place])
        for rule in able.of_tissue:
            for earlier in told.starts[max(0, place - 2) : place + 1]:  # "hUC-D-MSC" are three
                if end := rule.match(text, earlier):
                    yield Found(rule.value, earlier, end)


class _OfWord(dict[str, dict[str, _Able]]):
    """What may begin or end with a lower-case word, by field. Texts repeat their words: what was asked once is kept."""

    def __missing__(self, word: str) -> dict[str, _Able]:
        found = dict(_able(word))
        if len(word) < _LONG:
            if len(self) >= _MOST:
                self.clear()
            self[word] = found
        return found


_ABLE = _OfWord()


def _able(word: str) -> Iterator[tuple[str, _Able]]:
    """The fields of which a lower-case word may begin or end something, with their rules."""
    by_head, by_tail = vocabulary().by_head, vocabulary().by_tail
    tail = word.rstrip("s0123456789")
    keys = dict.fromkeys((word[:KEY], word[:MIDDLE], word[:LEAST]))  # always in one order
    rules = [rule for key in keys for rule in by_head.get(key, ())] + list(by_tail.get(tail[-LEAST:], ()))
    of_tissue = vocabulary().by_need[CELLS] if tail.endswith(CELLS) else ()
    for field in dict.fromkeys(rule.field for rule in (*rules, *of_tissue)):
        asked = [
            (rule, rule.is_named_by(word), rule.is_open_to(word), rule.terms_of(word))
            for rule in rules
            if rule.field == field
        ]
        able = tuple(one for one in asked if any(one[1:]))
        terms = [term for *_, several in able for term in several]
        # "" where they stand in the word without spaces
        seconds = tuple(term.others[0] if term.first == word else "" for term in terms)
        tissues = tuple(rule for rule in of_tissue if rule.field == field)
        if able or tissues:
            yield field, _Able(able, seconds, tissues)


def _anywhere(field: str, text: str, lower: str) -> Iterator[Found]:
    """What the rules of a field find that need a text somewhere."""
    for need, rule in _needing().get(field, ()):
        if need in lower:
            yield from (Found(rule.value, *match.span()) for match in rule.finditer(text))


@cache
def _needing() -> dict[str, list[tuple[str, Rule]]]:
    """The rules that need a text somewhere, by field, each with that text."""
    found: dict[str, list[tuple[str, Rule]]] = {}
    for need, rules in vocabulary().by_need.items():
        for rule in rules if need != CELLS else ():
            found.setdefault(rule.field, []).append((need, rule))
    return found


def _longest(claims: list[Found], length: int) -> tuple[Found, ...]:
    """Claims without overlaps, in order, and without those of `nothing`, in a text of a length."""
    if len(claims) == 1 or all(one.end <= following.start for one, following in pairwise(claims)):
        return tuple(one for one in claims if one.value != NOTHING)
    taken = bytearray(length)
    kept: list[Found] = []
    for claim in sorted(claims, key=lambda one: (one.start - one.end, one.start, one.value != NOTHING)):
        if taken.find(b"x", claim.start, claim.end) < 0:
            taken[claim.start : claim.end] = b"x" * (claim.end - claim.start)
            kept.append(claim)
    return tuple(sorted((one for one in kept if one.value != NOTHING), key=lambda one: one.start))
