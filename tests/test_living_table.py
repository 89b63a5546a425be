"""Table 2 goes on: a row is drafted from a paper, a person says yes, no or otherwise, and what counts moves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mscwatch.cli import mcp
from mscwatch.papers.model import Paper
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.report import render_page
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import RowDecision
from mscwatch.store import drafts, queries, report, working
from mscwatch.store.data_dir import DataDir
from mscwatch.store.decisions import add, apply, load, stored
from mscwatch.store.found_papers import told_by_services
from mscwatch.store.living import seen_abstract
from mscwatch.store.without_effect import without_effect
from mscwatch.vocabulary import PaperKind
from support import rows as papers
from support.command import run_here
from support.orders import order_for, write_watch

FIRST, SECOND, OTHER = "PMID:33370477", "PMID:40000001", "PMID:99999901"
LATER = "SELECT row_id, origin, joined_to FROM living_table WHERE origin <> 'review' ORDER BY place"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night that found three papers: two of one trial, one of another."""
    folder = tmp_path_factory.mktemp("living")
    with pytest.MonkeyPatch.context() as patch, Replica(papers.night()) as registry:
        patch.setattr(drafts, "draft", papers.draft)
        urls = {"europepmc_url": registry.europepmc_url, "pubmed_url": registry.pubmed_url}
        watch = write_watch(folder, papers.ROWS_WATCH)
        assert run_watch(order_for(registry.url, watch, data_dir=folder / "data", **urls)).exit_code == 0
    return folder / "data"


@pytest.fixture(scope="module")
def opened(made, tmp_path_factory):
    copied = shutil.copytree(made, tmp_path_factory.mktemp("opened") / "data")
    with working.open_warehouse(DataDir(copied)) as con:
        yield con


@pytest.fixture
def con(opened, monkeypatch):
    """The working file, in which nothing is decided; what a test writes is undone."""
    monkeypatch.setattr(drafts, "draft", papers.draft)
    for table in (tables := ("drafts", "drafted_cells", "row_decisions", "review_claims", "papers")):
        opened.execute(f"CREATE OR REPLACE TEMP TABLE kept_{table} AS FROM {table}")
    yield opened
    for table in tables:
        opened.execute(f"DELETE FROM {table}; INSERT INTO {table} FROM kept_{table}")


def decision(paper, decision="accept", **more):
    usual = {"reason": "the full text says so", "date": dt.date(2026, 1, 31), "by": "A. Reader"}
    return RowDecision(paper=paper, decision=decision, **(usual | more))


def decide(con, *decisions):
    apply(con, Decisions.of(decisions), "msc-liver")


def later(con):
    return con.execute(LATER).fetchall()


def cells_of(con, row_id, *columns):
    [row] = con.execute(
        f"SELECT {', '.join(columns)} FROM living_table WHERE row_id = ?", [row_id]
    ).fetchall()
    return row


def counted(con):
    """How many trials figure 3a counts, in the scope of Table 2 and in the living one."""
    return dict(con.execute("SELECT scope, any_value(of_trials) FROM figure_3a GROUP BY scope").fetchall())


def claim(con, scope, claim_id="T1"):
    asked = "SELECT recomputed, verdict FROM review_claims WHERE claim_id = ? AND scope = ?"
    return con.execute(asked, [claim_id, scope]).fetchall()[0]


def abstract(changed):
    return Paper(title=papers.KNOWN["title"], abstract=changed, pmid="33370477")


def read_again(con, paper):
    drafts.store_drafts(con, [drafts.read_draft(paper, PaperKind.RESULTS)], dt.datetime(2026, 12, 1))


def test_each_later_paper_is_a_draft_and_the_patients_of_one_trial_are_one_row(con):
    assert later(con) == [
        (FIRST, "drafted", None),
        (OTHER, "drafted", None),
        (SECOND, "drafted", FIRST),  # the same registration
    ]
    columns = ("n_treated", "n_treated_evidence", "route", "route_evidence", "registered_cell_source")
    assert cells_of(con, OTHER, *columns, "cell_source") == (
        *(7, "7 patients", ["not_stated"], None, ["umbilical_cord"]),
        ["not_stated"],  # what is not stated is never filled in from elsewhere
    )
    assert con.execute("SELECT count(*) FROM evidence WHERE origin = 'drafted'").fetchall() == [(3,)]


