"""How sure a reading is, by the place of the record or the rule that gave it: the measured tiers of `tiers.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from mscwatch.vocabulary import Confidence


def confidence(field: str, tier: str) -> Confidence:
    """The confidence of a field's readings from a tier; low where the tier was never measured."""
    return _measured().get((field, tier), Confidence.LOW)


@cache
def _measured() -> dict[tuple[str, str], Confidence]:
    tables = tomllib.loads((files("mscwatch.therapy") / "tiers.toml").read_text("utf-8"))
    return {(row["field"], row["tier"]): Confidence(row["confidence"]) for row in tables.get("tier", ())}
