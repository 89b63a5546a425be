"""The area of disease: what the patients have that is treated, by the review's Fig. 1.

Titles and conditions say it together, each by the shares of the areas it names. A disease that causes others
(diabetes, a graft against its host) wins over the organs where it shows; a cancer loses to what its treatment did. What
only prepares a patient (a transplant of marrow), may be in any organ (ischaemia, a scar) or is in the product's name
loses to every disease beside it, and so does what has no area.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from mscwatch.therapy.model import Evidence
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import UNNAMED, Told
from mscwatch.therapy.words import Found, find
from mscwatch.vocabulary import Area
from mscwatch.vocabulary.patterns import pattern_of

_HURT_BY_TREATMENT = (
    *(Area.CARDIOVASCULAR, Area.KIDNEY, Area.REPRODUCTIVE_UROLOGIC, Area.BONE_CARTILAGE, Area.SKIN),
    *(Area.GASTROINTESTINAL, Area.NEURO),
)
# The first of each pair is what is treated where both are named about equally.
_WINS = (
    (Area.OTHER, {Area.BLOOD_CANCER}),  # a breast after cancer
    *((one, {Area.OTHER}) for one in Area if one not in (Area.OTHER, Area.BLOOD_CANCER)),
    (Area.DIABETES, set(Area) - {Area.LIVER, Area.LUNG, Area.IMMUNE, Area.BLOOD_CANCER}),
    (Area.IMMUNE, {Area.BLOOD_CANCER, Area.KIDNEY, Area.BONE_CARTILAGE, Area.SKIN, Area.ORAL}),
    (Area.ORAL, {Area.BONE_CARTILAGE, Area.BLOOD_CANCER}),
    (Area.GASTROINTESTINAL, {Area.SKIN}),
    (Area.EYE, {Area.NEURO, Area.SKIN}),
    (Area.NEURO, {Area.BONE_CARTILAGE}),
    (Area.LUNG, {Area.CARDIOVASCULAR}),
    *((one, {Area.BLOOD_CANCER}) for one in _HURT_BY_TREATMENT),
)
_FAINT = pattern_of(
    r"\b(?:stem cell|marrow|blood) transpl|HSCT|^(?:isch[ae]+mi[ac]s?|scar\w*|wounds?|ulcers?|fistul\w+|allograft\w*|"
    r"immunosuppress\w*|tuberculos\w*|neurotroph\w*|healthy|obes\w*|fatigue|\w+(?:stem|cell|gen))$",
    re.IGNORECASE,
)
_PRODUCT = pattern_of(r"[C\d]-[A-Z]+")  # the end of a product's name: "ALLO-ASC-DFU" for burns
_BESIDE = 0.2  # what such words count beside a disease
_RULE = "the disease in titles and conditions"


def area(passages: Passages, *, of_liver: bool) -> Told:
    """The area, with its evidence. `of_liver`: the indication is one of the liver's. Without any disease: `other`."""
    votes: dict[str, float] = defaultdict(float)
    first: dict[str, Evidence] = {}
    surely = set()
    for weight, passage, found in _named(passages):
        words = passage.text[found.start : found.end]
        faint = _FAINT.search(words)
        votes[found.value] += weight * (_BESIDE if faint else 1.0)
        first.setdefault(found.value, Evidence(passage.path, words, _RULE))
        if not faint:
            surely.add(found.value)
    if of_liver and Area.LIVER in votes:
        return Told((Area.LIVER,), (first[Area.LIVER],), "of the liver")
    if not votes:
        return Told((Area.OTHER,), (), UNNAMED)
    chosen = max(votes, key=lambda one: votes[one])
    for winner, losers in _WINS:
        if chosen in losers and winner in surely and votes[winner] * 3 >= votes[chosen]:
            chosen = str(winner)
    alone = len(votes) == 1
    return Told((chosen,), (first[chosen],), "alone" if alone else "among others")


def _named(passages: Passages) -> Iterator[tuple[float, Passage, Found]]:
    """Each area named once per text, with its weight; the summary counts only where nothing else surely names any."""
    surely = False
    for weight, texts in ((4.0, passages.titles), (4.0, passages.conditions), (1.0, passages.keywords)):
        for share, passage, found in _shares(weight, texts):
            surely = surely or not _FAINT.search(passage.text[found.start : found.end])
            yield share, passage, found
    if not surely:
        yield from _shares(4.0, passages.summary)


def _shares(weight: float, texts: tuple[Passage, ...]) -> Iterator[tuple[float, Passage, Found]]:
    """The weight of a place of the record, shared among what its texts name."""
    named = [
        (passage, one)
        for passage in texts
        for one in {
            one.value: one
            for one in reversed(find("area", passage.text))
            if not _PRODUCT.fullmatch(passage.text, max(0, one.start - 2), one.end)
        }.values()
    ]
    yield from ((weight / len(named), passage, one) for passage, one in named)
