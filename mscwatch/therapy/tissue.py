"""Fat or marrow that is given as it is: its name has no cells, but the description says that it holds some."""

from __future__ import annotations

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passages
from mscwatch.therapy.terms import NOTHING, Told
from mscwatch.therapy.words import find
from mscwatch.vocabulary import CellSource, CellType

GIVEN_ALONE = "a tissue that holds them"
_TISSUES = (CellSource.ADIPOSE, CellSource.BONE_MARROW)


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
