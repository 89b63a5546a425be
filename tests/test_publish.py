"""What is published: a whole file that hangs together, beside those of the last nights."""

from __future__ import annotations

import hashlib
import logging
import shutil
import stat

import duckdb
import pytest

from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import publish, working
from mscwatch.store.data_dir import DataDir
from support.records import record
from support.warehouse import change, file_hash, rows


@pytest.mark.slow
def test_the_files_of_the_last_nights_are_kept_and_no_more(order):
    days = [f"2022-10-{day:02}T09:00:05" for day in range(1, 6)]
    hashes = []
    with Replica([Snapshot(day, {"NCT00000001": record(1)}) for day in days]) as registry:
        tonight = order(registry.url, keep_published=2)
        for _ in days:
            run_watch(tonight)
            hashes.append(file_hash(tonight))
            registry.advance()
    kept = sorted((tonight.data_dir.path / "previous").iterdir())
    runs = [run for (run,) in rows(tonight, "SELECT run_id FROM runs ORDER BY started_at")]
    assert [path.name for path in kept] == [f"mscwatch-{run}.duckdb" for run in runs[2:4]]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == hashes[2:4]


def test_publishing_a_night_again_pushes_no_earlier_one_out(two_nights):
    (before,) = (two_nights.data_dir.path / "previous").iterdir()
    publish.publish_copy(two_nights.data_dir, keep=1)
    assert list((two_nights.data_dir.path / "previous").iterdir()) == [before]
    publish.publish_copy(two_nights.data_dir, keep=0)
    assert list((two_nights.data_dir.path / "previous").iterdir()) == []


