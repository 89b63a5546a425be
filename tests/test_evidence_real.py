"""The evidence on the real records of the topic: what a hepatologist could look up and find the same."""

from __future__ import annotations

from importlib import resources

import pytest

from mscwatch.replica import Snapshot
from mscwatch.screening import relevance
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from support.orders import run_nights
from support.records import by_id, nct_id
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
    asked = (
        "SELECT recomputed, verdict FROM review_claims WHERE claim_id IN ('R5', 'R5-most') ORDER BY claim_id"
    )
    # too many records do not say how often cells are given, to call it the most of all
    assert con.execute(asked).fetchall() == [("9", "reproduced"), ("9", "cannot be checked")]


def test_a_protocol_alone_is_no_result_and_a_paper_of_another_product_waits(real_records, tmp_path):
    """In a watch without rules, which tells of every trial."""
    wanted = {"NCT01640457", "NCT03727971", "NCT04542642", "NCT01768702", "NCT02384499", "NCT03860155"}
    chosen = by_id([one for one in real_records if nct_id(one) in wanted])
    assert chosen.keys() == wanted
    run_nights(
        tmp_path,
        [Snapshot("2026-11-20T09:00:05", chosen)],
        watch='name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n',
    )
    with queries.open_published(DataDir(tmp_path)) as con:
        silent = dict(con.execute("SELECT nct_id, reason FROM completed_without_publication").fetchall())
        asked = "SELECT grade, reason FROM publications WHERE nct_id = 'NCT03860155' AND pmid = '33011075'"
        ((grade, reason),) = con.execute(asked).fetchall()
    assert {trial for trial, words in silent.items() if "only a protocol known" in words} == wanted - {
        "NCT03860155"
    }
    assert grade == "to_confirm"
    assert "of another product" in reason


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
