"""The review's numbers: each recomputed by its own query, with a verdict that follows from the rule."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from mscwatch.review import claims
from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from mscwatch.store.review_claims import recompute


@pytest.mark.parametrize(
    ("rule", "stated", "recomputed", "verdict"),
    [
        ("equal", "9", "9", claims.REPRODUCED),
        ("equal", "9", "11", claims.NOT_REPRODUCED),
        ("equal", "22 trials, 2007 to 2018", "22 trials, 2007 to 2019", claims.NOT_REPRODUCED),
        ("equal", "9", None, claims.UNCHECKED),
        ("range", "16", "16", claims.REPRODUCED),
        ("range", "16", "13", claims.NOT_REPRODUCED),
        ("range", "16", "9 to 13", claims.NOT_REPRODUCED),
        ("range", "16", "17 to 20", claims.NOT_REPRODUCED),
        ("range", "16", "13 to 16", claims.UNCHECKED),
        ("at_least", "1 or more", "1", claims.REPRODUCED),
        ("at_least", "1 or more", "0", claims.NOT_REPRODUCED),
        ("falling", "vein > liver > spleen", "vein 15, liver 7, spleen 2", claims.REPRODUCED),
        ("falling", "vein > liver > spleen", "vein 15, liver 17, spleen 2", claims.NOT_REPRODUCED),
        ("falling", "artery > portal vein", "artery 5, portal vein 5", claims.NOT_REPRODUCED),
        ("none", "321", "9 of the liver", claims.UNCHECKED),
        ("about", "almost 50 %", "46 %", claims.REPRODUCED),
        ("about", "almost 50 %", "44 %", claims.NOT_REPRODUCED),
        ("few", "few", "2 of 10", claims.REPRODUCED),
        ("few", "few", "3 of 10", claims.NOT_REPRODUCED),
    ],
)
def test_a_verdict_follows_from_the_rule(rule, stated, recomputed, verdict):
    assert claims.verdict(rule, stated, recomputed) == verdict


def claim(population="liver", rule="equal", stated="56"):
    return claims.Claim(
        "R4", "trials", "p. 1", "today", stated, rule, population, "SELECT 56", None, "as it is"
    )


def test_a_claim_of_completed_trials_says_so():
    assert claim().population_in_words == "registered MSC trials of the liver"
    completed = replace(claim(), of="SELECT count(*), count(*) FROM trials WHERE is_completed")
    assert completed.population_in_words == "completed MSC trials of the liver"


def test_a_claim_gets_a_verdict_only_from_the_trials_that_it_speaks_of():
    assert claims.judged(claim(), "56", "liver", 60, None) == (claims.REPRODUCED, "as it is")
    assert claims.judged(claim(), "56", "any", 60, None) == (claims.REPRODUCED, "as it is")
    verdict, reason = claims.judged(claim(), "1", "", 1, None)
    assert (verdict, reason) == (
        claims.UNCHECKED,
        "this watch does not hold all registered MSC trials of the liver; the watch msc-liver or msc does",
    )
    verdict, reason = claims.judged(claim("any"), "300", "liver", 300, None)
    assert verdict == claims.UNCHECKED
    assert reason.endswith("the watch msc does")
    assert claims.judged(claim("table"), "56", "", None, None)[0] == claims.REPRODUCED


def test_a_claim_gets_no_verdict_where_more_than_a_third_do_not_state_the_value():
    assert claims.judged(claim(), "56", "liver", 9, 6)[0] == claims.REPRODUCED
    assert claims.judged(claim(), "56", "liver", 9, 5) == (
        claims.UNCHECKED,
        "4 of 9 do not state it; as it is",
    )
    assert claims.judged(claim(), "0", "liver", 0, 0)[0] == claims.UNCHECKED


def test_a_claim_that_cannot_be_checked_says_why():
    assert [one.claim_id for one in claims.load() if one.rule == "none" and not one.reason] == []


def test_every_number_of_the_review_is_among_the_claims():
    told = {one.claim_id.partition("-")[0] for one in claims.load()}
    assert told == {f"T{number}" for number in range(1, 28)} | {f"R{number}" for number in range(1, 7)}


@pytest.mark.slow
def test_each_rows_query_gives_its_value_in_the_published_file(review_warehouse):
    with queries.open_published(DataDir(review_warehouse)) as con:
        told = con.execute("SELECT claim_id, query, recomputed FROM review_claims").fetchall()
        values = {(claim_id, query): con.execute(query).fetchall() for claim_id, query, _ in told}
    assert len(told) == len(list(claims.load())) > 40
    for claim_id, query, recomputed in told:
        ((value,),) = values[claim_id, query]
        assert (None if value is None else str(value)) == recomputed, claim_id


def test_the_verdicts_on_the_table_are_those_that_reading_it_gives(review_warehouse):
    with queries.open_published(DataDir(review_warehouse)) as con:
        told = con.execute("SELECT claim_id, verdict FROM review_claims WHERE scope = 'published'").fetchall()
    by_verdict = {verdict: {name for name, found in told if found == verdict} for _, verdict in told}
    assert by_verdict == {
        claims.REPRODUCED: {
            *(f"T{number}" for number in (*range(1, 11), 14, 15, 16, 18, 19, 20, 21, 23, 24)), "T11-single", "T12-range",
        },
        claims.NOT_REPRODUCED: {
            "T2-printed", "T3-printed", "T11", "T11-range", "T12", "T13", "T17", "T20-menstrual",
        },
        claims.UNCHECKED: {"T22", "T25", "T26"},
    }  # fmt: skip


def test_the_registry_is_counted_as_of_the_review_and_as_of_the_night(review_warehouse):
    with queries.open_published(DataDir(review_warehouse)) as con:
        told = con.execute(
            "SELECT claim_id, scope, recomputed, verdict, as_of::VARCHAR FROM review_claims "
            "WHERE claim_id IN ('R1', 'R3', 'R4') ORDER BY ALL"
        ).fetchall()
    assert told == [
        ("R1", "at_review", "0 to 2", claims.UNCHECKED, "2020-10-06"),
        ("R1", "today", "3", claims.UNCHECKED, "2022-10-06"),
        ("R3", "at_review", "0 to 2", claims.NOT_REPRODUCED, "2020-10-06"),
        ("R3", "today", "3", claims.UNCHECKED, "2022-10-06"),
        ("R4", "at_review", "13", claims.NOT_REPRODUCED, "2020-10-06"),
        ("R4", "today", "14", claims.UNCHECKED, "2022-10-06"),
    ]


def test_another_table_gives_another_verdict_and_leaves_nothing_behind(review_warehouse, tmp_path):
    data_dir = DataDir(tmp_path)
    data_dir.prepare()
    shutil.copy(DataDir(review_warehouse).working, data_dir.working)
    asked = "SELECT recomputed, verdict FROM review_claims WHERE claim_id = 'T6'"
    with working.open_warehouse(data_dir) as con:
        con.execute("UPDATE published_trials SET n_control = 13 WHERE ref_number = 8")
        recompute(con)
        assert con.execute(asked).fetchall() == [("28", claims.NOT_REPRODUCED)]
        con.execute("UPDATE published_trials SET n_control = 12 WHERE ref_number = 8")
        recompute(con)
        assert con.execute(asked).fetchall() == [("27", claims.REPRODUCED)]
        assert con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []


def test_before_the_first_good_night_nothing_is_claimed(tmp_path):
    places = DataDir(tmp_path)
    places.prepare()
    with working.open_warehouse(places) as con:
        assert con.execute("SELECT count(*) FROM review_claims").fetchall() == [(0,)]
