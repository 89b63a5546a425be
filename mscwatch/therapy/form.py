"""In which form the cells are given, and what was done to them before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import KEYWORDS, PRODUCT, Told
from mscwatch.therapy.tissue import carries_cells
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary import CellType, ProductForm
from mscwatch.vocabulary.patterns import pattern_of

SHED = {ProductForm.EXOSOME, ProductForm.CONDITIONED_MEDIUM}
NAMED_ELSEWHERE = "named elsewhere"
_FIRST = 20  # mentions in one text that are enough
_AND_CELLS = pattern_of(
    r"(?:\s+(?:stem|stromal|cells?|therapy))*\s*(?:\([^)]{0,20}\))?\s*"
    r"(?:and|with|plus|&|\+|,|or|in combination with|combined with|together with)\s+"
    r"(?:(?:their|its|the|\d+|cc|ml|of|human)\s+){0,3}$",
    re.IGNORECASE,
)


def forms(passages: Passages) -> Told:
    """All forms that are given, cells first where cells are given."""
    told = terms.first("product_form", [(PRODUCT, terms.sentences((*passages.titles, *passages.product)))])
    if ProductForm.OTHER in told.values and carries_cells(passages):
        told = told.without(ProductForm.OTHER)
    shed = SHED & set(told.values)
    if not shed:
        return told
    found = {value for texts in (*passages.interventions, *passages.arms) for value in _forms_of(texts)}
    if ProductForm.CELLS not in found or len(found) == 1:
        return told
    values = (ProductForm.CELLS, *(one for one in told.values if one in shed))
    return Told(values, told.evidence[:1], PRODUCT)


def _forms_of(texts: Iterable[Passage]) -> Iterator[str]:
    """The forms of one intervention or arm, by its name, or else by its description."""
    for text in texts:
        shed = [one for one in find("product_form", text.text) if one.value in SHED][:_FIRST]
        cells = [one for one in find("cell_type", text.text) if one.value == CellType.MSC][:_FIRST]
        if not shed and not cells:
            continue
        yield from (one.value for one in shed)
        if not shed or any(
            _AND_CELLS.fullmatch(text.text[one.end : other.start])
            for one in cells
            for other in shed
            if one.end <= other.start
        ):
            yield ProductForm.CELLS
        return


def modification(passages: Passages) -> Told:
    """What was done to the cells before they are given; the tier says where nothing in the record speaks of it."""
    told = terms.first(
        "modification",
        [
            (PRODUCT, terms.of_cells((*passages.titles, *passages.product))),
            (KEYWORDS, passages.keywords),
            *((tier, _with_msc(told)) for tier, told in terms.described("modification", passages)),
        ],
    )
    unclear = not told and terms.is_named("modification", passages.texts)
    return replace(told, tier=NAMED_ELSEWHERE) if unclear else told


def _with_msc(sentences: Iterable[Passage]) -> Iterator[Passage]:
    return (one for one in sentences if names("cell_type", one.text))
