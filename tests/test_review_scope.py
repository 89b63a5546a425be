"""Which watch shows the review and answers its claims, and the watch of MSC for any disease."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mscwatch.changes.plan import is_alert
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.screening.relevance import read
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import Area, Relevance
from mscwatch.watch import Alerts
from mscwatch.watches import load_watch, packaged, review_topic
from support.news import item
from support.orders import TABLE, order_for, write_watch
from support.records import by_id, edited, put, record, set_status
from support.snapshots import nights

ALL = 'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n'
RULES = '[relevance]\nrules = "msc-liver"\n'


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ('extends = "msc-liver"\n', "liver"),
        ('extends = "msc-liver"\nname = "mine"\n[expect]\nmin = 1\n', "liver"),
        ('extends = "msc-liver"\nbanner = "DEMO"\n', ""),
        ('extends = "msc-liver"\n[query]\nterm = "NCT02223897"\n', ""),
        ('extends = "msc-liver"\n[relevance]\nrules = "none"\n', ""),
        ('extends = "msc"\n', "any"),
        ('extends = "cell-therapy-liver"\n', ""),
        (ALL + RULES, "liver"),
        (ALL, ""),
    ],
)
def test_a_watch_answers_the_claims_whose_trials_it_holds(tmp_path, text, topic):
    assert review_topic(load_watch(str(write_watch(tmp_path, text)))) == topic


def test_which_packaged_watches_show_table_2():
    assert {name for name in packaged() if load_watch(name).review.table} == {"msc-liver", "msc"}


def shown(folder):
    counted = {}
    with queries.open_published(DataDir(folder)) as con:
        for query in (
            "published_trials",
            "review_notes",
            "contradictions",
            "review_claims",
            "publications WHERE review_row IS NOT NULL",
            "evidence WHERE origin = 'published'",
            "papers WHERE found_by = 'review'",
            "published_without_registration",
            "figures WHERE scope = 'published'",
        ):
            counted[query] = len(con.execute(f"FROM {query}").fetchall())
    return counted


@pytest.mark.slow
def test_review_data_stay_with_the_review(tmp_path):
    """And come back, and go, when the key of the watch file is edited."""
    with Replica(nights([record(1)])) as registry:
        for text, is_shown in ((ALL, False), (ALL + TABLE, True), (ALL, False)):
            order = order_for(
                registry.url, write_watch(tmp_path, text), data_dir=tmp_path / "data", report=True
            )
            assert run_watch(order).error is None
            counted = shown(tmp_path / "data")
            assert {query for query, rows in counted.items() if bool(rows) is not is_shown} == set(), counted
            page = (tmp_path / "data" / "report.html").read_text()
            assert ("not about the review's topic" in page) is not is_shown


def of_disease(number, name, product="UC-MSC"):
    titled = {"identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": f"{product} in {name}"}}
    given = {"armsInterventionsModule": {"interventions": [{"type": "BIOLOGICAL", "name": product}]}}
    return record(number, **titled, **given, conditionsModule={"conditions": [name]})


@pytest.mark.parametrize(
    ("one", "relevance"),
    [
        (of_disease(1, "gonarthrosis"), Relevance.CORE),
        (of_disease(1, "cirrhosis"), Relevance.CORE),
        (of_disease(1, "gonarthrosis", "Stem cells"), Relevance.ADJACENT),
        (of_disease(1, "gonarthrosis", "CAR-T cells"), Relevance.ADJACENT),
        (of_disease(1, "gonarthrosis", "Aspirin"), Relevance.OFF),
        (
            edited(
                of_disease(1, "gonarthrosis", "Cells"),
                put("protocolSection.descriptionModule.briefSummary", "Mesenchymal stem cells are given."),
            ),
            Relevance.UNSURE,
        ),
        (of_disease(1, "mesenchymal chondrosarcoma", "Aspirin"), Relevance.OFF),
    ],
)
def test_the_rules_of_the_watch_msc_ask_for_the_product_alone(one, relevance):
    found = read(one, "msc")
    assert found.relevance is relevance, found.reason


def test_only_trials_of_the_named_areas_are_told():
    event = item().event
    liver = Alerts(areas=(Area.LIVER,))
    assert is_alert(event, "core", Area.LIVER, liver)
    assert not is_alert(event, "core", Area.NEURO, liver)
    assert not is_alert(event, "core", None, liver)
    assert is_alert(event, "core", None, Alerts())
    assert not is_alert(replace(event, is_baseline=True), "core", Area.LIVER, liver)


@pytest.mark.slow
def test_a_night_of_the_watch_msc_tells_of_the_liver_alone(tmp_path):
    before = [of_disease(1, "cirrhosis"), of_disease(2, "gonarthrosis")]
    after = [edited(one, set_status("COMPLETED")) for one in before]
    watch = write_watch(tmp_path, 'extends = "msc"\n[expect]\nmin = 1\nsentinels = []\n')
    with Replica(nights(before, after)) as registry:
        order = order_for(registry.url, watch, data_dir=tmp_path / "data")
        assert run_watch(order).error is None
        registry.advance()
        told = run_watch(order)
    assert dict(told.events) == {"completed": 2}
    assert [entry.event.nct_id for entry in told.news.items] == ["NCT00000001"]
    assert by_id(after).keys() == {"NCT00000001", "NCT00000002"}
    with queries.open_published(DataDir(tmp_path / "data")) as con:
        figure = "SELECT sum(trials)::INTEGER, any_value(of_trials) FROM figure_{} WHERE scope = 'today'"
        assert con.execute(figure.format("1")).fetchall() == [(2, 2)]
        assert con.execute(figure.format("2b")).fetchall() == [(1, 1)]
