"""The registry's enumerations, as far as the replica needs them: `/studies/enums` and checks of queries."""

from __future__ import annotations

from typing import Any

_SITE_STATUS = {
    "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
    "COMPLETED": "Completed",
    "ENROLLING_BY_INVITATION": "Enrolling by invitation",
    "NOT_YET_RECRUITING": "Not yet recruiting",
    "RECRUITING": "Recruiting",
    "SUSPENDED": "Suspended",
    "TERMINATED": "Terminated",
    "WITHDRAWN": "Withdrawn",
    "AVAILABLE": "Available",
}
STATUS = _SITE_STATUS | {
    "NO_LONGER_AVAILABLE": "No longer available",
    "TEMPORARILY_NOT_AVAILABLE": "Temporarily not available",
    "APPROVED_FOR_MARKETING": "Approved for marketing",
    "WITHHELD": "Withheld",
    "UNKNOWN": "Unknown status",
}
_SPONSOR = ("NIH", "FED", "OTHER_GOV", "INDIV", "INDUSTRY", "NETWORK", "AMBIG", "OTHER", "UNKNOWN")
_REAL_OR_PLANNED = {"ACTUAL": "Actual", "ESTIMATED": "Estimated"}

# Name of the type, the pieces that use it, and each value with the label the old site printed for it.
ENUMS: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
    ("AgencyClass", ("LeadSponsorClass",), {name: name for name in _SPONSOR}),
    ("Status", ("OverallStatus", "LastKnownStatus"), STATUS),
    ("RecruitmentStatus", ("LocationStatus",), _SITE_STATUS),
    (
        "DateType",
        ("StartDateType", "PrimaryCompletionDateType", "CompletionDateType", "LastUpdatePostDateType"),
        _REAL_OR_PLANNED,
    ),
    ("EnrollmentType", ("EnrollmentType",), _REAL_OR_PLANNED),
    (
        "StudyType",
        ("StudyType",),
        {
            "EXPANDED_ACCESS": "Expanded Access",
            "INTERVENTIONAL": "Interventional",
            "OBSERVATIONAL": "Observational",
        },
    ),
    (
        "Phase",
        ("Phase",),
        {
            "NA": "Not Applicable",
            "EARLY_PHASE1": "Early Phase 1",
            "PHASE1": "Phase 1",
            "PHASE2": "Phase 2",
            "PHASE3": "Phase 3",
            "PHASE4": "Phase 4",
        },
    ),
    (
        "DesignAllocation",
        ("DesignAllocation",),
        {"RANDOMIZED": "Randomized", "NON_RANDOMIZED": "Non-Randomized", "NA": "N/A"},
    ),
    (
        "ArmGroupType",
        ("ArmGroupType",),
        {
            "EXPERIMENTAL": "Experimental",
            "ACTIVE_COMPARATOR": "Active Comparator",
            "PLACEBO_COMPARATOR": "Placebo Comparator",
            "SHAM_COMPARATOR": "Sham Comparator",
            "NO_INTERVENTION": "No Intervention",
            "OTHER": "Other",
        },
    ),
    (
        "InterventionType",
        ("InterventionType",),
        {
            "BEHAVIORAL": "Behavioral",
            "BIOLOGICAL": "Biological",
            "COMBINATION_PRODUCT": "Combination Product",
            "DEVICE": "Device",
            "DIAGNOSTIC_TEST": "Diagnostic Test",
            "DIETARY_SUPPLEMENT": "Dietary Supplement",
            "DRUG": "Drug",
            "GENETIC": "Genetic",
            "PROCEDURE": "Procedure",
            "RADIATION": "Radiation",
            "OTHER": "Other",
        },
    ),
    ("Sex", ("Sex",), {"FEMALE": "Female", "MALE": "Male", "ALL": "All"}),
    ("StandardAge", ("StdAge",), {"CHILD": "Child", "ADULT": "Adult", "OLDER_ADULT": "Older Adult"}),
    (
        "ReferenceType",
        ("ReferenceType",),
        {"BACKGROUND": "background", "RESULT": "result", "DERIVED": "derived"},
    ),
)

VALUES_OF_PIECE = {piece: values for _, pieces, values in ENUMS for piece in pieces}


def enums_answer() -> list[dict[str, Any]]:
    """The list that `/studies/enums` gives, of the types above."""
    return [
        {
            "type": name,
            "values": [{"value": value, "legacyValue": label} for value, label in values.items()],
            "pieces": list(pieces),
        }
        for name, pieces, values in ENUMS
    ]


def enum_value(piece: str, words: str) -> str | None:
    """The value of the piece that `words` name, by value or label and in any case; None if there is none."""
    wanted = words.strip().casefold()
    for value, label in VALUES_OF_PIECE[piece].items():
        if wanted in (value.casefold(), label.casefold()):
            return value
    return None
