"""The registry's enumerations, as far as the replica needs them: `/studies/enums` and checks of queries."""

from __future__ import annotations

from typing import Any

from mscwatch.record import registry_values
from mscwatch.replica.vocabulary import ENUM_PIECES

# The type of each piece that is not named like it. Those of dates are only listed: no query asks for them.
_TYPES = {
    "LeadSponsorClass": "AgencyClass",
    "OverallStatus": "Status",
    "LastKnownStatus": "Status",
    "LocationStatus": "RecruitmentStatus",
    "StdAge": "StandardAge",
    "StartDateType": "DateType",
    "PrimaryCompletionDateType": "DateType",
    "CompletionDateType": "DateType",
    "LastUpdatePostDateType": "DateType",
}
# Each value with the label that the old site printed for it.
VALUES_OF_PIECE = {
    piece: registry_values().enums[_TYPES.get(piece, piece)] for piece in (*ENUM_PIECES, *_TYPES)
}


def enums_answer() -> list[dict[str, Any]]:
    """The JSON list that `/studies/enums` gives, of the types of these pieces."""
    listed: dict[str, dict[str, Any]] = {}
    for piece, labels in VALUES_OF_PIECE.items():
        values = [{"value": value, "legacyValue": label} for value, label in labels.items()]
        name = _TYPES.get(piece, piece)
        listed.setdefault(name, {"type": name, "values": values, "pieces": []})["pieces"].append(piece)
    return list(listed.values())


def enum_value(piece: str, text: str) -> str | None:
    """The piece's value that `text` names, by value or label and in any case; None when there is none."""
    name = text.strip().casefold()
    for value, label in VALUES_OF_PIECE[piece].items():
        if name in (value.casefold(), label.casefold()):
            return value
    return None