@pytest.mark.slow
def test_lists_of_a_registration_are_never_null(con):
    lists = [f"registered_{name}" for name in ("aetiology", "cell_source", "donor", "route")]
    anywhere = " OR ".join(f"{name} IS NULL" for name in lists)
    assert con.execute(f"SELECT count(*) FROM living_table WHERE {anywhere}").fetchall() == [(0,)]


def test_the_page_shows_drafted_rows_beside_the_printed_ones(made):
    facts, answers = report.read_answers(DataDir(made))
    text = " ".join(re.sub(r"<[^>]+>", " ", render_page(facts, answers)).split())
    assert "25 rows: 22 printed in the review, 0 confirmed by a person, 3 drafted from later papers" in text
    assert f"of the same patients as {FIRST}" in text


@pytest.mark.slow
def test_the_page_shows_what_a_person_set_and_that_a_paper_was_retracted(made):
    facts, answers = report.read_answers(DataDir(made))
    told = {
        "disease": "a [disease]",
        "disease_as_printed": "set by A. Reader: so",
        "notes": "the paper was retracted",
    }
    rows = tuple(row | told if row["row_id"] == OTHER else row for row in answers["table2"].rows)
    page = render_page(facts, answers | {"table2": replace(answers["table2"], rows=rows)})
    section = page.partition('id="table2"')[2].partition("</section>")[0]
    assert "a [disease]" in section
    assert "the paper was retracted" in section
    assert "set by A. Reader" not in page


def test_a_client_of_a_language_model_is_shown_drafted_rows_after_the_printed_ones(made, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(made))
    rows = mcp.living_table()["rows"]
    assert [row["place"] for row in rows] == list(range(1, 26))
    assert [row["origin"] for row in rows[21:]] == ["review", "drafted", "drafted", "drafted"]


def test_rows_of_one_programme_and_size_are_of_the_same_patients(con):
    con.execute(
        f"UPDATE drafted_cells SET value = '39' WHERE paper_id = '{OTHER}' AND field = 'n_treated'"
    )  # 20 + 19 of the first trial, which has the same sponsor and cells
    assert con.execute("SELECT count(*) FROM programmes WHERE len(nct_ids) > 1").fetchall() == [(1,)]
    assert (OTHER, "drafted", FIRST) in later(con)


def test_however_long_the_chain_of_shared_trials_is_its_patients_are_one_row(con):
    con.execute(
        """BEGIN; CREATE OR REPLACE VIEW later_papers AS
        SELECT 'P' || n AS paper_id, NULL::VARCHAR AS pmid, NULL::VARCHAR AS doi, 'T' AS title, 'A' AS first_author,
            'J' AS journal, 2022 AS year, DATE '2022-01-01' + n::INTEGER AS published_on, 'results' AS kind,
            false AS is_preprint, false AS is_retracted, ['NCT' || n, 'NCT' || n + 1] AS nct_ids, 'so' AS link_basis
        FROM range(1, 8) AS r(n)"""
    )
    chained = later(con)
    con.execute("ROLLBACK")
    assert chained == [("P1", "drafted", None), *((f"P{n}", "drafted", "P1") for n in range(2, 8))]


def test_the_words_of_every_cell_are_kept_and_the_abstract_is_not(con):
    spans = con.execute("SELECT DISTINCT evidence FROM drafted_cells").fetchall()
    assert ("by vein",) in spans
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
    )
    everywhere = " UNION ALL ".join(f"SELECT t::VARCHAR AS t FROM {a}.{b} AS t" for a, b in tables.fetchall())
    asked = f"SELECT count(*) FROM ({everywhere}) WHERE contains(t, '{papers.STATED}')"
    assert con.execute(asked).fetchall() == [(0,)]


