"""The fields of a therapy that hold words of the vocabulary (contract, section 5), and the check of a file's words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mscwatch.errors import ConfigError
from mscwatch.vocabulary import (
    Aetiology,
    Area,
    CellSource,
    CellType,
    Donor,
    IndicationGroup,
    Modification,
    ProductForm,
    Route,
)

LISTS: dict[str, type[StrEnum]] = {
    "cell_source": CellSource,
    "donor": Donor,
    "route": Route,
    "cell_types": CellType,
    "product_forms": ProductForm,
    "aetiology": Aetiology,
}
WORDS: dict[str, type[StrEnum]] = {
    "cell_type": CellType,
    "product_form": ProductForm,
    "modification": Modification,
    "area": Area,
    "indication_group": IndicationGroup,
}


def check_words(where: str, words: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise `ConfigError` for the first word that is not allowed; `where` names the file and the place in it."""
    known = tuple(allowed)
    for word in words:
        if word not in known:
            msg = f"{where}: {word!r} is not in the list. Use one of {', '.join(known)}."
            raise ConfigError(msg)
