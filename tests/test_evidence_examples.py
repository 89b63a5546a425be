"""The analysts' questions about the review's table, its claims and what is due, answered on the demo's three nights.

As in test_examples: the answers are computed here in plain Python from the sample's records, or were found by reading.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from mscwatch import therapy
from mscwatch.replica.demo import demo_nights
from support.demo import LAST
from support.demo_facts import CORE, DAY, LINKED, NOW, TABLE, grouped, whole

REVIEWED = dt.date(2020, 10, 6)
RECORDS = {nct_id: record for each in demo_nights() for nct_id, record in each.records.items()}
SOURCES = {t.nct_id: therapy.read_record(RECORDS[t.nct_id]).cell_source for t in CORE}
SURE = {t.nct_id for row, t in LINKED if row["link_confidence"] == "high"}
EARLY = [t for t in CORE if t.posted <= REVIEWED]


def published(trial):
    return trial.nct_id in SURE or any(paper["type"] == "DERIVED" for paper in trial.references)


def primary_end(trial):
    status = RECORDS[trial.nct_id]["protocolSection"]["statusModule"]
    return whole(status.get("primaryCompletionDateStruct", {}).get("date"))


def a_year_after(day):
    first = dt.date(day.year + 1, day.month, 1)
    return min(first + (day.day - 1) * DAY, (first + 31 * DAY).replace(day=1) - DAY)


def test_33_same_product_as_row_15(answers):
    assert answers(33, "nct_id") == [("NCT03838250",)]


def test_34_sources_per_year(answers):
    counted = Counter((t.posted.year, source) for t in CORE for source in SOURCES[t.nct_id])
    expected = [(*key, trials) for key, trials in counted.items()]
    assert answers(34) == sorted(expected, key=lambda row: (row[0], -row[2], row[1]))


def test_35_silent_by_sponsor_class(answers):
    silent = [t for t in CORE if t.status == "COMPLETED" and not t.has_results and not published(t)]
    rows = [
        (kind, len(ts), sum(t.size for t in ts))
        for kind, ts in grouped(silent, lambda t: t.sponsor_class).items()
    ]
    found = answers(35, "lead_sponsor_class", "trials", "participants")
    assert found == sorted(rows, key=lambda row: (-row[1], row[0]))
    assert len(silent) == 4


def test_36_claims_not_reproduced(answers):
    assert answers(36, "claim_id", "recomputed") == [
        ("T11", "11 trials, 0.1-3×10^6/kg"),
        ("T11-range", "10"),
        ("T12", "8 trials, 1-45×10^7"),
        ("T13", "3"),
        ("T17", "1×10^7 to 4.5×10^8"),
        ("T2-printed", "13 cirrhosis, 4 liver failure, 3 transplantation"),
        ("T20-menstrual", "0"),
        ("T3-printed", "3"),
    ]


def test_37_since_the_review(answers):
    found = {(what, before, after): set(ids) for what, before, after, _, ids in answers(37)}
    news = {t.nct_id for t in CORE if t.posted > REVIEWED}
    assert set.union(*(ids for (what, *_), ids in found.items() if what == "registered")) == news
    updated = {t.nct_id for t in EARLY if t.updated > REVIEWED}
    assert found["record", None, "updated"] == updated
    assert found["results", "none", "posted"] == {
        t.nct_id for t in EARLY if t.results and t.results > REVIEWED
    }
    assert found["status", None, "COMPLETED"] == {"NCT03254758"}
    assert found["status", "RECRUITING", "UNKNOWN"] == {"NCT02957552", "NCT03668171"}


def test_38_table_against_registry(answers):
    found = answers(38)
    sizes = [
        (int(row["review_row"]), t.nct_id, int(row["n_treated"]) + int(row["n_control"]), t.size)
        for row, t in LINKED
        if row["link_confidence"] == "high"
    ]
    actual = {
        nct_id
        for nct_id, one in RECORDS.items()
        if one["protocolSection"]["designModule"].get("enrollmentInfo", {}).get("type") == "ACTUAL"
    }
    expected = [row[:2] for row in sizes if row[2] != row[3] and row[1] in actual]
    assert [row[:2] for row in found if row[2] == "size"] == expected
    assert (2, "NCT00420134", "design", "No control group", "registered as randomized") in found


def test_39_most_overdue(answers):
    over = [
        (t.nct_id, a_year_after(primary_end(t)))
        for t in CORE
        if t.kind == "INTERVENTIONAL"
        and t.size
        and t.status in {"COMPLETED", "TERMINATED"}
        and not t.has_results
    ]
    over = [(nct_id, due, (LAST - due).days) for nct_id, due in over if due < LAST]
    found = answers(39, "nct_id", "due_on", "days_overdue")
    assert found == sorted(over, key=lambda row: (-row[2], row[0]))
    assert len(found) == 7


def test_40_clocks_and_states(answers):
    found = answers(40)
    assert [row[0] for row in found] == ["fdaaa", "silence", "who_publication", "who_results"]
    assert {sum(row[1:]) for row in found} == {len(CORE)}
    assert [row[1] for row in found] == [0, 3, 4, 7]


def test_41_doses_beyond_the_table(answers):
    assert answers(41) == []  # the sample has no descriptions; with one, see test_evidence_review


def test_42_sources_side_by_side(answers):
    def shares(sources):
        counted = Counter(source for trial in sources for source in trial)
        return {source: round(100 * trials / len(sources)) for source, trials in counted.items()}

    columns = [
        shares([row["cell_source"].split(";") for row in TABLE]),
        shares([SOURCES[t.nct_id] for t in EARLY]),
        shares([SOURCES[t.nct_id] for t in CORE]),
    ]
    found = {category: values for category, *values in answers(42)}
    assert found == {source: [column.get(source) for column in columns] for source in set().union(*columns)}


@pytest.mark.parametrize("number", range(33, 43))
def test_each_answer_is_of_the_topic_alone(answers, number):
    off = {t.nct_id for t in NOW if t.relevance not in {"core", "unsure"}}
    assert not any(value in off for row in answers(number) for value in row if isinstance(value, str))