def test_a_span_is_never_longer_than_allowed(con, monkeypatch):
    monkeypatch.setattr(drafts, "draft", lambda *_: {"disease": papers.Cell("x", "x" * 999, 1)})
    read_again(con, abstract("Other words."))
    assert con.execute("SELECT max(length(evidence)) FROM drafted_cells").fetchall() == [(300,)]


@pytest.mark.slow
def test_a_draft_enters_no_figure_and_no_claim_and_a_confirmed_row_does(con):
    assert (counted(con)["published"], counted(con)["living"]) == (22, 22)
    assert claim(con, "living") == ("22 trials, 2007 to 2018", "cannot be checked")
    decide(con, decision("33370477"), decision("40000001"))
    assert later(con) == [
        (FIRST, "confirmed", None),
        (SECOND, "confirmed", FIRST),  # a second paper is not counted again
        (OTHER, "drafted", None),
    ]
    assert (counted(con)["published"], counted(con)["living"]) == (22, 23)
    assert claim(con, "living") == ("23 trials, 2007 to 2022", "cannot be checked")
    assert claim(con, "published") == ("22 trials, 2007 to 2018", "reproduced")
    assert claim(con, "living", "T18")[1] == "reproduced"
    asked = f"SELECT origin, participants FROM evidence WHERE label = '{FIRST}'"
    assert con.execute(asked).fetchall() == [("published", 39)]
    others = "SELECT count(*) FROM figures WHERE scope = 'living' AND figure NOT IN ('2a', '3a', '3b')"
    assert con.execute(others).fetchall() == [(0,)]


def test_a_confirmed_follow_up_counts_where_its_first_paper_is_a_draft(con):
    decide(con, decision("40000001"))
    assert later(con)[:2] == [(SECOND, "confirmed", None), (FIRST, "drafted", SECOND)]
    assert counted(con)["living"] == 23


def test_a_rejected_row_vanishes_stays_known_and_comes_back_once_its_abstract_changed(con):
    seen = cells_of(con, FIRST, "abstract_hash")[0]
    decide(con, decision("33370477", "reject", seen=seen))
    assert FIRST not in {row_id for row_id, *_ in later(con)}
    assert con.execute("SELECT paper_id, decision, decided_by FROM decided_rows").fetchall() == [
        (FIRST, "reject", "A. Reader")
    ]
    read_again(con, abstract("20 patients. Changed."))
    assert cells_of(con, FIRST, "origin", "notes") == (
        "drafted",
        "rejected earlier (the full text says so); the abstract changed since",
    )


def test_a_confirmed_row_keeps_what_was_confirmed_when_its_abstract_changes(con):
    seen = cells_of(con, FIRST, "abstract_hash")[0]
    decide(con, decision("33370477", seen=seen))
    columns = ("origin", "state", "n_treated", "route", "abstract_hash", "notes")
    read_again(con, abstract("20 patients received cells."))
    changed = "the abstract changed since the row was accepted"
    assert cells_of(con, FIRST, *columns) == (
        "confirmed", "changed", 20, ["peripheral_vein"], seen, changed,
    )  # fmt: skip
    con.execute(f"UPDATE papers SET is_retracted = true WHERE paper_id = '{FIRST}'")
    assert cells_of(con, FIRST, "state", "notes") == ("retracted", f"the paper was retracted; {changed}")
    read_again(con, abstract("20 patients received cells. A third time."))
    assert con.execute(
        f"SELECT count(*), count(*) FILTER (is_current) FROM drafts WHERE paper_id = '{FIRST}'"
    ).fetchall() == [(2, 1)]


@pytest.mark.slow
def test_the_draft_of_an_accepted_abstract_is_not_read_anew(con, monkeypatch):
    seen = cells_of(con, FIRST, "abstract_hash")[0]
    decide(con, decision("33370477", seen=seen), decision("99999901"))
    monkeypatch.setattr(drafts, "draft", lambda *_: {})
    read_again(con, abstract(papers.STATED))
    assert cells_of(con, FIRST, "n_treated", "state") == (20, "current")


