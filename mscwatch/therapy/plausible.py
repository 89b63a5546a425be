"""Bounds of what is plausible, and fields that must agree. What is outside stays with its words, low, and as an issue.

The bounds are the smallest and largest values of the labelled records, with a factor of ten to spare.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mscwatch.model import Issue
from mscwatch.therapy.model import Therapy
from mscwatch.therapy.origin import BIRTH_TISSUES
from mscwatch.therapy.passages import Passages
from mscwatch.vocabulary import Area, CellType, Confidence, Donor, DoseUnit, Route

DOSES = {
    DoseUnit.CELLS: (1e4, 1e10),
    DoseUnit.CELLS_PER_KG: (1e4, 1e9),
    DoseUnit.PARTICLES: (1e6, 1e14),
    DoseUnit.OTHER: (1e-2, 1e12),
}
INFUSIONS = (1, 30)
INTERVAL = (0.1, 400.0)  # days
_OF_LIVERS = {Route.HEPATIC_ARTERY, Route.PORTAL_VEIN, Route.INTRAHEPATIC}


def checked(therapy: Therapy, passages: Passages) -> Therapy:
    """The therapy with `low` and an issue for every field that is not plausible."""
    doubts = list(_doubts(therapy, passages))
    if not doubts:
        return therapy
    return replace(
        therapy,
        confidences={
            **therapy.confidences,
            **{field: Confidence.LOW for field, _, _ in doubts if field in therapy.confidences},
        },
        issues=(
            *therapy.issues,
            *(
                Issue(therapy.nct_id, _path(therapy, field), value, message)
                for field, value, message in doubts
            ),
        ),
    )


def _doubts(therapy: Therapy, passages: Passages) -> Iterator[tuple[str, str, str]]:
    """Each field that is not plausible, its value, and why."""
    for dose in therapy.doses:
        if not is_plausible(dose.unit, dose.low, dose.high):
            least, most = DOSES[dose.unit]
            yield "doses", dose.evidence, f"not a plausible dose ({least:.0e} to {most:.0e} {dose.unit})"
    count, days = therapy.infusions_max, therapy.interval_days
    if count is not None and not INFUSIONS[0] <= count <= INFUSIONS[1]:
        yield (
            "infusions_max",
            str(count),
            f"not a plausible number of administrations ({INFUSIONS[0]} to {INFUSIONS[1]})",
        )
    if days is not None and not INTERVAL[0] <= days <= INTERVAL[1]:
        yield "interval_days", str(days), "not a plausible interval between administrations"
    if (
        set(therapy.cell_source) <= BIRTH_TISSUES
        and therapy.donor == (Donor.AUTOLOGOUS,)
        and passages.adults
        and therapy.cell_type is CellType.MSC
    ):
        yield "donor", "autologous", "tissue of a birth is not an adult's own"
    if therapy.area not in (Area.LIVER, None) and _OF_LIVERS & set(therapy.route):
        yield "route", ";".join(therapy.route), f"a way into the liver for a disease of {therapy.area}"


def is_plausible(unit: DoseUnit, low: float, high: float) -> bool:
    """Whether a dose is within the bounds of its unit."""
    least, most = DOSES[unit]
    return least <= low <= high <= most


def _path(therapy: Therapy, field: str) -> str:
    evidence = therapy.evidence.get(field, ())
    return evidence[0].path if evidence else ""
