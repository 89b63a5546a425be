"""What trials state of their cells by year, sponsors as parties, and programmes of sibling trials."""

from __future__ import annotations

import pytest

from mscwatch.replica import Snapshot
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from support.orders import run_nights
from support.records import by_id, edited, put, record
from support.review import dated, given

NIGHT = "2022-10-06T09:00:05"


def of(number, text, *, first="2019-03-01", sponsor="A hospital", title=None, count=10, **edits):
    one = edited(edited(record(number), dated(first=first)), given(text))
    protocol = one["protocolSection"]
    protocol["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = sponsor
    protocol["designModule"] = {
        "studyType": "INTERVENTIONAL",
        "enrollmentInfo": {"count": count, "type": "ACTUAL"},
    }
    if title:
        protocol["identificationModule"]["briefTitle"] = title
    for path, value in edits.items():
        one = edited(one, put(f"protocolSection.{path.replace('__', '.')}", value))
    return one


TOLD = "Allogeneic umbilical cord MSC, 1x10^6 cells/kg, once, by a peripheral vein."
OUTCOMES = {
    "outcomesModule__primaryOutcomes": [
        {"measure": "Biodistribution of labelled stem cells", "timeFrame": "1 day"}
    ]
}
TRIALS = [
    of(1, TOLD),
    of(2, "By some way.", armsInterventionsModule__interventions=[{"type": "BIOLOGICAL", "name": "MSC"}]),
    of(3, TOLD.replace("1x10^6", "3x10^6"), first="2021-01-01", **OUTCOMES),
    of(4, TOLD, sponsor="Hospital of the Northern University", count=20),
    of(5, TOLD, sponsor="Northern University Hospital", count=20, title="Long-term follow-up of UC-MSC in liver cirrhosis"),
    of(6, TOLD, sponsor="Cells Co., Ltd."),
    of(7, TOLD, sponsor="CELLS, Inc"),
    of(8, TOLD, sponsor="University of Cells"),
    of(9, TOLD, sponsor="Cells University"),
]  # fmt: skip


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    folder = tmp_path_factory.mktemp("concerns")
    run_nights(folder, [Snapshot(NIGHT, by_id(TRIALS))])
    with queries.open_published(DataDir(folder)) as con:
        yield con


def test_what_is_stated_is_a_curve_over_the_years(con):
    asked = (
        "SELECT concern, year, trials, stating FROM concerns WHERE scope = 'registered' AND share IS NOT NULL"
    )
    found = {
        (concern, year): (trials, stating) for concern, year, trials, stating in con.execute(asked).fetchall()
    }
    assert found["dose", 2019] == (8, 7)
    assert found["donor", 2019] == (8, 7)
    assert found["route", 2021] == (1, 1)
    assert found["tracking", 2019] == (8, 0)
    assert found["tracking", 2021] == (1, 1)
    # a trial that gives cells once has no interval to state
    assert found["interval", 2019] == (1, 0)
    assert ("interval", 2021) not in found


def test_the_spread_of_doses_never_mixes_units(con):
    asked = (
        "SELECT year, dose_unit, trials, dose_lowest, dose_highest FROM concerns "
        "WHERE concern = 'spread of doses' AND scope = 'registered' ORDER BY ALL"
    )
    assert con.execute(asked).fetchall() == [(2019, "cells/kg", 7, 1e6, 1e6), (2021, "cells/kg", 1, 3e6, 3e6)]


def test_table_2_has_no_interval_and_no_tracking(con):
    asked = "SELECT DISTINCT concern FROM concerns WHERE scope = 'published' ORDER BY ALL"
    assert [concern for (concern,) in con.execute(asked).fetchall()] == [
        "donor", "dose", "route", "source", "spread of doses", "times",
    ]  # fmt: skip
    asked = "SELECT sum(trials)::INTEGER, sum(stating)::INTEGER FROM concerns WHERE scope = 'published' AND concern = 'dose'"
    assert con.execute(asked).fetchall() == [(22, 19)]


def test_two_spellings_of_a_sponsor_are_one_party_and_two_universities_are_two(con):
    found = dict(con.execute("SELECT name, party FROM parties").fetchall())
    assert found["Hospital of the Northern University"] == found["Northern University Hospital"]
    assert found["CELLS, Inc"] == found["Cells Co., Ltd."]
    assert found["University of Cells"] == "University of Cells"
    assert found["Cells University"] == "Cells University"


def test_a_follow_up_does_not_count_its_patients_again(con):
    asked = (
        "SELECT nct_ids, follow_ups, participants, participants_as_registered FROM programmes "
        "WHERE list_contains(nct_ids, 'NCT00000004')"
    )
    assert con.execute(asked).fetchall() == [(["NCT00000004", "NCT00000005"], ["NCT00000005"], 20, 40)]


def test_trials_whose_cells_are_not_read_are_no_programme(con):
    asked = "SELECT nct_ids FROM programmes WHERE party = 'A hospital' ORDER BY ALL"
    assert con.execute(asked).fetchall() == [(["NCT00000001", "NCT00000003"],), (["NCT00000002"],)]