@pytest.mark.slow
def test_what_nobody_saw_does_not_become_confirmed(con):
    """A row that was accepted before its abstract was read, or whose accepted abstract is not held any more."""
    decide(con, decision("33370477", seen="not_read"), decision("99999901", seen="of another day"))
    columns = ("origin", "state", "n_treated", "notes")
    unread = "the abstract was read since the row was accepted; its cells are left out"
    assert cells_of(con, FIRST, *columns) == ("confirmed", "changed", None, unread)
    lost = "the abstract that was accepted is not held, and its cells are left out"
    assert cells_of(con, OTHER, *columns) == ("confirmed", "changed", None, lost)


def test_two_texts_of_one_paper_in_one_harvest_make_one_draft(con):
    twice = [drafts.Draft(FIRST, mark, {}) for mark in ("by its DOI", "by its PMID")]
    drafts.store_drafts(con, twice, dt.datetime(2026, 12, 1))
    assert [row_id for row_id, *_ in later(con)] == [FIRST, OTHER, SECOND]
    asked = "SELECT count(*) FROM drafts WHERE is_current AND paper_id = ?"
    assert con.execute(asked, [FIRST]).fetchall() == [(1,)]


def test_the_abstract_of_a_row_is_found_by_every_number_that_a_decision_may_name(con):
    con.execute("UPDATE papers SET aliases = ['DOI:10.1101/x', 'PPR:PPR77'] WHERE paper_id = ?", [FIRST])
    seen = {seen_abstract(con, number) for number in ("33370477", FIRST, "10.1101/x", "PPR77")}
    assert len(seen) == 1
    assert None not in seen


def test_a_number_of_two_papers_means_the_one_with_a_pmid_whichever_has_a_draft(con):
    con.execute("UPDATE papers SET doi = '10.1000/X' WHERE paper_id = ?", [FIRST])
    con.execute(
        "INSERT INTO papers BY NAME SELECT * REPLACE ('DOI:10.1000/x' AS paper_id, NULL AS pmid) FROM papers "
        f"WHERE paper_id = '{FIRST}'"
    )
    con.execute(f"UPDATE drafts SET paper_id = 'DOI:10.1000/x' WHERE paper_id = '{FIRST}'")
    assert seen_abstract(con, "10.1000/x") is None
    decide(con, decision("10.1000/X"))
    assert con.execute("SELECT paper, paper_id FROM decided_rows").fetchall() == [("10.1000/x", FIRST)]


def test_the_services_told_of_a_paper_under_its_earlier_numbers_too(con):
    con.execute(f"BEGIN; UPDATE found_papers SET aliases = ['DOI:10.1101/x'] WHERE paper_id = '{FIRST}'")
    told = told_by_services(con)
    con.execute("ROLLBACK")
    assert {FIRST, "DOI:10.1101/x"} <= told


def test_a_decision_restores_a_file_that_is_missing_and_withdraws_nothing(made, tmp_path):
    data, file = DataDir(tmp_path / "data"), tmp_path / "decisions.toml"
    shutil.copytree(made, data.path)
    with working.open_warehouse(data) as opened:
        decide(opened, decision("99999901"))
    add(data, file, [decision("33370477")])
    assert {entry.paper for entry in load(file).entries()} == {"99999901", "33370477"}


def test_a_correction_wins_says_who_made_it_and_empties_a_cell(con):
    made = {"n_treated": 21, "route": "not_stated", "design": "not_stated", "disease": "a [disease]"}
    decide(con, *(decision("33370477", "correct", field=name, value=made[name]) for name in made))
    columns = ("origin", "n_treated", "n_treated_evidence", "route", "design", "disease", "corrected")
    assert cells_of(con, FIRST, *columns) == (
        *("drafted", 21, "set by A. Reader: the full text says so", ["not_stated"], None, "a [disease]"),
        ["design", "disease", "n_treated", "route"],
    )


def test_what_is_decided_comes_back_from_the_warehouse_as_it_was(con):
    made = [
        decision("33370477", seen="abc"),
        decision("33370477", "correct", field="donor", value="autologous"),
    ]
    decide(con, *made)
    assert set(map(repr, stored(con).entries())) == set(map(repr, made))


