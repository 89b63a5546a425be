"""The data dictionary: complete, true to the database, and the committed page is the generated one."""

import csv
import re
from importlib import resources
from pathlib import Path

import duckdb
import pytest

from mscwatch import __version__
from mscwatch.store import catalog, ctgov, dictionary, schema, sql, working
from mscwatch.store.data_dir import DataDir

README = Path(__file__).parents[1] / "warehouse" / "README.md"
AACT_COLUMNS = Path(__file__).parents[2] / "shared" / "registry" / "aact_columns.csv"
REGENERATE = "python -m mscwatch.store.dictionary > warehouse/README.md"


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    places = DataDir(tmp_path_factory.mktemp("dictionary"))
    places.prepare()
    with working.open_warehouse(places) as connection:
        yield connection


def test_the_committed_dictionary_is_the_generated_one(con):
    assert README.read_text(encoding="utf-8") == dictionary.text(con), f"regenerate it: {REGENERATE}"


def test_the_file_says_which_schema_and_mscwatch_made_it(con):
    assert sql.meta(con, "schema_version") == str(schema.newest_schema())
    assert sql.meta(con, "mscwatch_version") == __version__


def test_no_relation_and_no_column_is_without_its_meaning(con):
    found = catalog.relations(con)
    assert {relation.schema for relation in found} == {"main", "ctgov"}
    assert [relation.name for relation in found if not relation.meaning] == []
    silent = [(relation.name, name) for relation in found for name, _, said in relation.columns if not said]
    assert silent == []


def test_every_relation_says_what_one_row_is(con):
    vague = [one.name for one in catalog.relations(con) if not one.meaning.startswith("One row per ")]
    assert vague == []


def test_the_comments_reach_an_analyst_who_opens_the_file(con, tmp_path):
    con.execute(f"ATTACH '{tmp_path}/copy.duckdb' AS copy (STORAGE_VERSION 'v1.2.0')")
    con.execute("COPY FROM DATABASE warehouse TO copy; DETACH copy")
    with duckdb.connect(str(tmp_path / "copy.duckdb"), read_only=True) as reader:
        said = reader.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'trials' AND column_name = 'url'"
        )
        assert said.fetchall() == [("Address of the record on the registry's site.",)]


def test_a_column_filled_from_the_record_names_its_path(con):
    said = {(one.name, name): text for one in catalog.relations(con) for name, _, text in one.columns}
    unnamed = [
        (table.name, column.name)
        for table in ctgov.load_mapping()
        for column in table.columns
        if ctgov.PATH.search(column.path) and "Source: " not in said[table.name, column.name]
    ]
    assert unnamed == []


def test_the_picture_shows_the_links_between_relations_and_no_others(con):
    found = catalog.relations(con)
    drawn = {
        (one.name, column, to.name)
        for schema in ("main", "ctgov")
        for one, column, to in catalog.links([relation for relation in found if relation.schema == schema])
    }
    assert {link for link in drawn if link[1] != "nct_id"} >= {
        ("versions", "first_run_id", "runs"),
        ("events", "run_id", "runs"),
        ("deliveries", "event_id", "events"),
        ("design_group_interventions", "design_group_id", "design_groups"),
        ("design_group_interventions", "intervention_id", "interventions"),
        ("intervention_other_names", "intervention_id", "interventions"),
        ("outcome_measurements", "outcome_id", "outcomes"),
        ("outcome_measurements", "result_group_id", "result_groups"),
        ("baseline_measurements", "result_group_id", "result_groups"),
        ("reported_events", "result_group_id", "result_groups"),
        ("retractions", "reference_id", "study_references"),
    }
    assert {link for link in drawn if link[0] == "documents"} == {("documents", "nct_id", "studies")}
    assert {to for _, column, to in drawn if column == "nct_id"} == {"trials", "studies"}


def test_the_picture_is_well_formed_mermaid(con):
    pictures = re.findall(r"```mermaid\nerDiagram\n(.*?)```", dictionary.text(con), re.DOTALL)
    assert len(pictures) == 2
    assert "    trials ||--o| therapies : nct_id\n" in pictures[0]
    assert "    trials ||--o{ doses : nct_id\n" in pictures[0]  # per trial and dose level
    for picture in pictures:
        blocks = re.findall(
            r"^    (\w+) \{\n((?:        \w+ \w+ (?:PK|FK|PK, FK)\n)+)    \}\n", picture, re.MULTILINE
        )
        lines = re.findall(r"^    (\w+) \|\|--o[|{] (\w+) : \w+\n", picture, re.MULTILINE)
        assert len(picture.splitlines()) == len(lines) + sum(text.count("\n") + 2 for _, text in blocks)
        assert {name for line in lines for name in line} <= {name for name, _ in blocks}


@pytest.mark.parametrize(("theirs", "ours", "answer"), dictionary.DIALECT)
def test_what_the_dictionary_says_of_the_dialect_holds(con, theirs, ours, answer):
    assert con.execute(f"SELECT CAST(({ours}) AS VARCHAR)").fetchall() == [(answer,)]


def test_what_the_dictionary_calls_unchanged_runs(con):
    con.execute("SET search_path = 'main,ctgov'")
    con.execute(
        "SELECT DISTINCT ON (c.name) c.name, s.phase::text, age(s.completion_date, s.start_date),"
        " EXTRACT(YEAR FROM s.start_date) FROM studies s JOIN conditions c ON c.nct_id = s.nct_id,"
        " LATERAL (SELECT s.enrollment + 1 AS more) AS l WHERE c.name ILIKE '%liver%'"
        " AND s.start_date > current_date - interval '1 year' ORDER BY c.name"
    ).fetchall()
    con.execute(
        "SELECT string_agg(DISTINCT name, '|' ORDER BY name), count(*) FILTER (WHERE name IS NULL),"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY length(name)) FROM conditions"
    ).fetchall()
    assert con.execute("SELECT x FROM (VALUES (1), (NULL)) AS t(x) ORDER BY x DESC").fetchall() == [
        (1,),
        (None,),
    ]
    con.execute("RESET search_path; USE warehouse")


@pytest.mark.skipif(
    not AACT_COLUMNS.exists(), reason="the facts about AACT's schema are not beside the project"
)
def test_every_aact_table_that_is_not_here_is_named_as_missing():
    with AACT_COLUMNS.open(encoding="utf-8") as file:
        theirs = {row["table"] for row in csv.DictReader(file) if row["group"] != "views"}
    missing = theirs - {table.name for table in ctgov.load_mapping()}
    differences = README.read_text("utf-8").partition("## Where `ctgov` differs")[2].partition("\n###")[0]
    assert [name for name in sorted(missing) if f"`{name}`" not in differences] == []


def test_the_page_lists_every_ignored_path_with_its_reason():
    listed = (resources.files("mscwatch.warehouse") / "ctgov_ignored.csv").read_text("utf-8")
    page = README.read_text(encoding="utf-8")
    for row in csv.DictReader(listed.splitlines()):
        assert f"| `{row['path']}` | {row['reason']} |" in page
