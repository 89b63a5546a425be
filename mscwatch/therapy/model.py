"""A therapy: what a record says about its cells, with the words of the record as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mscwatch.model import Issue
from mscwatch.vocabulary import (
    Aetiology,
    Area,
    CellSource,
    CellType,
    Confidence,
    Donor,
    DoseUnit,
    IndicationGroup,
    Modification,
    ProductForm,
    Route,
)

NOT_STATED = "not_stated"


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
class Unread:
    """Something that a record says and the rules could not read: its path, its words, and why."""

    path: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Therapy:
    """One record's product. `not_stated`, no doses, and None mean that the record does not say.

    What the record says and the rules could not read is in `issues`. `evidence` and `confidences` have a key for every
    field that has a value. `corrected` names the fields that a person set.
    """

    nct_id: str
    cell_type: CellType = CellType.NONE
    cell_types: tuple[CellType, ...] = (CellType.NONE,)
    cell_source: tuple[CellSource, ...] = (CellSource.NOT_STATED,)
    donor: tuple[Donor, ...] = (Donor.NOT_STATED,)
    product_form: ProductForm = ProductForm.OTHER
    product_forms: tuple[ProductForm, ...] = (ProductForm.OTHER,)
    modification: Modification = Modification.NONE_STATED
    route: tuple[Route, ...] = (Route.NOT_STATED,)
    doses: tuple[DoseLevel, ...] = ()
    infusions_max: int | None = None
    interval_days: float | None = None  # the smallest planned time between two administrations
    area: Area | None = None
    indication_group: IndicationGroup = IndicationGroup.NONE
    aetiology: tuple[Aetiology, ...] = (Aetiology.NOT_STATED,)
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    confidences: Mapping[str, Confidence] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(
        default_factory=dict
    )  # the place or rule that gave each value: `tiers.toml`
    corrected: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
