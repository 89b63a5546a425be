"""The reading scored against records labelled by eye, field by field, every error listed (run with -s to see)."""

from __future__ import annotations

import csv
import math
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from mscwatch.record import record_nct_id
from mscwatch.therapy import NOT_STATED, read_record

LIVER = Path(__file__).parents[2] / "shared" / "gold" / "therapy_labels.csv"
OTHER = Path(__file__).with_name("labels_other.csv")  # MSC records of other diseases

# Least F1 over the labelled records: at what is reached, less one error (liver), less a few (other diseases).
THRESHOLDS = {
    LIVER: {
        "indication_group": 0.98,
        "aetiology": 0.97,
        "cell_source": 0.98,
        "donor": 0.98,
        "product_form": 0.98,
        "route": 0.98,
        "doses": 0.96,
        "infusions_max": 0.96,
    },
    OTHER: {
        "cell_source": 0.96,
        "donor": 0.97,
        "product_form": 0.98,
        "route": 0.96,
        "doses": 0.96,
        "infusions_max": 0.91,  # these labels leave a single session open, which the later ones count as 1
    },
}


def labelled(row, field):
    """The labelled values of a field; nothing where it is not stated."""
    if field != "doses":
        return set(row[field].split(";")) - {NOT_STATED}
    items = [item.split() for item in row["doses"].split(" | ")] if row["doses"] != NOT_STATED else []
    numbers = [(number.partition("-"), unit) for number, unit in items]
    return {(float(low), float(high or low), unit) for (low, _, high), unit in numbers}


def found(therapy, field):
    value = getattr(therapy, field)
    if field == "doses":
        return {(level.low, level.high, level.unit) for level in value}
    if field == "infusions_max":
        return {str(value)} if value else set()
    return set((value,) if isinstance(value, str) else value) - {NOT_STATED}


def measures(counts):
    """Precision, recall and F1 from counts of right, missed and wrong values."""
    precision = counts["right"] / (counts["right"] + counts["wrong"] or 1)
    recall = counts["right"] / (counts["right"] + counts["missed"] or 1)
    return precision, recall, 2 * precision * recall / (precision + recall or 1)


def wilson(right, of, z=1.96):
    """The 95 % interval of a share."""
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def rows(path):
    lines = (line for line in path.open(encoding="utf-8", newline="") if not line.startswith("#"))
    return {row["nct_id"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def readings(real_records):
    """Per table of labels: each labelled record that is at hand, with its labels and its reading."""
    by_id = {record_nct_id(one): one for one in real_records}
    return {
        path: [
            (row, by_id[number], read_record(by_id[number]))
            for number, row in rows(path).items()
            if number in by_id
        ]
        for path in THRESHOLDS
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("path", "field"),
    [(path, field) for path, fields in THRESHOLDS.items() for field in fields],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_the_reading_agrees_with_the_labels(readings, path, field):
    if not readings.get(path):
        pytest.skip(f"no labels at {path}, or none of their records at hand")
    counts, exact, errors = Counter(), 0, []
    told = [(row, therapy) for row, _, therapy in readings[path] if row[field]]
    for row, therapy in told:
        expected, got = labelled(row, field), found(therapy, field)
        counts.update(right=len(expected & got), missed=len(expected - got), wrong=len(got - expected))
        exact += expected == got
        if expected != got:
            spans = [seen.span for seen in therapy.evidence.get(field, ())]
            errors.append(f"  {row['nct_id']}: labelled {sorted(expected)}, read {sorted(got)} from {spans}")
    precision, recall, f1 = measures(counts)
    low, high = wilson(exact, len(told))
    summary = (
        f"{path.stem} {field}: exact {exact}/{len(told)} (95 % {low:.3f} to {high:.3f}), "
        f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"
    )
    print("\n".join([summary, *errors]))
    assert f1 >= THRESHOLDS[path][field], "\n".join([summary, *errors])


def test_what_a_reading_rests_on_stands_in_the_record(readings):
    for _, one, therapy in chain.from_iterable(readings.values()):
        for field, evidence in therapy.evidence.items():
            for seen in evidence:
                assert seen.span in at(one, seen.path), (therapy.nct_id, field, seen)


@pytest.mark.slow
def test_every_record_is_read_without_an_error(real_records):
    for one in real_records[::6]:
        therapy = read_record(one)
        assert therapy.cell_source
        assert therapy.donor
        assert therapy.route
        assert all(level.unit and level.low <= level.high for level in therapy.doses)


def at(one, path):
    """The text at a path such as protocolSection.armsInterventionsModule.interventions[0].name."""
    for key in path.replace("[", ".").replace("]", "").split("."):
        one = one[int(key)] if isinstance(one, list) else one[key]
    return one
