"""A therapy as rows of `therapies` and `doses`. Pure."""

from __future__ import annotations

from typing import Any

import orjson

from mscwatch.therapy.model import Therapy
from mscwatch.vocabulary import Confidence

FIELDS = (
    "cell_type", "cell_source", "donor", "product_form", "modification", "route", "infusions_max", "interval_days",
    "area", "indication_group", "aetiology",
)  # fmt: skip
_WITHOUT_WORDS = ("cell_types", "product_forms", "corrected")  # the words are those of the singular
_RANK = tuple(Confidence)  # high, medium, low


def therapy_row(therapy: Therapy, *, is_read: bool) -> dict[str, Any]:
    """One row of `therapies`: each field with its first evidence, and the lowest confidence of all stated fields."""
    row: dict[str, Any] = {"nct_id": therapy.nct_id, "is_read": is_read}
    for name in FIELDS:
        value = getattr(therapy, name)
        row[name] = list(value) if isinstance(value, tuple) else value
        row |= _evidence(therapy, name, name)
    row |= {name: list(getattr(therapy, name)) for name in _WITHOUT_WORDS}
    return row | _dose(therapy) | _evidence(therapy, "doses", "dose") | _certainty(therapy)


def dose_rows(therapy: Therapy) -> list[dict[str, Any]]:
    """One row of `doses` for each dose level."""
    return [
        {
            "nct_id": therapy.nct_id,
            "arm": level.arm,
            "dose_low": level.low,
            "dose_high": level.high,
            "dose_unit": level.unit,
            "evidence": level.evidence,
            "path": level.path,
        }
        for level in therapy.doses
    ]


def _dose(therapy: Therapy) -> dict[str, Any]:
    """The range over all levels that have the unit of the first one."""
    if not therapy.doses:
        return {"dose_low": None, "dose_high": None, "dose_unit": None}
    unit = therapy.doses[0].unit
    levels = [level for level in therapy.doses if level.unit == unit]
    return {
        "dose_low": min(level.low for level in levels),
        "dose_high": max(level.high for level in levels),
        "dose_unit": unit,
    }


def _evidence(therapy: Therapy, name: str, prefix: str) -> dict[str, Any]:
    first = next(iter(therapy.evidence.get(name, ())), None)
    return {
        f"{prefix}_evidence": first.span if first else None,
        f"{prefix}_path": first.path if first else None,
    }


def _certainty(therapy: Therapy) -> dict[str, Any]:
    rules = {name: [one.rule for one in seen] for name, seen in therapy.evidence.items()}
    least = max(therapy.confidences.values(), key=_RANK.index, default=None)
    return {
        "confidence": least,
        "confidences": dict(therapy.confidences),
        "rules": orjson.dumps(rules).decode(),
    }
