"""The registry's enumerations, as far as the replica needs them: `/studies/enums` and checks of queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mscwatch.record import registry_values

_PIECES: dict[str, tuple[str, ...]] = {
    "AgencyClass": ("LeadSponsorClass",),
    "Status": ("OverallStatus", "LastKnownStatus"),
    "RecruitmentStatus": ("LocationStatus",),
    "DateType": (
        "StartDateType",
        "PrimaryCompletionDateType",
        "CompletionDateType",
        "LastUpdatePostDateType",
    ),
    "EnrollmentType": ("EnrollmentType",),
    "StudyType": ("StudyType",),
    "Phase": ("Phase",),
    "DesignAllocation": ("DesignAllocation",),
    "ArmGroupType": ("ArmGroupType",),
    "InterventionType": ("InterventionType",),
    "Sex": ("Sex",),
    "StandardAge": ("StdAge",),
    "ReferenceType": ("ReferenceType",),
}

# Name of the type, the pieces that use it, and each value with the label that the old site printed for it.
ENUMS: tuple[tuple[str, tuple[str, ...], Mapping[str, str]], ...] = tuple(
    (name, pieces, registry_values().enums[name]) for name, pieces in _PIECES.items()
)

VALUES_OF_PIECE = {piece: values for _, pieces, values in ENUMS for piece in pieces}


def enums_answer() -> list[dict[str, Any]]:
    """The JSON list that `/studies/enums` gives, of the types above."""
    return [
        {
            "type": name,
            "values": [{"value": value, "legacyValue": label} for value, label in values.items()],
            "pieces": list(pieces),
        }
        for name, pieces, values in ENUMS
    ]


def enum_value(piece: str, text: str) -> str | None:
    """The piece's value that `text` names, by value or label and in any case; None when there is none."""
    name = text.strip().casefold()
    for value, label in VALUES_OF_PIECE[piece].items():
        if name in (value.casefold(), label.casefold()):
            return value
    return None
