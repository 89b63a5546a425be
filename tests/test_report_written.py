"""When the report is written, where, and what happens when it cannot be."""

from __future__ import annotations

import os
import shutil

import duckdb
import pytest
from jinja2 import DictLoader, Environment
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.errors import WarehouseError
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.report import render_page
from mscwatch.store import report
from mscwatch.store.data_dir import DataDir
from support.records import record
from support.reported import HOSTILE, order


@pytest.mark.slow
def test_the_same_answers_give_the_same_page(reported_warehouse):
    found = report.read_answers(DataDir(reported_warehouse))
    assert (
        render_page(*found)
        == render_page(*report.read_answers(DataDir(reported_warehouse)))
        == DataDir(reported_warehouse).report.read_text("utf-8")
    )


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """An environment of one template, which keeps compiled templates in `tmp_path / "kept"`."""
    monkeypatch.setattr(report, "cache_from_source", lambda _: str(tmp_path / "kept" / "report.pyc"))
    monkeypatch.setattr("sys.dont_write_bytecode", False)

    def make():
        templates = DictLoader({"page": "{{ 1 + 1 }}"})
        return Environment(loader=templates, bytecode_cache=report.compiled_templates())

    return make


def rendered(pages, monkeypatch, *, compiles):
    """What the template says; it is compiled as often as told."""
    compiled = []
    monkeypatch.setattr(
        pages, "compile", lambda *written: compiled.append(1) or Environment.compile(pages, *written)
    )
    text = pages.get_template("page").render()
    assert len(compiled) == compiles
    return text


def test_a_template_that_was_compiled_is_not_compiled_again(pages, tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir()
    assert rendered(pages(), monkeypatch, compiles=1) == "2"
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".template"]
    assert rendered(pages(), monkeypatch, compiles=0) == "2"


@pytest.mark.parametrize("left", [0, 20, 60, 100])
def test_a_compiled_template_that_is_cut_is_compiled_anew(pages, tmp_path, monkeypatch, left):
    (tmp_path / "kept").mkdir()
    rendered(pages(), monkeypatch, compiles=1)
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(kept.read_bytes()[:left])
    assert rendered(pages(), monkeypatch, compiles=1) == "2"
    assert rendered(pages(), monkeypatch, compiles=0) == "2"


def test_what_another_jinja_compiled_is_compiled_anew(pages, tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir()
    rendered(pages(), monkeypatch, compiles=1)
    monkeypatch.setattr(report, "version", lambda _: "another")
    assert rendered(pages(), monkeypatch, compiles=1) == "2"
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_where_nothing_may_be_kept_a_page_is_made_all_the_same(pages, tmp_path, monkeypatch):
    (tmp_path / "kept").touch()  # a file in place of the folder
    assert rendered(pages(), monkeypatch, compiles=1) == "2"


@pytest.mark.slow
def test_the_page_is_due_when_something_newer_is_published_and_not_before(reported_warehouse, tmp_path):
    places = DataDir(tmp_path)
    assert not report.page_is_behind(places)
    shutil.copy(DataDir(reported_warehouse).published, places.published)
    assert report.page_is_behind(places)
    report.write_page(places.report, render_page(*report.read_answers(DataDir(tmp_path))))
    assert not report.page_is_behind(places)
    later = places.report.stat().st_mtime + 1
    os.utime(places.published, (later, later))
    assert report.page_is_behind(places)


@pytest.mark.slow
def test_a_quiet_night_brings_a_lost_page_back_and_leaves_a_good_one_alone(tmp_path):
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": record()})]) as registry:
        run_watch(order(tmp_path, registry.url))
        written = DataDir(tmp_path).report.stat().st_mtime_ns
        run_watch(order(tmp_path, registry.url))
        assert DataDir(tmp_path).report.stat().st_mtime_ns == written
        DataDir(tmp_path).report.unlink()
        assert run_watch(order(tmp_path, registry.url)).outcome == "unchanged"
    assert DataDir(tmp_path).report.exists()


@pytest.mark.slow
def test_a_watch_without_a_core_trial_has_a_report_too(tmp_path):
    other = record(conditionsModule={"conditions": ["Asthma"]}, armsInterventionsModule={})
    other["protocolSection"]["identificationModule"]["briefTitle"] = "Salbutamol in asthma"
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": other})]) as registry:
        assert run_watch(order(tmp_path, registry.url)).warnings == []
    text = DataDir(tmp_path).report.read_text("utf-8")
    assert "Nothing has happened since the first night." in text
    assert HOSTILE not in text


@pytest.mark.slow
def test_a_report_that_cannot_be_written_is_a_warning_and_the_night_is_good(tmp_path):
    DataDir(tmp_path).report.mkdir()
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": record()})]) as registry:
        result = run_watch(order(tmp_path, registry.url))
    assert result.error is None
    assert DataDir(tmp_path).published.exists()
    [warning] = result.warnings
    assert "report.html cannot be written" in warning
    assert not list(tmp_path.glob(".report*"))


@pytest.mark.slow
def test_a_setting_switches_the_report_off(tmp_path):
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": record()})]) as registry:
        run_watch(order(tmp_path, registry.url, report=False))
    assert DataDir(tmp_path).published.exists()
    assert not DataDir(tmp_path).report.exists()


@pytest.mark.slow
def test_the_command_writes_where_it_is_told_and_opens_a_browser(reported_warehouse, tmp_path, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(reported_warehouse))
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    path = tmp_path / "other.html"
    done = CliRunner().invoke(app, ["report", "--to", str(path), "--open"])
    assert done.exit_code == 0, done.output
    assert opened == [path.as_uri()]
    assert path.read_bytes() == DataDir(reported_warehouse).report.read_bytes()


def test_a_warehouse_that_is_older_than_the_queries_is_named(tmp_path):
    with duckdb.connect(str(DataDir(tmp_path).published)) as con:
        con.execute("CREATE SCHEMA ctgov; CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    with pytest.raises(WarehouseError, match=r"report asks do not run on this warehouse.*mscwatch rebuild"):
        report.read_answers(DataDir(tmp_path))
