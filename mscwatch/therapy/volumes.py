"""Volumes and weights of the product itself, instead of a number of cells or of what cells shed beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy import terms
from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.model import DoseLevel
from mscwatch.therapy.passages import Passages
from mscwatch.therapy.words import names
from mscwatch.vocabulary import DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

_SHED_OR_TISSUE = (
    r"(?:\w+[\s-]+){0,4}?(?:exosom|secretom|conditioned|vesicle|EVs?\b|concentrate|BMA?C\b|treatment cells|SVF|ADRC|"
    r"stromal|regenerative|fat\b|adipose|aspirate|matrix|lipoaspirate|cell suspension|MSC|mesenchymal|stem cell|"
    r"supernatant|jelly|allograft)"
)
_MEASURE = pattern_of(
    r"(?<![\w.,/^])(\d{1,3}(?:[.,]\d{1,2})?)(?:\s*-\s*(\d{1,3}(?:[.,]\d{1,2})?))?"
    r"\s*(?:mls?|cc|milliliters?|[uµμ]l|microlit\w+|mg|milligrams?|[uµμ]g|mcg|micrograms?|IU|U|[pnuµμ]mol)\b\.?(?!\s*/(?!\s*(?:kg|drop|dose|time|puff|spray|injection|eye|knee|cm\s?2|cm²)))",
    re.IGNORECASE,
)
_OF_PRODUCT = pattern_of(rf"\)?\s*(?:of\s+)?(?:the\s+|a\s+)?{_SHED_OR_TISSUE}", re.IGNORECASE)
_GIVING = pattern_of(r"\b(?:inject|administ|instill|appl|receiv|given)", re.IGNORECASE)
_PRODUCT_OF = pattern_of(
    r"(?:cells|MSCs?|exosomes?|exo|secretome|concentrate|BMAC|SVF|fraction|fat|adipose tissue|medium)\s*"
    r"(?:[,:(]|at|of)?\s*$",
    re.IGNORECASE,
)
_DOSE_OF = pattern_of(
    r"\bdos(?:e|es|age)\s*(?:of|:|is|was|(?:of|:)\s+[^.;\d]{1,60}?\b(?:at|in|to))?\s*$", re.IGNORECASE
)
_BY_WEIGHT = pattern_of(r"\s*(?:/|per)\s*(?:kg\b|kilogram)", re.IGNORECASE)
_GIVEN_AT = pattern_of(r"\b(?:at|of|is|was|dos(?:e|es|age)|cells|\w*MSCs?)\W*$", re.IGNORECASE)
_OF_FLUID = pattern_of(r".*\b(?:in|rate|suspended|diluted|speed)\b", re.IGNORECASE)
_OF_OTHERS = ("other_drug", "other_treatment", "control")
_BEGINS = pattern_of(r"\W*")  # of what the name says: "20 ug, nasal drip"
_TAKEN = pattern_of(
    r"aspirat|harvest|collect|withdraw|blood|drawn|lipoasp|obtain|suspended|dilut|resuspend|cultur|pellet|medium\b|centrifug",
    re.IGNORECASE,
)
TIER = "a volume or a weight"


def by_weight(passages: Passages) -> Iterator[DoseLevel]:
    """Amounts of the product per kilogram in a unit that is no number of cells: "the cells are dosed at 0.1 IU/kg"."""
    seen: set[float] = set()
    for sentence in terms.about_product(passages.product, passages.brands):
        text = plain_signs(sentence.text)
        for match in _MEASURE.finditer(text):
            before, value = text[max(0, match.start() - 40) : match.start()], _value(match[1])
            stated = (
                _BY_WEIGHT.match(text, match.end())
                and _GIVEN_AT.search(before)
                and not _OF_FLUID.match(before)
            )
            if stated and value not in seen and not any(names(field, text) for field in _OF_OTHERS):
                seen.add(value)
                span = sentence.text[match.start() : match.end()]
                yield DoseLevel(sentence.arm, value, value, DoseUnit.OTHER, span, sentence.path)


def read(passages: Passages) -> Iterator[DoseLevel]:
    """Volumes and weights of the product itself: "5 mL of exosome solution", "at a dose of 15 ml"."""
    seen: set[tuple[float, float]] = set()
    described = (
        one
        for one in terms.own_sentences((*passages.summary, *passages.description))
        if _GIVING.search(one.text)
    )
    for sentence in (*terms.about_product(passages.product, passages.brands), *described):
        text = plain_signs(sentence.text)
        for match in _MEASURE.finditer(text):
            before, after = (
                text[max(0, match.start() - 70) : match.start()],
                text[match.end() : match.end() + 60],
            )
            of_product = (
                _OF_PRODUCT.match(after) or _DOSE_OF.search(before) or _PRODUCT_OF.search(before)
            ) and not _TAKEN.search(before)
            begins = "interventions[" in sentence.path and bool(_BEGINS.fullmatch(text, 0, match.start()))
            named = begins or (sentence.path.endswith(".name") and names("product", text))
            low, high = _value(match[1]), _value(match[2] or match[1])
            if (of_product or named) and low <= high and (low, high) not in seen:
                seen.add((low, high))
                span = sentence.text[match.start() : match.end()]
                yield DoseLevel(sentence.arm, low, high, DoseUnit.OTHER, span, sentence.path)


def _value(number: str) -> float:
    return float(number.replace(",", "."))
