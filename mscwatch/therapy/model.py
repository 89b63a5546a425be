"""What a record says the cells were, with the words it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mscwatch.model import Issue

NOT_STATED = "not_stated"


class Confidence(StrEnum):
    """How much a reading may be trusted: said of the product itself, said elsewhere, or concluded."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the record (`span`, verbatim), where they stand (`path`, as in the API), and the rule used."""

    path: str
    span: str
    rule: str


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """One dose of a single administration; `unit` is cells, cells/kg, particles or other.

    `arm` is the label of the arm it is said of, or empty where the record does not tell.
    """

    arm: str
    low: float
    high: float
    unit: str
    evidence: str
    path: str


@dataclass(frozen=True, slots=True)
class Therapy:
    """One record's product. `not_stated`, no dose, and no infusions mean: the record does not say.

    What it says and we could not read is in `issues`. `evidence` and `confidence` have a key for every
    field that is stated.
    """

    nct_id: str
    cell_type: str = "none"
    cell_source: tuple[str, ...] = (NOT_STATED,)
    donor: tuple[str, ...] = (NOT_STATED,)
    product_form: str = "other"
    modification: str = "none_stated"
    route: tuple[str, ...] = (NOT_STATED,)
    doses: tuple[DoseLevel, ...] = ()
    infusions_max: int | None = None
    indication_group: str = "none"
    aetiology: tuple[str, ...] = (NOT_STATED,)
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    confidence: Mapping[str, Confidence] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
