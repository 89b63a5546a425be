"""Corrections by a person, and the review's printed rows, which the same code reads."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from mscwatch.errors import ConfigError
from mscwatch.therapy import (
    Therapy,
    overrides,
    read_printed,
)

SEEDS = Path(__file__).parents[1] / "warehouse" / "seeds" / "published_trials.csv"


def test_a_correction_wins_and_is_visible():
    correction = {
        "field": "cell_source",
        "value": ["skin"],
        "reason": "the protocol says so",
        "date": date(2026, 1, 2),
    }
    found = overrides.corrected(Therapy("NCT00000001"), [correction])
    assert found.cell_source == ("skin",)
    assert found.evidence["cell_source"][0].rule == "override: the protocol says so"


@pytest.mark.parametrize(
    "change",
    [
        {"field": "colour"},
        {"value": "leather"},
        {"field": "doses", "value": 3},
        {"field": "infusions_max", "value": "three"},
    ],
)
def test_a_correction_of_nothing_is_refused(change):
    correction = {
        "field": "cell_source",
        "value": ["skin"],
        "reason": "why",
        "date": date(2026, 1, 2),
    } | change
    with pytest.raises(ConfigError):
        overrides.corrected(Therapy("NCT00000001"), [correction])


def test_a_correction_without_a_reason_is_refused():
    with pytest.raises(ConfigError, match="reason"):
        overrides.corrected(
            Therapy("NCT00000001"), [{"field": "route", "value": ["other"], "date": date(2026, 1, 2)}]
        )


def test_a_corrected_dose_is_a_dose():
    value = [{"low": 1e6, "high": 2e6, "unit": "cells/kg"}]
    correction = {"field": "doses", "value": value, "reason": "why", "date": date(2026, 1, 2)}
    (level,) = overrides.corrected(Therapy("NCT00000001"), [correction]).doses
    assert (level.low, level.high, level.unit) == (1e6, 2e6, "cells/kg")


# The review's table

PRINTED = list(csv.DictReader(SEEDS.open(encoding="utf-8", newline=""))) if SEEDS.is_file() else []

PRINTED = list(csv.DictReader(SEEDS.open(encoding="utf-8", newline=""))) if SEEDS.is_file() else []


def printed(row, *, judged=True):
    cells = (row[f"{name}_as_printed"] for name in ("source", "route", "dose", "disease"))
    return read_printed(*cells, row=int(row["review_row"]) if judged else None)


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"row-{row['review_row']}")
def test_a_printed_row_gives_its_normalised_columns(row):
    found = printed(row)
    assert set(found.cell_source) == set(row["cell_source"].split(";"))
    assert found.donor == tuple(row["donor"].split(";"))
    assert set(found.route) == set(row["route"].split(";"))
    dose = [(level.low, level.high, level.unit) for level in found.doses]
    assert dose == (
        [(float(row["dose_low"]), float(row["dose_high"]), row["dose_unit"])] if row["dose_low"] else []
    )
    assert found.indication_group == row["indication_group"]
    assert found.aetiology == tuple(row["aetiology"].split(";"))


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"row-{row['review_row']}")
def test_source_donor_route_and_dose_need_no_judgement(row):
    judged, read_alone = printed(row), printed(row, judged=False)
    for name in ("cell_source", "donor", "route", "doses"):
        assert getattr(read_alone, name) == getattr(judged, name)


def test_the_judgements_are_visible():
    judged = {
        int(row["review_row"])
        for row in PRINTED
        for seen in printed(row).evidence.values()
        if seen[0].rule.startswith("override: ")
    }
    assert judged == {4, 5, 6, 7, 9, 12, 17, 18, 20, 22}
