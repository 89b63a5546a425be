"""Table 2 goes on: a row is drafted from a paper, a person says yes, no or otherwise, and what counts moves."""

from __future__ import annotations

import csv
import io
import shutil

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.store import drafts
from mscwatch.store.decisions import load
from support import rows as papers
from support.command import run_here
from support.orders import order_for, write_watch
from support.warehouse import file_hash, rows

LATER = "SELECT row_id, origin, joined_to FROM living_table WHERE origin <> 'review' ORDER BY place"
FIRST, SECOND, OTHER = "PMID:33370477", "PMID:40000001", "PMID:40000002"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night that found three papers: two of one trial, one of another."""
    folder = tmp_path_factory.mktemp("living")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drafts, "draft", papers.draft)
        search(folder, [papers.KNOWN, papers.SECOND, papers.OTHER])
    return folder


def search(folder, found, **values):
    """A night in this folder that finds these papers."""
    with Replica(papers.snapshots(found)) as registry:
        urls = {"europepmc_url": registry.europepmc_url, "pubmed_url": registry.pubmed_url}
        watch = write_watch(folder, papers.ROWS_WATCH)
        order = order_for(registry.url, watch, data_dir=folder / "data", **urls, **values)
        assert run_watch(order).exit_code == 0


@pytest.fixture
def tonight(made, tmp_path, monkeypatch):
    """That directory for one test, and its watch."""
    monkeypatch.setattr(drafts, "draft", papers.draft)
    shutil.copytree(made / "data", tmp_path / "data")
    watch = write_watch(tmp_path, papers.ROWS_WATCH)
    return order_for("http://127.0.0.1:9", watch, data_dir=tmp_path / "data")


@pytest.fixture
def table(tonight):
    """Run `mscwatch table …` on a terminal of 80 columns."""
    settings = {"MSCWATCH_DATA_DIR": str(tonight.settings.data_dir), "COLUMNS": "80"}

    def run(*words, fails=False):
        done = run_here(["table", *words], settings)
        assert (done.returncode != 0) is fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


def decide(table, *words, **how):
    return table(*words, "--reason", "the full text says so", "--by", "A. Reader", **how)


def counted(tonight):
    """How many trials figure 3a counts, in the scope of Table 2 and in the living one."""
    asked = "SELECT DISTINCT scope, of_trials FROM figure_3a WHERE scope IN ('published', 'living')"
    return dict(rows(tonight, asked))


def claim(tonight, scope, claim_id="T1"):
    asked = (
        f"SELECT recomputed, verdict FROM review_claims WHERE claim_id = '{claim_id}' AND scope = '{scope}'"
    )
    return rows(tonight, asked)[0]


def test_each_later_paper_is_a_draft_and_the_patients_of_one_trial_are_one_row(tonight):
    assert rows(tonight, LATER) == [
        (FIRST, "drafted", None),
        (OTHER, "drafted", None),
        (SECOND, "drafted", FIRST),  # the same registration
    ]


def test_a_cell_stands_with_its_words_and_a_missing_one_is_never_filled_in(tonight):
    columns = "n_treated, n_treated_evidence, route, route_evidence, registered_cell_source, cell_source"
    assert rows(tonight, f"SELECT {columns} FROM living_table WHERE row_id = '{OTHER}'") == [
        (7, "7 patients", ["not_stated"], None, ["umbilical_cord"], ["not_stated"])
    ]
    assert rows(
        tonight, "SELECT count(*) FROM drafted_cells WHERE length(evidence) NOT BETWEEN 1 AND 300"
    ) == [(0,)]


def test_the_words_of_every_cell_are_kept_and_the_abstract_is_not(tonight):
    stored = rows(tonight, "SELECT DISTINCT evidence FROM drafted_cells")
    assert ("by vein",) in stored
    for table, column in rows(
        tonight,
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type = 'VARCHAR' "
        "AND schema_name = 'main' AND table_name IN (SELECT table_name FROM duckdb_tables())",
    ):
        assert rows(tonight, f"SELECT count(*) FROM {table} WHERE contains({column}, '{papers.STATED}')") == [
            (0,)
        ]


def test_a_draft_enters_no_figure_and_no_claim_and_a_confirmed_row_does(tonight, table):
    assert counted(tonight) == {"published": 22, "living": 22}
    assert claim(tonight, "living") == ("22 trials, 2007 to 2018", "cannot be checked")
    assert rows(tonight, "SELECT origin, count(*) FROM evidence WHERE label LIKE 'PMID%' GROUP BY 1") == [
        ("drafted", 3)
    ]
    assert "It holds from now on" in table("accept", "33370477", "--by", "A. Reader")
    assert rows(tonight, LATER)[0] == (FIRST, "confirmed", None)
    assert counted(tonight) == {"published": 22, "living": 23}
    assert claim(tonight, "living")[0] == "23 trials, 2007 to 2022"
    assert claim(tonight, "published") == ("22 trials, 2007 to 2018", "reproduced")
    assert claim(tonight, "living", "T18")[1] == "reproduced"
    assert rows(tonight, f"SELECT origin, participants FROM evidence WHERE label = '{FIRST}'") == [
        ("published", 39)
    ]


def test_a_second_paper_of_a_confirmed_row_is_not_counted_again(tonight, table):
    table("accept", "33370477")
    table("accept", "40000001")
    assert rows(tonight, LATER)[:2] == [(FIRST, "confirmed", None), (SECOND, "confirmed", FIRST)]
    assert counted(tonight)["living"] == 23


def test_a_confirmed_follow_up_counts_where_its_first_paper_is_a_draft(tonight, table):
    table("accept", "40000001")
    assert rows(tonight, LATER)[:2] == [(SECOND, "confirmed", None), (FIRST, "drafted", SECOND)]
    assert counted(tonight)["living"] == 23


def test_a_rejected_row_vanishes_and_stays_known(tonight, table):
    decide(table, "reject", "40000002")
    assert OTHER not in {row_id for row_id, *_ in rows(tonight, LATER)}
    assert rows(tonight, "SELECT paper_id, decision, decided_by FROM decided_rows") == [
        (OTHER, "reject", "A. Reader")
    ]


def test_a_correction_wins_says_who_made_it_and_empties_a_cell(tonight, table):
    decide(table, "correct", "PMID: 33370477", "n_treated=21", "dose=3e6 cells/kg", "route=not_stated")
    columns = "n_treated, n_treated_evidence, dose_low, dose_high, route, corrected"
    assert rows(tonight, f"SELECT {columns} FROM living_table WHERE row_id = '{FIRST}'") == [
        (
            21,
            "set by A. Reader: the full text says so",
            3e6,
            3e6,
            ["not_stated"],
            ["dose_high", "dose_low", "dose_unit", "n_treated", "route"],
        )
    ]
    assert rows(tonight, LATER)[0] == (FIRST, "drafted", None)  # a correction is no yes


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("correct", "33370477", "route=mouth"), "'mouth' is not in the list"),
        (("correct", "33370477", "n_treated=-1"), "is not a number above 0"),
        (("correct", "33370477", "n_treated=2.5"), "is not a whole number"),
        (("correct", "33370477", "design"), "FIELD=VALUE"),
        (("correct", "33370477", "colour=red"), "no cell colour"),
        (("correct", "33370477", "dose=a lot"), "is not a dose"),
        (("correct", "33370477", "disease=" + "x" * 301), "1 to 300 characters"),
        (("correct", "33370477", "n_treated=21", "effect=good"), "'good' is not in the list"),
    ],
)
def test_what_cannot_be_a_correction_writes_nothing(tonight, table, words, says):
    before = file_hash(tonight)
    assert says in decide(table, *words, fails=True)
    assert not tonight.settings.decisions.exists()
    assert file_hash(tonight) == before


@pytest.mark.parametrize(
    ("paper", "why"),
    [
        ("99", "no paper 99 is known"),
        ("17903050", "no row is drafted from it"),  # row 1 of Table 2
        ("nonsense", "no paper nonsense is known"),
    ],
)
def test_a_decision_about_a_paper_without_a_row_is_told(table, paper, why):
    said = table("accept", paper, fails=True)
    assert f"row of paper {paper} accepted: {why}" in said
    assert "has no effect" in said


def test_a_second_answer_is_refused_and_says_who_gave_the_first(table):
    decide(table, "reject", "40000002")
    assert "row of paper 40000002 is rejected already, by A. Reader" in table(
        "accept", "40000002", fails=True
    )


def test_a_confirmed_row_keeps_what_was_confirmed_when_its_abstract_changes(tonight, table, tmp_path):
    table("accept", "33370477")
    [seen] = {entry.seen for entry in load(tonight.settings.decisions).rows}
    changed = papers.KNOWN | {"abstract": papers.STATED.replace("20 patients", "30 patients")}
    search(tmp_path, [changed, papers.SECOND, papers.OTHER], force=True)
    columns = "origin, state, n_treated, abstract_hash, notes"
    assert rows(tonight, f"SELECT {columns} FROM living_table WHERE row_id = '{FIRST}'") == [
        ("confirmed", "changed", 20, seen, "the abstract changed since the row was accepted")
    ]
    search(tmp_path, [papers.KNOWN | {"is_retracted": True}, papers.SECOND, papers.OTHER], force=True)
    assert rows(tonight, f"SELECT {columns} FROM living_table WHERE row_id = '{FIRST}'") == [
        ("confirmed", "retracted", 20, seen, "the paper was retracted")
    ]
    assert rows(tonight, f"SELECT count(*) FROM drafts WHERE paper_id = '{FIRST}'") == [(1,)]


def test_a_rejected_row_comes_back_once_its_abstract_changed(tonight, table, tmp_path):
    decide(table, "reject", "40000002")
    changed = papers.OTHER | {"abstract": "Invented: 7 patients received cells twice. NCT00000002."}
    search(tmp_path, [papers.KNOWN, papers.SECOND, changed], force=True)
    [(origin, notes)] = rows(tonight, f"SELECT origin, notes FROM living_table WHERE row_id = '{OTHER}'")
    assert origin == "drafted"
    assert notes == "rejected earlier (the full text says so); the abstract changed since"


def test_a_drafted_row_that_differs_from_its_registration_is_shown_marked(tonight):
    asked = "SELECT subject, review_says, contrary, place, would_change FROM contradictions WHERE origin = 'drafted'"
    told = {row[0]: row[1:] for row in rows(tonight, f"{asked} AND row_id = '{FIRST}'")}
    assert told["source"] == (
        "received cells",
        "umbilical_cord",
        f"the abstract of {FIRST}",
        "nothing until a person confirms the row",
    )
    assert "donor" not in told  # the abstract does not state it


def test_the_table_is_readable_on_a_terminal(table):
    shown = table("--origin", "drafted")
    assert max(map(len, shown.splitlines())) <= 80
    assert "n treated: 20 – “20 patients received cells”" in shown
    assert "not stated, but registered:" in shown
    assert "<b>" not in shown
    assert table().startswith("25 row(s)")
    assert "No row." in table("--origin", "confirmed")


def test_as_markdown_no_title_ends_a_cell_or_becomes_markup(table):
    table("accept", "40000002")
    lines = (
        decide(table, "correct", "40000002", "disease=*liver* | <b>failure</b> [x](y)")
        and table("--markdown", "--origin", "confirmed").splitlines()
    )
    assert lines[0].startswith("| Row | Paper | Disease |")
    assert r"\*liver\* \| \<b\>failure\</b\> \[x\](y)" in lines[2]
    assert lines[2].replace(r"\|", "").count("|") == lines[0].count("|")
    assert any("confirmed by" in line for line in lines[3:])


def test_as_csv_no_cell_is_a_formula(table):
    decide(table, "correct", "40000002", "disease==HYPERLINK(1)")
    listed = list(csv.DictReader(io.StringIO(table("--csv"))))
    assert len(listed) == 25
    assert [row["disease"] for row in listed if row["row_id"] == OTHER] == ["'=HYPERLINK(1)"]
