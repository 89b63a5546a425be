"""Fat or marrow that is given: as it is, with the cells that it holds, or with some that were grown."""

from __future__ import annotations

import re

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passages
from mscwatch.therapy.terms import NOTHING, Told
from mscwatch.therapy.words import find
from mscwatch.vocabulary import CellSource, CellType
from mscwatch.vocabulary.patterns import pattern_of

_FAT = pattern_of(
    r"\b(?:fat|lipofill\w*|lipotransfer\w*|lipograft\w*|lipo-?inject\w*|adipose\s+tissue)\b", re.IGNORECASE
)
_IN_FAT = pattern_of(
    r"\b(?:stem|stromal|regenerative|progenitor|vascular)[\s-](?:\w+[\s-])?(?:cells?|fraction)\b|\b(?:SVF|ADRCs?|\w*ASCs?|\w*ADSCs?|\w*MSCs?)\b|"
    r"\bcell[\s-](?:assisted|enriched|enhanced|supplemented)",
    re.IGNORECASE,
)
GIVEN_ALONE = "a tissue that holds them"
_TISSUES = (CellSource.ADIPOSE, CellSource.BONE_MARROW)
_GROWN = pattern_of(r"\b(?:cultur|expan|passag|grown|prolifer|GMP)", re.IGNORECASE)
_ENRICHED = pattern_of(  # of a graft of fat, which carries the cells that were grown for it
    r"\b(?:fat|lipofill\w*|adipose\s+tissue)\b[^.;]{0,40}\benrich|\benrich\w*[^.;]{0,40}\b(?:fat|lipofill\w*|adipose\s+tissue)\b",
    re.IGNORECASE,
)


def given_alone(passages: Passages) -> Told:
    """The fat or marrow that the product is named after and that is given, where only a description names cells."""
    named = (*passages.titles, *passages.product, *passages.keywords)
    tissue = terms.first("cell_source", [(GIVEN_ALONE, passages.names)]).only(_TISSUES)
    if (
        not tissue
        or terms.is_named("cell_type", named)
        or not terms.is_named("giving", (*passages.names, *passages.product))
    ):
        return NOTHING
    described = terms.naming("cell_type", (*passages.summary, *passages.description), CellType.MSC)
    kinds = {one.value for text in terms.sentences(described) for one in find("cell_type", text.text)}
    return tissue if CellType.MSC in kinds else NOTHING


def is_grown(passages: Passages) -> bool:
    """Whether names, titles or sentences about the cells say that cells are grown."""
    if any(_GROWN.search(text.text) for text in (*passages.titles, *passages.product)):
        return True
    described = terms.sentences((*passages.summary, *passages.description))
    grown = (one for one in described if _GROWN.search(one.text))
    return any(True for _ in terms.of_cells(grown))


def carries_cells(passages: Passages) -> bool:
    """Whether names or titles put cells into a graft of fat: "fat graft enriched with stromal cells"."""
    texts = [text.text for text in (*passages.titles, *passages.names)]
    return any(_FAT.search(text) and (_ENRICHED.search(text) or _IN_FAT.search(text)) for text in texts)


def is_enriched(passages: Passages) -> bool:
    """Whether the product is a graft of fat that carries cells that were grown."""
    texts = [text.text for text in (*passages.titles, *passages.product)]
    return any(map(_ENRICHED.search, texts)) and any(map(_GROWN.search, texts))
