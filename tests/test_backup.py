"""`mscwatch backup` and `restore`: what was saved comes back whole, or nothing changes."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import duckdb
import pytest

from mscwatch.errors import ConfigError, LockedError, WarehouseError
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import backup, queries, schema, sql
from mscwatch.store.data_dir import DataDir, locked
from support.records import edited, set_status
from support.snapshots import trials
from support.warehouse import change, contents


@pytest.fixture
def saved(made_once, made_two_nights, tmp_path):
    """A backup of the warehouse of `two_nights`."""

    def save(folder):
        data_dir = DataDir(shutil.copytree(made_two_nights, folder / "data"))
        backup.write_backup(data_dir, folder / "saved.zip")

    return Path(shutil.copy(made_once("backup", save) / "saved.zip", tmp_path))


def restore(file, folder, *, watch="all", replace=False):
    places = DataDir(folder)
    backup.restore_backup(places, file, watch, replace=replace, memory_limit="700MB", keep=3)
    return places


@pytest.mark.slow
def test_what_was_saved_comes_back_whole_and_goes_on(two_nights, saved, tmp_path, order):
    there = restore(saved, tmp_path / "there")
    assert contents(there.working) == contents(two_nights.data_dir.working)
    assert contents(there.published) == contents(two_nights.data_dir.published)
    completed = [edited(one, set_status("COMPLETED")) for one in trials(3)]
    with Replica(
        [Snapshot("2022-10-10T09:00:05", {f"NCT0000000{n}": one for n, one in enumerate(completed, 1)})]
    ) as registry:
        result = run_watch(order(registry.url, data_dir=there.path))
    assert result.events == {"completed": 2}


def test_the_manifest_says_what_is_in_it(two_nights, saved):
    manifest = backup.read_manifest(saved)
    with zipfile.ZipFile(saved) as archive:
        assert manifest["sha256"] == hashlib.sha256(archive.read(backup.DATABASE)).hexdigest()
    assert (manifest["watch"], manifest["schema_version"]) == ("all", schema.newest_schema())
    assert manifest["counts"].items() >= {"main.versions": 4, "main.events": 4, "ctgov.studies": 3}.items()


@pytest.mark.slow
def test_a_backup_takes_in_what_a_killed_run_left_in_its_log(two_nights, tmp_path):
    con = duckdb.connect(str(two_nights.data_dir.working))
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("INSERT INTO meta VALUES ('late', 'yes')")
    con.close()
    assert two_nights.data_dir.working.with_name("mscwatch-working.duckdb.wal").exists()
    backup.write_backup(two_nights.data_dir, tmp_path / "late.zip")
    there = restore(tmp_path / "late.zip", tmp_path / "there")
    with sql.open_read_only(there.working) as found:
        assert queries.facts(found)["late"] == "yes"


def rewritten(file, edit=None, *, database=None):
    """The same backup with another manifest or another database."""
    with zipfile.ZipFile(file) as archive:
        manifest, data = json.loads(archive.read(backup.MANIFEST)), archive.read(backup.DATABASE)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(backup.MANIFEST, json.dumps(edit(manifest) if edit else manifest))
        archive.writestr(backup.DATABASE, database(data) if database else data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda file: rewritten(file, lambda it: it | {"schema_version": 999}), WarehouseError, "newer than this"),
        (lambda file: rewritten(file, lambda it: it | {"watch": "other"}), ConfigError, "belongs to the watch other, not to all"),
        (lambda file: rewritten(file, database=lambda data: data[:-1] + b"x"), WarehouseError, "is damaged"),
        (lambda file: rewritten(file, lambda it: it | {"counts": it["counts"] | {"main.events": 9}}), WarehouseError, "main.events"),
        (lambda file: file.write_bytes(file.read_bytes()[:-2000]), ConfigError, "is not a backup"),
        (lambda file: file.write_bytes(file.read_bytes()[:5000] + b"xxxx" + file.read_bytes()[5004:]), WarehouseError, "cannot be restored"),
        (lambda file: file.write_text("a letter"), ConfigError, "is not a backup"),
    ],
)  # fmt: skip
def test_an_unfit_backup_is_refused_and_changes_nothing(two_nights, saved, damage, error, words, tmp_path):
    kept = contents(two_nights.data_dir.working)
    damage(saved)
    with pytest.raises(error, match=words):
        restore(saved, two_nights.settings.data_dir, replace=True)
    assert contents(two_nights.data_dir.working) == kept
    assert not list(two_nights.data_dir.working.parent.glob("restored*"))
    with pytest.raises(error):
        restore(saved, tmp_path / "fresh")
    assert not (tmp_path / "fresh" / "mscwatch.duckdb").exists()


@pytest.mark.slow
def test_a_warehouse_is_only_replaced_on_request(two_nights, saved):
    wanted = contents(two_nights.data_dir.working)
    change(two_nights, "INSERT INTO meta VALUES ('later', 'yes')")
    with pytest.raises(ConfigError, match="--replace"):
        restore(saved, two_nights.settings.data_dir)
    with sql.open_read_only(two_nights.data_dir.working) as con:
        assert queries.facts(con)["later"] == "yes"
    restore(saved, two_nights.settings.data_dir, replace=True)
    assert contents(two_nights.data_dir.working) == wanted
    assert contents(two_nights.data_dir.published) == wanted


def test_a_backup_overwrites_an_earlier_one_and_nothing_else(two_nights, saved, tmp_path):
    change(two_nights, "INSERT INTO meta VALUES ('later', 'yes')")
    backup.write_backup(two_nights.data_dir, saved)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear")
    with pytest.raises(ConfigError, match="is not a backup"):
        backup.write_backup(two_nights.data_dir, letter)
    assert letter.read_text() == "Dear"
    with locked(two_nights.data_dir), pytest.raises(LockedError):
        backup.write_backup(two_nights.data_dir, tmp_path / "new.zip")
    with pytest.raises(WarehouseError, match="cannot be written"):
        backup.write_backup(two_nights.data_dir, tmp_path / "no" / "such" / "folder.zip")
    with pytest.raises(WarehouseError, match="no warehouse"):
        backup.write_backup(DataDir(tmp_path / "nowhere"), tmp_path / "new.zip")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "all.toml",
        "letter.txt",
        "saved.zip",
    ]
