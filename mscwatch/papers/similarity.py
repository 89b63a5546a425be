"""How alike the titles of trials and papers are: TF-IDF over words and over pieces of words. Pure.

A library for linear algebra would be the heaviest dependency of a nightly run for the work of a second, so the few
lines stand here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Vector = dict[str, float]

TOO_COMMON = 0.1  # a term in more titles than this share finds nothing


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How rare each term is, from 0 (in every title) to 1 (in one)."""

    rarity: Mapping[str, float]

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]]) -> Vocabulary:
        """Learn it from the terms of documents."""
        counts: Counter[str] = Counter()
        size = 0
        for document in documents:
            counts.update(set(document))
            size += 1
        scale = math.log((size + 1) / 1.5) or 1.0
        return cls({term: math.log((size + 1) / (count + 0.5)) / scale for term, count in counts.items()})

    def vector(self, document: Sequence[str]) -> Vector:
        """The document's terms with their weights; the squares of the weights add up to 1."""
        weights = {
            term: (1 + math.log(count)) * self.rarity.get(term, 1.0)
            for term, count in Counter(document).items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}


class Index:
    """Finds the vectors that share terms with another."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, vector in enumerate(vectors):
            for term, weight in vector.items():
                self._places[term].append((number, weight))
        most = max(TOO_COMMON * len(vectors), 50)
        for term in [term for term, places in self._places.items() if len(places) > most]:
            del self._places[term]

    def alike(self, vector: Vector) -> dict[int, float]:
        """The cosine of a vector with each vector of the index that shares a telling term with it."""
        cosines: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for number, other in self._places.get(term, ()):
                cosines[number] += weight * other
        return cosines


def cosine(one: Vector, other: Vector) -> float:
    """How alike two vectors of one vocabulary are, from 0 to 1."""
    short, long = sorted((one, other), key=len)
    return sum(weight * long[term] for term, weight in short.items() if term in long)
