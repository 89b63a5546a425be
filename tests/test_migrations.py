"""Schemas: every earlier warehouse opens today, a newer one is refused unharmed."""

from __future__ import annotations

import json

import pytest

from mscwatch.errors import WarehouseError
from mscwatch.store import schema, working
from mscwatch.store.data_dir import DataDir
from support.records import record
from support.warehouse import contents

SCHEMAS = [int(path.name[:3]) for path in schema.sql_files("schema")]


def with_schemas(monkeypatch, *extra, until=999):
    """Schema files up to a number, and some more."""
    original = schema.sql_files

    def chosen(folder):
        found = original(folder)
        if folder != "schema":
            return found
        return [*(file for file in found if int(file.name[:3]) <= until), *extra]

    monkeypatch.setattr(schema, "sql_files", chosen)


@pytest.mark.slow
def test_a_warehouse_of_today_opens_in_the_next_schema(two_nights, tmp_path, monkeypatch):
    wanted = contents(two_nights.data_dir.working)
    following = tmp_path / "999_following.sql"
    following.write_text("ALTER TABLE runs ADD COLUMN mood VARCHAR; UPDATE runs SET mood = 'fine';")
    with_schemas(monkeypatch, following)
    with working.open_warehouse(two_nights.data_dir) as con:
        assert con.execute("SELECT DISTINCT mood FROM runs").fetchall() == [("fine",)]
        assert con.execute("SELECT max(version) FROM schema_migrations").fetchall() == [(999,)]
    found = contents(two_nights.data_dir.working)
    moved = {"main.runs", "main.schema_migrations"}
    assert {name for name in wanted if found[name] != wanted[name]} == moved


def test_a_newer_warehouse_is_refused_unharmed(two_nights, tmp_path, monkeypatch):
    following = tmp_path / "999_following.sql"
    following.write_text("ALTER TABLE runs ADD COLUMN mood VARCHAR")
    with monkeypatch.context() as patch:
        with_schemas(patch, following)
        with working.open_warehouse(two_nights.data_dir):
            pass
    before = two_nights.data_dir.working.read_bytes()
    with (
        pytest.raises(WarehouseError, match="schema 999, newer than this"),
        working.open_warehouse(two_nights.data_dir),
    ):
        pass
    assert two_nights.data_dir.working.read_bytes() == before


@pytest.mark.slow
def test_a_migration_that_fails_leaves_the_warehouse_as_it_was(two_nights, tmp_path, monkeypatch):
    wanted = contents(two_nights.data_dir.working)
    following = tmp_path / "999_following.sql"
    following.write_text("ALTER TABLE runs ADD COLUMN mood VARCHAR; SELECT * FROM nowhere")
    with monkeypatch.context() as patch:
        with_schemas(patch, following)
        with (
            pytest.raises(WarehouseError, match="cannot be opened"),
            working.open_warehouse(two_nights.data_dir),
        ):
            pass
    assert contents(two_nights.data_dir.working) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("number", SCHEMAS)
def test_a_warehouse_of_every_earlier_schema_opens_today(number, tmp_path, monkeypatch):
    places = DataDir(tmp_path / "old")
    places.prepare()
    with monkeypatch.context() as patch:
        with_schemas(patch, until=number)
        patch.setattr(schema, "_refresh_derived", lambda _: None)  # today's comments are of today's tables
        with working.open_warehouse(places) as con:
            con.execute(
                "INSERT INTO runs (run_id, watch, started_at, outcome) VALUES ('r', 'all', '2022-10-06', 'baseline')"
            )
            con.execute(
                "INSERT INTO versions (nct_id, version_no, first_run_id, observed_at, valid_from, content_hash, "
                "derived_hash, record) VALUES ('NCT00000001', 1, 'r', '2022-10-06', '2022-10-06', 'c', 'd', ?)",
                [json.dumps(record(1))],
            )
    with working.open_warehouse(places) as con:
        assert con.execute("SELECT nct_id, overall_status FROM ctgov.studies").fetchall() == [
            ("NCT00000001", "RECRUITING")
        ]
        assert con.execute("SELECT run_id FROM runs").fetchall() == [("r",)]
        assert con.execute("SELECT max(version) FROM schema_migrations").fetchall() == [(SCHEMAS[-1],)]


def test_nothing_is_concluded_before_a_run_has_written(tmp_path):
    data_dir = DataDir(tmp_path)
    data_dir.prepare()
    with working.open_warehouse(data_dir) as con:
        assert con.execute("SELECT count(*) FROM published_trials").fetchall() == [(22,)]
        assert con.execute("SELECT count(*) FROM papers").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) FROM meta WHERE key = 'claims_of'").fetchall() == [(0,)]
