"""A therapy: what a record says about its cells, with the words of the record as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mscwatch.model import Issue
from mscwatch.vocabulary import (
    Aetiology,
    CellSource,
    CellType,
    Donor,
    DoseUnit,
    IndicationGroup,
    Modification,
    ProductForm,
    Route,
)

NOT_STATED = "not_stated"


class Confidence(StrEnum):
    """How sure a reading is: high where the product itself is described, medium elsewhere, low where it is inferred."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the record (`span`, verbatim), their API path, and the rule that read them."""

    path: str
    span: str
    rule: str


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """One dose of a single administration, in `unit`.

    `arm` is the label of the arm that gets it, or empty where the record does not say.
    """

    arm: str
    low: float
    high: float
    unit: DoseUnit
    evidence: str
    path: str


@dataclass(frozen=True, slots=True)
class Therapy:
    """One record's product. `not_stated`, no doses and no `infusions_max` mean that the record does not say.

    What the record says and the rules could not read is in `issues`. `evidence` and `confidence` have a key for
    every field that is stated.
    """

    nct_id: str
    cell_type: CellType = CellType.NONE
    cell_source: tuple[CellSource, ...] = (CellSource.NOT_STATED,)
    donor: tuple[Donor, ...] = (Donor.NOT_STATED,)
    product_form: ProductForm = ProductForm.OTHER
    modification: Modification = Modification.NONE_STATED
    route: tuple[Route, ...] = (Route.NOT_STATED,)
    doses: tuple[DoseLevel, ...] = ()
    infusions_max: int | None = None
    indication_group: IndicationGroup = IndicationGroup.NONE
    aetiology: tuple[Aetiology, ...] = (Aetiology.NOT_STATED,)
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    confidence: Mapping[str, Confidence] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
