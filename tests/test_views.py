"""Views that are asked once: hidden or not, they say the same, and a file keeps the same definitions of them."""

from __future__ import annotations

import re
import shutil

import duckdb
import pytest

from mscwatch.store import report, review_claims, schema, sql, views
from mscwatch.store.data_dir import DataDir

DEFINITIONS = {
    source.name.removesuffix(".sql").partition("_")[2]: source.read_text("utf-8")
    for source in schema.sql_files("views")
}


def test_the_page_gets_the_same_answers_from_views_asked_once(reported_warehouse):
    _, answers = report.read_answers(DataDir(reported_warehouse))
    with sql.open_read_only(DataDir(reported_warehouse).published, "main,ctgov") as con:
        for name in ("figures", "table2", "overdue", "waiting"):
            assert list(answers[name].rows) == sql.dicts(con, answers[name].query), name


@pytest.mark.parametrize(
    "hidden", [("trials", *review_claims.COUNTED), report.ASKED_ONCE], ids=["claims", "report"]
)
def test_a_view_is_hidden_after_those_that_it_is_made_of(hidden):
    for place, view in enumerate(hidden):
        of = set(re.findall(r"\w+", re.sub(r"--.*", "", DEFINITIONS[view])))
        assert not of & set(hidden[place + 1 :]) - {"evidence"}, view  # a column too


def test_hidden_views_are_back_after_the_block():
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE kept (n INTEGER); CREATE VIEW low AS FROM kept; CREATE VIEW high AS FROM low"
        )
        with views.computed_once(con, ["low"]):
            con.execute("INSERT INTO kept VALUES (1)")
            assert con.execute("FROM high").fetchall() == []
        assert con.execute("FROM high").fetchall() == [(1,)]


@pytest.mark.slow
def test_a_file_defines_its_views_as_if_none_had_been_hidden(reported_warehouse, tmp_path):
    plain = tmp_path / "plain.duckdb"
    shutil.copy(DataDir(reported_warehouse).published, plain)
    made = defined(plain)
    with duckdb.connect(str(plain)) as con:
        for view, text in DEFINITIONS.items():
            con.execute(f"CREATE OR REPLACE VIEW {view} AS {text}")
    assert defined(plain) == made
    assert {view for view, *_ in made} == set(DEFINITIONS)


def defined(path):
    """The name, words, columns and types of each view of a file; DuckDB writes what EXCLUDE names in any order."""
    with sql.open_read_only(path) as con:
        rows = con.execute(
            "SELECT v.view_name, v.sql, list((c.column_name, c.data_type) ORDER BY c.column_index) "
            "FROM duckdb_views() AS v JOIN duckdb_columns() AS c ON c.table_name = v.view_name "
            "WHERE NOT v.internal AND v.schema_name = 'main' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return [(view, sorted(re.findall(r"\w+", text)), columns) for view, text, columns in rows]
