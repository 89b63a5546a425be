"""The registry's enumerations, as far as the replica needs them: `/studies/enums` and checks of queries."""

from __future__ import annotations

from typing import Any

from mscwatch.record import registry_values

# The pieces that use each type.
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

# Each value with the label that the old site printed for it.
VALUES_OF_PIECE = {
    piece: registry_values().enums[name] for name, pieces in _PIECES.items() for piece in pieces
}


def enums_answer() -> list[dict[str, Any]]:
    """The JSON list that `/studies/enums` gives, of the types above."""
    return [
        {
            "type": name,
            "values": [
                {"value": value, "legacyValue": label}
                for value, label in registry_values().enums[name].items()
            ],
            "pieces": list(pieces),
        }
        for name, pieces in _PIECES.items()
    ]


def enum_value(piece: str, text: str) -> str | None:
    """The piece's value that `text` names, by value or label and in any case; None when there is none."""
    name = text.strip().casefold()
    for value, label in VALUES_OF_PIECE[piece].items():
        if name in (value.casefold(), label.casefold()):
            return value
    return None