def test_without_hard_links_the_previous_file_is_copied(two_nights, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    kept = file_hash(two_nights)
    change(
        two_nights,
        "INSERT INTO runs SELECT 'z', * EXCLUDE run_id REPLACE (99 AS night_no) FROM runs LIMIT 1",
    )
    publish.publish_copy(two_nights.data_dir)
    newest = max((two_nights.data_dir.path / "previous").iterdir())
    assert hashlib.sha256(newest.read_bytes()).hexdigest() == kept


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM ctgov.studies WHERE nct_id = 'NCT00000002'", "ctgov.conditions.nct_id"),
        ("INSERT INTO ctgov.studies (nct_id) VALUES ('NCT00000009')", "ctgov.studies.nct_id"),
        ("UPDATE events SET nct_id = 'NCT00000009' WHERE kind = 'completed'", "main.events.nct_id"),
        ("UPDATE events SET run_id = 'x' WHERE kind = 'completed'", "main.events.run_id"),
        ("DELETE FROM versions WHERE nct_id = 'NCT00000002'", "main.watched.nct_id"),
        ("INSERT INTO deliveries VALUES ('x', 'slack', 'y', 'owed', NULL, 0, NULL, NULL, NULL)", "main.deliveries.event_id"),
        ("UPDATE events SET retracted_by = 'x' WHERE kind = 'completed'", "main.events.retracted_by"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_hang_together_is_not_published(two_nights, damage, words):
    kept = file_hash(two_nights)
    change(two_nights, damage)
    with pytest.raises(WarehouseError, match=f"{words} leads nowhere"):
        publish.publish_copy(two_nights.data_dir)
    assert file_hash(two_nights) == kept
    assert not list(two_nights.data_dir.path.glob(".mscwatch*"))


def make_fat(nights):
    """Leave free blocks in the working file: more than a quarter of it, and more than is left lying."""
    change(nights, "CREATE TABLE heavy AS SELECT hash(range)::VARCHAR AS text FROM range(1_500_000)")
    change(nights, "DROP TABLE heavy")


@pytest.mark.parametrize("place", [8, 4_096, 20_000, -1])
def test_a_copy_that_is_not_what_was_copied_is_not_published(two_nights, monkeypatch, place):
    """Wherever it differs: in the part by which DuckDB knows a file, too, the working file is not called broken."""
    kept = file_hash(two_nights)

    def copy_badly(source, target):
        content = bytearray(source.read_bytes())
        content[place] ^= 1
        target.write_bytes(content)

    monkeypatch.setattr("shutil.copyfile", copy_badly)
    with pytest.raises(WarehouseError, match="does not hold what it holds") as said:
        publish.publish_copy(two_nights.data_dir)
    assert not isinstance(said.value, BrokenFileError)
    assert file_hash(two_nights) == kept


def test_a_compact_copy_that_lacks_rows_is_not_published(two_nights, monkeypatch):
    kept = file_hash(two_nights)
    make_fat(two_nights)
    monkeypatch.setattr(publish, "COPY", f"{publish.COPY}; DELETE FROM copy.events")
    with pytest.raises(WarehouseError, match="does not hold what it holds"):
        publish.publish_copy(two_nights.data_dir)
    assert file_hash(two_nights) == kept


def test_the_log_that_a_killed_run_left_beside_its_copy_reaches_no_later_one(two_nights):
    data_dir = two_nights.data_dir
    fresh = data_dir.published.with_name(f".{data_dir.published.name}.new")
    left = fresh.with_name(f"{fresh.name}.wal")
    shutil.copyfile(data_dir.published, fresh)
    with duckdb.connect(str(fresh)) as con:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute("CREATE TABLE left_behind (one INTEGER)")
    assert left.exists()
    publish.publish_copy(data_dir)
    assert not left.exists()
    assert rows(two_nights, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'left_behind'") == [(0,)]


def test_a_working_file_of_which_a_quarter_is_free_blocks_becomes_the_published_copy(two_nights):
    data_dir = two_nights.data_dir
    make_fat(two_nights)
    fat = data_dir.working.stat().st_size
    publish.publish_copy(data_dir)
    assert data_dir.working.read_bytes() == data_dir.published.read_bytes()
    assert data_dir.working.stat().st_size < fat / 2
    assert stat.S_IMODE(data_dir.working.stat().st_mode) == 0o600


def test_of_a_large_file_rows_are_copied_at_once_and_it_becomes_the_published_copy(two_nights, monkeypatch):
    data_dir, asked = two_nights.data_dir, []
    before = rows(two_nights, "SELECT * FROM events ORDER BY ALL")
    monkeypatch.setattr(publish, "LARGE", data_dir.working.stat().st_size)
    monkeypatch.setattr(publish, "_copy_bytes", lambda *files: asked.append(files))
    publish.publish_copy(data_dir)
    assert not asked
    assert data_dir.working.read_bytes() == data_dir.published.read_bytes()
    assert rows(two_nights, "SELECT * FROM events ORDER BY ALL") == before != []


def test_a_working_file_with_a_log_beside_it_stays(two_nights):
    data_dir = two_nights.data_dir
    make_fat(two_nights)
    held = data_dir.working.read_bytes()
    with duckdb.connect(str(data_dir.working)) as con:
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute("INSERT INTO meta VALUES ('late', 'as in the log')")
    publish.publish_copy(data_dir)
    assert data_dir.working.read_bytes() == held
    assert rows(two_nights, "SELECT value FROM meta WHERE key = 'late'") == [("as in the log",)]


def test_a_table_without_a_comment_is_only_warned_of(two_nights, caplog):
    change(two_nights, "CREATE TABLE stray (x INTEGER)")
    with caplog.at_level(logging.WARNING, logger="mscwatch"):
        publish.publish_copy(two_nights.data_dir)
    assert "main.stray" in caplog.text


def test_a_broken_published_file_is_replaced_and_not_kept(two_nights):
    two_nights.data_dir.published.write_bytes(b"not a database")
    publish.publish_copy(two_nights.data_dir)
    assert rows(two_nights, "SELECT count(*) FROM trials") == [(3,)]
    assert len(list((two_nights.data_dir.path / "previous").iterdir())) == 1


@pytest.mark.slow
def test_a_new_warehouse_has_the_smallest_blocks_so_that_a_small_watch_makes_a_small_file(tmp_path):
    data_dir = DataDir(tmp_path / "data")
    data_dir.prepare()
    with working.open_warehouse.plainly(data_dir) as con:
        assert con.execute(
            "SELECT block_size FROM pragma_database_size() WHERE database_name = 'warehouse'"
        ).fetchall() == [(16_384,)]
    assert data_dir.working.stat().st_size < 2_000_000
