"""What the page's queries and its first answers say of situations that the demo's nights do not have."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import duckdb
import pytest

from mscwatch.report import render_page
from mscwatch.store import report
from mscwatch.store.data_dir import DataDir


@pytest.fixture(scope="module")
def found(reported_warehouse):
    return report.read_answers(DataDir(reported_warehouse))


@pytest.fixture
def asked(reported_warehouse):
    """Asks a query of the page, with tables that stand for those of the warehouse."""

    def rows(name, *stand_ins):
        with duckdb.connect(str(DataDir(reported_warehouse).published), read_only=True) as con:
            for stand_in in stand_ins:
                con.execute(f"CREATE TEMP TABLE {stand_in}")
            answer = con.execute((report.QUERIES / f"{name}.sql").read_text("utf-8"))
            columns = [column[0] for column in answer.description]
            return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]

    return rows


SEARCHES = """searches AS SELECT * REPLACE (v.r AS run_id, v.s AS source, v.a::TIMESTAMP AS asked_at, v.o AS outcome)
FROM (VALUES {values}) AS v(r, s, a, o) LEFT JOIN main.searches ON false"""


def test_a_search_is_as_good_as_its_worst_question_and_an_import_hides_none(asked):
    values = (
        "('n1', 'europepmc', '2026-11-01 10:00', 'proven'), ('n1', 'pubmed', '2026-11-01 10:00', 'failed'),"
        "('n1', 'europepmc', '2026-11-01 10:00', 'proven'), ('hand', 'person', '2026-11-02 10:00', 'proven')"
    )
    [proof] = asked("proof", SEARCHES.format(values=values))
    assert (str(proof["searched_at"]), proof["search_outcome"]) == ("2026-11-01 10:00:00", "failed")
    [proof] = asked("proof", SEARCHES.format(values="('hand', 'person', '2026-11-02 10:00', 'proven')"))
    assert (proof["searched_at"], proof["search_outcome"]) == (None, None)


def test_what_a_night_left_out_and_who_accepted_it_are_read_from_its_proof(asked):
    [proof] = asked("proof")
    assert (proof["accepted"], proof["set_aside"], proof["missing"]) == (None, 0, 0)
    checks = """'{"accepted": "moved", "set_aside": [{"nct_id": "NCT1", "reason": "x"}], "missing": ["NCT2", "NCT3"]}'"""
    [proof] = asked("proof", f"runs AS SELECT * REPLACE ({checks}::JSON AS proof) FROM main.runs")
    assert (proof["accepted"], proof["set_aside"], proof["missing"]) == ("moved", 1, 2)


@pytest.mark.slow
def test_only_rows_that_the_review_printed_contradict_it_and_others_show_what_differs(asked):
    added = [
        "living_table AS FROM main.living_table UNION ALL BY NAME SELECT 'PMID:1' AS row_id, 'drafted' AS origin",
        "contradictions AS FROM main.contradictions UNION ALL BY NAME SELECT 'PMID:1' AS row_id, 'drafted' AS origin, 'size' AS subject, 4 AS rank",
    ]
    before, after = asked("contradictions"), asked("contradictions", *added)
    assert before == after != []
    differences = {row["row_id"]: row["differences"] for row in asked("table2", *added)}
    assert differences["PMID:1"] == ["size"]
    assert {f"row {row['review_row']}" for row in before if row["review_row"]} == {
        row_id for row_id, subjects in differences.items() if subjects and row_id.startswith("row ")
    }


def test_all_events_of_the_last_night_are_there_and_a_hundred_in_all(asked):
    many = "events AS SELECT * FROM main.events, range(60)"
    latest = [row for row in asked("events") if row["is_latest"]]
    rows = asked("events", many)
    assert latest
    assert sum(row["is_latest"] for row in rows) == 60 * len(latest)
    unchanged = (
        "runs AS FROM main.runs UNION ALL BY NAME "
        "SELECT 'later' AS run_id, 'unchanged' AS outcome, 99 AS night_no, '2030-01-01'::TIMESTAMP AS started_at"
    )
    assert [row for row in asked("events", unchanged) if row["is_latest"]] == latest


def test_the_number_of_found_papers_has_no_bound_and_leaves_out_what_a_person_imported(asked):
    many = "SELECT 'PMID:' || i AS paper_id, 'T' AS title, 'results' AS kind, 'pubmed' AS found_by FROM range(300) AS t(i)"
    one = "SELECT 'PMID:999' AS paper_id, 'T' AS title, 'results' AS kind, 'person' AS found_by"
    rows = asked("found", f"papers AS FROM main.papers UNION ALL BY NAME {many} UNION ALL BY NAME {one}")
    before = asked("found")
    assert len(rows) == 200
    assert rows[0]["of_search"] == 300 + (before[0]["of_search"] if before else 0)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "✓ The latest night can be trusted: all 9 matching trials were read registry data"),
        ({"missing": 1}, "trials were read; 1 known trial no longer matched and was looked up registry data"),
        ({"accepted": "<b>moved</b>", "missing": 5}, "! A person accepted the latest night: <b>moved</b>"),
        ({"set_aside": 2}, "! 2 of 9 records could not be read; their last versions stand"),
        ({"read_in": 8}, "! 8 of 9 were read"),
    ],
)  # fmt: skip
def test_the_page_says_why_the_latest_night_can_be_trusted(found, facts, words):
    usual = {"said": 9, "read_in": 9, "missing": 0, "accepted": None, "set_aside": 0}
    facts_of_file, answers = found
    [row] = answers["proof"].rows
    proof = replace(answers["proof"], rows=({**row, **usual, **facts},))
    page = render_page(facts_of_file, answers | {"proof": proof})
    line = re.search(r'<details class="answer trust">\s*<summary>(.*?)</summary>', page)[1]
    assert words in html.unescape(re.sub(r"<[^>]*>", "", line))


def answered(facts, answers):
    section = re.search(r'<section id="answers".*?</section>', render_page(facts, answers), re.DOTALL)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", section)).split())


def test_the_first_screen_says_what_the_sections_hold(found):
    facts, answers = found
    latest = [row for row in answers["events"].rows if row["is_latest"]]
    disputes, due = answers["contradictions"].rows, answers["overdue"].rows
    ranks, first = [row["rank"] for row in disputes], disputes[0]
    [who] = [row["overdue"] for row in due if row["clock"] == "who_publication"]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1 < ranks[-1]
    text = answered(facts, answers)
    for words in (
        f"{len(latest)} changes were found in the latest night",
        f"{len(answers['silent'].rows)} completed trials without a known publication",
        f"{who} owe one by WHO's 24 months",
        f"{len(disputes)} points on which the review and another source disagree",
        f"{ranks.count(1)} bear on its figures, first: {first['review_says']} (row {first['review_row']})",
        f"{len(answers['waiting'].rows)} links between trials and papers wait for a person's yes or no",
        "No search for papers was made",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{}], "1 change was found in the latest night"),
        ([{"is_latest": False}], "0 changes in the latest night; the last one was found on"),
        ([], "0 changes yet: the watch began on"),
    ],
)
def test_the_first_number_is_of_the_latest_night(found, events, words):
    facts, answers = found
    rows = tuple(answers["events"].rows[0] | {"is_latest": True} | event for event in events)
    assert words in answered(facts, answers | {"events": replace(answers["events"], rows=rows)})


def test_a_claim_that_is_a_count_lists_exactly_what_it_counts(found):
    rows = found[1]["claims"].rows
    counts = [row for row in rows if re.match(r"SELECT count\(\*\)( FILTER \([^|]*\))? FROM", row["query"])]
    wrong = [row for row in counts if len(row["trials_ids"] or ()) != int(row["recomputed"])]
    assert len(counts) > 10
    assert wrong == []
    known = {row["nct_id"] for name in ("trials", "others") for row in found[1][name].rows}
    known |= {row["row_id"] for row in found[1]["table2"].rows}
    assert {one for row in rows for one in row["trials_ids"] or ()} <= known
