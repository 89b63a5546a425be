"""Does the packaged query find what people labelled as the topic? Measured on the real records at hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mscwatch.record import record_nct_id
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Snapshot
from mscwatch.screening import relevance
from mscwatch.watches import load_watch

FACTS = Path(__file__).parents[2] / "shared" / "review" / "registry_facts.csv"


@pytest.fixture(scope="module")
def registry(real_records):
    with Replica(
        [Snapshot("2022-10-06T09:00:05", {record_nct_id(one): one for one in real_records})]
    ) as running:
        yield running


def matched(registry, name):
    client = Client(registry.url, Politeness("test python-requests", min_interval=0))
    return [one for page in client.pages(load_watch(name).query.parameters(), 1000) for one in page.records]


def labelled(real_records):
    if not FACTS.exists():
        pytest.skip(f"no labels at {FACTS}")
    at_hand = {record_nct_id(one) for one in real_records}
    rows = [row for row in csv.DictReader(FACTS.open(encoding="utf-8")) if row["nct_id"] in at_hand]
    return {row["nct_id"]: row["label"] for row in rows}


@pytest.mark.parametrize("name", ["msc-liver", "cell-therapy-liver"])
def test_every_trial_labelled_positive_is_found(registry, real_records, name):
    positive = {one for one, label in labelled(real_records).items() if label == "positive"}
    assert len(positive) >= 30
    assert positive - {record_nct_id(one) for one in matched(registry, name)} == set()


def test_what_the_query_finds_is_mostly_the_topic(registry, real_records, capsys):
    found = matched(registry, "msc-liver")
    core = [one for one in found if relevance.read(one, "msc-liver").relevance in {"core", "unsure"}]
    labels = labelled(real_records)
    wrong = [record_nct_id(one) for one in core if labels.get(record_nct_id(one), "").startswith("negative")]
    with capsys.disabled():
        print(
            f"\n[recall] msc-liver finds {len(found)} of {len(real_records)}, {len(core)} told, {wrong} labelled negative"
        )
    assert len(core) / len(found) > 0.9
    assert wrong == []


def test_what_is_told_of_all_records_is_what_the_query_finds(registry, real_records):
    """No record that our rules call core is missed by the query."""
    core = {
        record_nct_id(one)
        for one in real_records
        if relevance.read(one, "msc-liver").relevance in {"core", "unsure"}
    }
    assert core - {record_nct_id(one) for one in matched(registry, "msc-liver")} == set()