def test_a_decision_that_finds_no_row_is_told(con):
    made = [
        decision("99"), decision("17903050"), decision("nonsense"), decision("33370477", "reject"),
        decision("99999901", "correct", field="colour", value="red"),
    ]  # fmt: skip
    decide(con, *made)
    assert [one.why.partition(":")[0].partition(";")[0] for one in without_effect(con, made)] == [
        "no paper 99 is known",
        "no row is drafted from it",  # row 1 of Table 2
        "no paper nonsense is known",
        "a row has no cell colour",
    ]


def test_a_drafted_row_that_differs_from_its_registration_is_shown_marked(con):
    asked = "SELECT subject, review_says, contrary, place, would_change FROM contradictions WHERE row_id = ?"
    told = {row[0]: row[1:] for row in con.execute(asked, [FIRST]).fetchall()}
    assert told["source"] == (
        *("received cells", "umbilical_cord", f"the abstract of {FIRST}"),
        "nothing until a person confirms the row",
    )
    assert "donor" not in told  # the abstract does not state it


@pytest.mark.slow
def test_a_persons_day_is_as_the_page_tells_it(made, tmp_path):
    shutil.copytree(made, tmp_path / "data")
    page = (Path(__file__).parents[1] / "flows" / "README.md").read_text("utf-8")
    day = page.partition("### A person's day")[2].partition("\n#")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", day, re.DOTALL | re.MULTILINE)
    shown = {}
    for line in "".join(blocks).splitlines():
        done = run_here(shlex.split(line)[1:], {"MSCWATCH_DATA_DIR": str(tmp_path / "data")})
        assert done.returncode == 0, (line, done.stderr)
        shown[" ".join(line.split()[1:3])] = done.stdout
    assert OTHER in shown["papers --since"]
    assert f"{OTHER}  drafted" in shown["table --origin"]
    assert f"| {OTHER} |" in shown["table --markdown"]
    with queries.open_published(DataDir(tmp_path / "data")) as con:
        assert cells_of(con, OTHER, "origin", "infusions_max", "n_treated") == ("confirmed", 4, 7)


@pytest.mark.slow
def test_a_person_reads_the_table_corrects_a_row_and_accepts_it(made, tmp_path):
    shutil.copytree(made, tmp_path / "data")

    def mscwatch(*words, fails=False):
        done = run_here(words, {"MSCWATCH_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "80"})
        assert (done.returncode != 0) is fails, done.stderr
        return done.stderr if fails else done.stdout

    shown = mscwatch("table", "--origin", "drafted")
    assert max(map(len, shown.splitlines())) <= 80
    assert "n_treated: 20 – “20 patients received cells”" in shown
    assert "not stated, but registered:" in shown
    assert mscwatch("table").startswith("25 row(s)")
    assert "No row." in mscwatch("table", "--origin", "confirmed")

    why = ("--reason", "the full text says so", "--by", "A. Reader")
    hostile = "disease==HYPERLINK(1) | *x* <b>y</b> [z](u)"
    assert "no cell colour" in mscwatch("table", "correct", "99999901", "colour=red", *why, fails=True)
    mscwatch("table", "correct", "99999901", hostile, *why)
    assert "It holds from now on" in mscwatch("table", "accept", "99999901", "--by", "A. Reader")
    assert "accepted already, by A. Reader" in mscwatch("table", "reject", "PMID:99999901", *why, fails=True)

    head, _, row, *notes = mscwatch("table", "--markdown", "--origin", "confirmed").splitlines()
    assert head.startswith("| Row | Paper | Disease |")
    assert r"=HYPERLINK(1) \| \*x\* \<b\>y\</b\> \[z\](u)" in row
    assert row.replace(r"\|", "").count("|") == head.count("|")
    assert "confirmed by A. Reader" in notes[1]
    [listed] = csv.DictReader(io.StringIO(mscwatch("table", "--csv", "--origin", "confirmed")))
    assert listed["disease"].startswith("'=HYPERLINK(1)")
