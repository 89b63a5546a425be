"""How sure a reading is, by the place of the record or the rule that gave it: the measured tiers of `tiers.toml`.

`tests/benchmarks/reading.py --tiers` measures them on labelled records. Those of one half, and those that a file of
labels marks, were in sight when the rules were written (`seen`); the others were not (`unseen`). Only these decide,
wherever there are enough readings of a tier.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mscwatch.therapy.terms import Told
from mscwatch.vocabulary import CellType, Confidence

HIGH, MEDIUM = 0.98, 0.90  # shares right
ENOUGH = 10  # unseen readings that decide by themselves
_MANY_VALUES = ("cell_source", "donor", "route", "doses", "aetiology")


@dataclass(frozen=True, slots=True)
class Tier:
    """A kind of reading: how many labelled readings of it there were, and how many were right."""

    field: str
    tier: str
    seen: int
    seen_right: int
    unseen: int
    unseen_right: int

    @property
    def confidence(self) -> Confidence:
        """The confidence by the unseen half; with few of its readings both halves count, and none is high."""
        if self.unseen >= ENOUGH:
            share = self.unseen_right / self.unseen
            return (
                Confidence.HIGH if share >= HIGH else Confidence.MEDIUM if share >= MEDIUM else Confidence.LOW
            )
        right, readings = self.seen_right + self.unseen_right, self.seen + self.unseen
        return Confidence.MEDIUM if readings and right / readings >= MEDIUM else Confidence.LOW


def tier(field: str, told: Told) -> str:
    """The tier of a field's reading: its place or rule, and whether it names several values."""
    several = field in _MANY_VALUES and len(told.values) > 1
    kind = told.values[0] if field == "cell_type" else CellType.MSC
    once = field == "infusions_max" and told.values == ("1",)
    return (
        told.tier
        + (", several" if several else "")
        + ("" if kind == CellType.MSC else ", mixed" if kind == CellType.MIXED else ", another kind")
        + (", one" if once else "")
    )


def confidence(field: str, name: str) -> Confidence:
    """The confidence of a field's readings from a tier; low where the tier was never measured."""
    known = _by_name().get((field, name))
    return known.confidence if known else Confidence.LOW


@cache
def measured() -> tuple[Tier, ...]:
    """The measured tiers, in the order of the file."""
    tables = tomllib.loads((files("mscwatch.therapy") / "tiers.toml").read_text("utf-8"))
    return tuple(Tier(**row) for row in tables.get("tier", ()))


@cache
def _by_name() -> dict[tuple[str, str], Tier]:
    return {(one.field, one.tier): one for one in measured()}
