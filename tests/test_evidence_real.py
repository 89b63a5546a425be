"""The evidence on the real records of the topic: what a hepatologist could look up and find the same."""

from __future__ import annotations

from importlib import resources

import pytest

from mscwatch.screening import relevance
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from support.review import AFTER, make_warehouse

EXAMPLES = resources.files("mscwatch.warehouse") / "examples"


def of_topic(one):
    return "esenchym" in str(one) and relevance.read(one, "msc-liver").relevance in {"core", "unsure"}


@pytest.fixture(scope="module")
def topic(real_records):
    return [one for one in real_records if of_topic(one)]


@pytest.fixture(scope="module")
def con(tmp_path_factory, topic):
    folder = make_warehouse(tmp_path_factory.mktemp("real"), (AFTER, topic))
    with queries.open_published(DataDir(folder)) as connection:
        yield connection


def test_the_registry_is_cut_at_the_day_of_first_posting(con, topic):
    posted = [one["protocolSection"]["statusModule"]["studyFirstPostDateStruct"]["date"] for one in topic]
    early = sum(day <= "2020-10-06" for day in posted)
    assert con.execute("SELECT count(*) FROM trials_at_review").fetchall() == [(early,)]
    assert con.execute("SELECT sum(trials) FROM figure_2b WHERE scope = 'at_review'").fetchall() == [(early,)]
    since = con.execute("SELECT count(*) FROM changed_since_review WHERE what = 'registered'").fetchall()
    assert since == [(len(posted) - early,)]


def test_row_15s_product_went_on_to_a_trial_in_the_united_states(con):
    asked = (EXAMPLES / "33_same_product_as_row_15.sql").read_text("utf-8")
    assert {row[0] for row in con.execute(asked).fetchall()} == {"NCT01875081", "NCT03838250"}


def test_the_nine_injections_are_in_the_record(con):
    asked = "SELECT recomputed, verdict FROM review_claims WHERE claim_id IN ('R5', 'R5-most')"
    assert con.execute(asked).fetchall() == [("9", "reproduced")] * 2


def test_papers_of_others_do_not_end_the_silence(con):
    asked = "SELECT papers_to_confirm FROM completed_without_publication WHERE nct_id = 'NCT01220492'"
    assert con.execute(asked).fetchall() == [(["PMID 17903050", "PMID 22320928"],)]
    stopped = "SELECT state FROM results_due WHERE nct_id = 'NCT01342250' AND clock = 'silence'"
    assert con.execute(stopped).fetchall() == [("overdue",)]


def test_no_state_and_no_contradiction_is_without_its_words(con):
    assert con.execute("SELECT nct_id FROM results_due WHERE coalesce(reason, '') = ''").fetchall() == []
    assert (
        con.execute("SELECT subject FROM contradictions WHERE contrary IS NULL OR source IS NULL").fetchall()
        == []
    )
