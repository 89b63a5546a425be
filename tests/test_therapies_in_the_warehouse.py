"""What the cells were, as an analyst finds it beside the trials."""

from __future__ import annotations

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from support.records import edited, record
from support.snapshots import nights
from support.warehouse import rows

pytestmark = pytest.mark.reviewed


def of_cells(one):
    one["protocolSection"]["armsInterventionsModule"] = {
        "interventions": [
            {
                "type": "BIOLOGICAL",
                "name": "UC-MSC",
                "description": "Umbilical cord MSC, 1x10^6 cells/kg, by peripheral vein, 3 times.",
            }
        ]
    }


def off_topic(one):
    one["protocolSection"]["conditionsModule"] = {"conditions": ["Headache"]}
    one["protocolSection"]["identificationModule"]["briefTitle"] = "Aspirin for headache"
    one["protocolSection"]["armsInterventionsModule"] = {
        "interventions": [{"type": "DRUG", "name": "Aspirin"}]
    }


@pytest.fixture
def warehouse(order, first_night):
    """A night on which one trial says what its cells are, one says little, and one is off the topic."""
    told = [edited(record(1), of_cells), record(2), edited(record(3), off_topic)]
    more = [
        edited(told[0], lambda one: one["protocolSection"]["conditionsModule"]["conditions"].append("HBV")),
        *told[1:],
    ]
    with Replica(nights(told, more)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        yield tonight, registry


def test_every_trial_has_a_row_and_lists_are_never_null(warehouse):
    tonight, _ = warehouse
    read = "SELECT nct_id, is_read, cell_type, cell_source, donor, route, infusions_max FROM therapies ORDER BY nct_id"
    assert rows(tonight, read) == [
        ("NCT00000001", True, "msc", ["umbilical_cord"], ["allogeneic"], ["peripheral_vein"], 3),
        ("NCT00000002", True, "msc", ["umbilical_cord"], ["allogeneic"], ["not_stated"], None),
        ("NCT00000003", False, "none", ["not_stated"], ["not_stated"], ["not_stated"], None),
    ]


def test_a_dose_stands_with_its_words_and_where_they_are(warehouse):
    tonight, _ = warehouse
    assert rows(tonight, "SELECT nct_id, dose_low, dose_high, dose_unit FROM doses") == [
        ("NCT00000001", 1e6, 1e6, "cells/kg")
    ]
    ((words, path),) = rows(
        tonight, "SELECT dose_evidence, dose_path FROM therapies WHERE dose_low IS NOT NULL"
    )
    assert "1x10^6 cells/kg" in words
    assert path == "protocolSection.armsInterventionsModule.interventions[0].description"


def test_the_indication_is_the_same_in_trials_and_therapies(warehouse):
    tonight, _ = warehouse
    differ = "SELECT count(*) FROM trials AS t JOIN therapies AS p USING (nct_id) WHERE t.indication_group <> p.indication_group"
    assert rows(tonight, differ) == [(0,)]
    assert rows(tonight, "SELECT DISTINCT indication_group FROM trials WHERE relevance = 'core'") == [
        ("cirrhosis",)
    ]


@pytest.mark.slow
def test_a_new_version_replaces_the_reading(warehouse):
    tonight, registry = warehouse
    assert rows(tonight, "SELECT count(*) FROM therapies") == [(3,)]
    registry.advance()
    run_watch(tonight)
    assert rows(tonight, "SELECT count(*), count(DISTINCT nct_id) FROM therapies") == [(3, 3)]
    assert rows(tonight, "SELECT count(*) FROM doses") == [(1,)]


def test_published_and_registered_trials_stand_side_by_side(warehouse):
    tonight, _ = warehouse
    assert rows(tonight, "SELECT origin, count(*) FROM evidence GROUP BY ALL ORDER BY 1") == [
        ("published", 22),
        ("registered", 2),
    ]
    found = rows(
        tonight,
        "SELECT label FROM evidence WHERE list_contains(cell_source, 'adipose') AND origin = 'published'",
    )
    assert found == [("row 20",)]
