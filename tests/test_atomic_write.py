"""Files replaced in one step, and what a failed load leaves behind in DuckDB: nothing."""

import os
from pathlib import Path

import duckdb
import pytest

from mscwatch.atomic_write import replace_file, replacing
from mscwatch.store import ctgov, load


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "page.html"
    replace_file(file, b"old")
    replace_file(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("page.html", b"new")]


def test_the_file_is_on_disk_before_it_takes_its_place_and_the_folder_after(tmp_path, monkeypatch):
    file, synced, plainly = tmp_path / "page.html", [], os.fsync

    def noting(handle):
        synced.append((Path(f"/proc/self/fd/{handle}").readlink().name, file.exists()))
        plainly(handle)

    monkeypatch.setattr(os, "fsync", noting)
    replace_file(file, b"new")
    assert synced == [(".page.html.new", False), (tmp_path.name, True)]


def test_a_failed_write_leaves_the_old_file_alone(tmp_path):
    file = tmp_path / "page.html"
    replace_file(file, b"old")
    with pytest.raises(TypeError), replacing(file) as fresh, fresh.open("wb") as half:
        half.write(b"half" + None)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("page.html", b"old")]


@pytest.mark.parametrize("within_transaction", [False, True])
def test_a_failed_load_leaves_no_table_and_no_setting_behind(within_transaction):
    con = duckdb.connect()
    if within_transaction:
        con.execute("BEGIN")
    records = "SELECT 'NCT00000001' AS nct_id, '{}' AS record"
    with (
        pytest.raises(duckdb.Error, match="nowhere"),
        load._join_sides_as_written(con),
        ctgov.parsed(con, records),
    ):
        con.execute("FROM nowhere")
    if within_transaction:
        con.execute("ROLLBACK")
    assert con.execute("SELECT current_setting('disabled_optimizers')").fetchall() == [("",)]
    assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []
