"""The sentences about a study as the reader of records takes them, and a value that was read with its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mscwatch.review.abstracts import Quote, Sentence
from mscwatch.therapy.model import DoseLevel, Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import Told
from mscwatch.vocabulary.patterns import pattern_of

Value = str | int | float | tuple[str, ...]
_RANGE = pattern_of(r"\brang(?:e|ed|ing)\b", re.IGNORECASE)


class Drafted(NamedTuple):
    """A value and the words that it was read from."""

    value: Value
    quote: Quote


@dataclass(frozen=True, slots=True)
class StudyText:
    """The sentences of a study by their place, and as passages of the reader of records."""

    by_place: dict[str, Sentence]
    passages: Passages

    @classmethod
    def of(cls, told: Sequence[Sentence]) -> StudyText:
        """The title (the first of the sentences), and the others, which are all about the product."""
        by_place = {str(sentence.place): sentence for sentence in told}
        title, *others = [
            tuple(Passage(place, clause) for clause in sentence.text.split("; "))
            for place, sentence in by_place.items()
        ]
        return cls(
            by_place,
            Passages(titles=title, product=tuple(clause for clauses in others for clause in clauses)),
        )

    def quote(self, seen: Evidence | DoseLevel, words: str) -> Quote | None:
        """The place of the words that the reader quotes; None where they do not stand in their sentence."""
        sentence = self.by_place.get(seen.path)
        if sentence is None or not words.strip():
            return None
        start = max(sentence.text.find(words), without_ranges(sentence.text).find(words))
        return Quote(sentence, start, start + len(words)) if start >= 0 else None

    def listed(self, told: Told) -> Drafted | None:
        """Values with the words from the first to the last where these stand together, else those of the first."""
        pairs = [
            (value, self.quote(seen, seen.span))
            for value, seen in zip(told.values, told.evidence, strict=False)
        ]
        quotes = [quote for _, quote in pairs if quote]
        if not quotes:
            return None
        return Drafted(tuple(value for value, quote in pairs if quote), all_of(quotes))


def all_of(quotes: Sequence[Quote]) -> Quote:
    """The words from the first quote to the last, as far as they stand together."""
    first, *others = quotes
    for other in others:
        first = first.to(other)
    return first


def blank(match: re.Match[str]) -> str:
    """As many letters as the match has, so that places in the text stay valid."""
    return "y" * len(match[0])


def without_ranges(text: str) -> str:
    """The sentence without "range", which in records limits a dose and in papers tells it."""
    return _RANGE.sub(blank, text)
