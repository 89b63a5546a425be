"""Confidence is what was measured: the tiers file, what it decides, and that it is what labels give today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mscwatch.therapy import tiers
from mscwatch.therapy.tiers import Tier
from mscwatch.vocabulary import Confidence
from support.therapy import trial

SHARED = Path(__file__).parents[2] / "shared"
BENCHMARK = Path(__file__).with_name("benchmarks") / "reading.py"
MEASURED = Path(tiers.__file__).with_name("tiers.toml")


@pytest.mark.parametrize(
    ("seen", "unseen", "confidence"),
    [
        ((100, 100), (100, 98), Confidence.HIGH),
        ((100, 100), (100, 97), Confidence.MEDIUM),
        ((100, 100), (100, 89), Confidence.LOW),
        ((100, 100), (5, 5), Confidence.MEDIUM),  # too few unseen ones for high
        ((5, 4), (5, 4), Confidence.LOW),
        ((0, 0), (0, 0), Confidence.LOW),
    ],
)
def test_the_unseen_half_decides(seen, unseen, confidence):
    assert Tier("route", "in the product", *seen, *unseen).confidence is confidence


def test_no_more_is_right_than_was_read():
    assert tiers.measured()
    for one in tiers.measured():
        assert 0 <= one.seen_right <= one.seen
        assert 0 <= one.unseen_right <= one.unseen


def test_every_value_has_the_confidence_of_its_tier():
    therapy = trial(how="1x10^6 cells/kg, by vein, 3 times, every 2 weeks")
    assert therapy.confidences.keys() == therapy.tiers.keys()
    for field, tier in therapy.tiers.items():
        assert therapy.confidences[field] is tiers.confidence(field, tier)


def test_a_tier_that_nobody_measured_is_low():
    assert tiers.confidence("route", "from a dream") is Confidence.LOW


@pytest.mark.slow
def test_the_file_is_what_the_labels_give(tmp_path):
    gold, records = SHARED / "gold", SHARED / "records"
    if not gold.is_dir():
        pytest.skip(f"no labels at {gold}")
    made = tmp_path / "tiers.toml"
    labels = [*sorted(gold.glob("*.csv")), *sorted(BENCHMARK.parents[1].glob("labels_*.csv"))]
    order = [
        sys.executable,
        BENCHMARK,
        "--tiers",
        made,
        "--records",
        *sorted(records.glob("*.gz")),
        "--labels",
        *labels,
    ]
    subprocess.run(list(map(str, order)), check=True, capture_output=True)
    assert made.read_text() == MEASURED.read_text()
