"""Other people's tools on what is published: a notebook, data frames of three kinds, Datasette, an attached file."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from pathlib import Path

import duckdb
import pytest

from mscwatch.store import export
from mscwatch.store.data_dir import DataDir

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "warehouse" / "README.md").read_text("utf-8")
NOTEBOOK = ROOT / "warehouse" / "notebooks" / "review_figures.py"


@pytest.fixture
def demo(demo_warehouse, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(demo_warehouse))
    return DataDir(demo_warehouse)


@pytest.mark.slow
def test_the_notebook_shows_each_figure_with_the_numbers_of_the_warehouse(demo):
    for module in ("marimo", "altair"):
        pytest.importorskip(module, reason=f"{module} is not installed (the extra notebook)")
    spec = importlib.util.spec_from_file_location("review_figures", NOTEBOOK)
    notebook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(notebook)
    outputs, names = notebook.app.run()
    assert sorted(names["charts"]) == ["1", "2a", "2b", "3a", "3b"]
    with duckdb.connect(str(demo.published), read_only=True) as con:
        counted = con.execute("SELECT figure, sum(trials)::INTEGER FROM figures GROUP BY ALL").fetchall()
    drawn = {figure: int(chart.data["trials"].sum()) for figure, chart in names["charts"].items()}
    assert drawn == dict(counted)
    assert all(chart.to_dict()["mark"]["type"] == "bar" for chart in names["charts"].values())
    shown = " ".join(str(getattr(output, "text", output)) for output in outputs)
    assert "Data of 2022-10-14" in shown
    assert "Each number of the review, recomputed" in shown
    assert len(names["claims"]) > 20


def line_for(tool):
    """The line of the page for a tool: what stands behind its name in the table, without the backticks."""
    return re.search(rf"^\| {tool} [\d.]+ \| `(.+)` \|$", PAGE, re.MULTILINE).group(1)


@pytest.mark.parametrize("tool", ["pandas", "polars", "ibis"])
def test_the_line_of_the_page_for_data_frames_works(demo, tool, monkeypatch):
    pytest.importorskip(tool, reason=f"{tool} is not installed")
    if tool == "polars":
        pytest.importorskip(
            "pyarrow", reason="DuckDB hands rows to polars by way of pyarrow, which is not installed"
        )
    names = {"path": str(demo.published)}
    exec(f"import {tool}, mscwatch\nframe = {line_for(tool)}", names)
    frame = names["frame"].execute() if tool == "ibis" else names["frame"]
    with duckdb.connect(str(demo.published), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM trials").fetchall() == [(len(frame),)]
    assert "nct_id" in frame.columns


@pytest.mark.slow
def test_datasette_shows_the_events_of_the_sqlite_export(demo, tmp_path):
    app = pytest.importorskip("datasette.app", reason="datasette is not installed")
    written = export.export_tables(demo, tmp_path / "out", export.ExportFormat.SQLITE)
    rows = {one.name: one.rows for one in written}

    async def ask():
        site = app.Datasette([str(tmp_path / "out" / "mscwatch.sqlite")], settings={"num_sql_threads": 1})
        await site.invoke_startup()
        page = await site.client.get("/mscwatch/events?_sort_desc=observed_at&kind=completed")
        data = await site.client.get("/mscwatch/events.json?_shape=objects&kind=completed")
        index = await site.client.get("/mscwatch.json")
        return page, data.json(), index.json()

    page, data, index = asyncio.run(ask())
    assert page.status_code == 200
    assert "NCT03254758" in page.text
    assert [row["nct_id"] for row in data["rows"]] == ["NCT03254758"]
    counted = {one["name"]: one["count"] for one in index["tables"]}
    assert counted == rows


def test_macros_of_an_attached_file_work_once_it_is_used(demo):
    [statement] = re.findall(r"^ATTACH .+$", PAGE, re.MULTILINE)
    with duckdb.connect() as con:
        con.execute(statement.replace("warehouse/mscwatch.duckdb", str(demo.published)).partition(";")[0])
        with pytest.raises(duckdb.CatalogException):
            con.execute("SELECT count(*) FROM w.trials_as_of(DATE '2022-10-14')")
        con.execute("USE w")
        assert con.execute("SELECT count(*) > 30 FROM trials_as_of(DATE '2022-10-14')").fetchall() == [
            (True,)
        ]
        assert con.execute("SELECT count(*) > 0 FROM ctgov.studies_as_of(DATE '2022-10-14')").fetchall() == [
            (True,)
        ]
        assert con.execute("SELECT count(*) > 0 FROM w.completed_without_publication").fetchall() == [(True,)]
