"""The export that is kept at a URL: whole or not there, brought up to date by the next night, and silent on secrets."""

from __future__ import annotations

import json

import duckdb
import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from mscwatch.errors import ConfigError
from mscwatch.pipeline import doctor
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.settings import show_settings
from mscwatch.store import remote
from mscwatch.vocabulary import RunOutcome
from support.records import edited, set_status
from support.snapshots import nights, trials


@pytest.fixture
def registry():
    before = trials(3)
    after = [edited(before[0], set_status("COMPLETED")), *before[1:]]
    with Replica(nights(before, after, before)) as running:
        yield running


@pytest.fixture(autouse=True)
def _forgetful():
    """What fsspec holds in memory is of this test alone."""
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def latest(url):
    """The manifest that a reader begins at, and the folder it names."""
    files, root = fsspec.url_to_fs(url)
    manifest = json.loads(files.cat_file(f"{root}/{remote.LATEST}"))
    return manifest, f"{root}/{manifest['folder']}"


def files_in(url):
    files, root = fsspec.url_to_fs(url)
    return {path: files.cat_file(path) for path in files.find(root)}


@pytest.mark.slow
def test_every_night_the_published_tables_are_at_the_url_as_parquet(order, registry, tmp_path):
    tonight = order(registry.url, export_url=f"file://{tmp_path}/lake")
    run_watch(tonight)
    registry.advance()
    assert run_watch(tonight).warnings == []
    manifest, folder = latest(f"file://{tmp_path}/lake")
    assert manifest["sha256"] == tonight.data_dir.published_hash.read_text().split()[0]
    assert manifest["made_by"] == "mscwatch export"
    with duckdb.connect(str(tonight.data_dir.published), read_only=True) as con:
        for one in manifest["relations"]:
            read = con.execute(f"SELECT count(*) FROM read_parquet('{folder}/{one['path']}')").fetchall()
            assert read == con.execute(f"SELECT count(*) FROM {one['name']}").fetchall(), one["name"]
    years = (tmp_path / "lake" / manifest["folder"] / "main" / "events").glob("observed_year=*")
    assert list(years)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "memory"])
def test_stable_names_hold_the_newest_night_and_nothing_of_earlier_ones(order, registry, tmp_path, kind):
    url = f"file://{tmp_path}/lake" if kind == "file" else "memory://lake"
    files, root = fsspec.url_to_fs(url)
    run_watch(order(registry.url, export_url=url))
    files.pipe_file(f"{root}/latest/parquet/main/left_behind.parquet", b"of an earlier night")
    registry.advance()
    tonight = order(registry.url, export_url=url)
    assert run_watch(tonight).warnings == []
    manifest, folder = latest(url)
    there = {path.removeprefix(f"{root}/") for path in files.find(f"{root}/latest")}
    assert there == set(manifest["stable"])
    assert files.cat_file(f"{root}/latest/mscwatch.duckdb") == tonight.data_dir.published.read_bytes()
    for table in ("main/trials.parquet", "ctgov/studies.parquet"):
        assert files.cat_file(f"{root}/latest/parquet/{table}") == files.cat_file(f"{folder}/{table}")


@pytest.mark.slow
def test_a_night_with_nothing_new_exports_nothing(order, registry):
    tonight = order(registry.url, export_url="memory://lake")
    run_watch(tonight)
    before = files_in("memory://lake")
    assert run_watch(tonight).outcome is RunOutcome.UNCHANGED
    assert files_in("memory://lake") == before


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["put_file", "pipe_file"])  # a table, and what a reader begins at
def test_an_export_that_breaks_off_leaves_the_earlier_one_and_the_next_night_makes_it_good(
    order, registry, monkeypatch, operation
):
    tonight = order(registry.url, export_url="memory://lake")
    run_watch(tonight)
    before, _ = latest("memory://lake")
    registry.advance()
    usual, done = getattr(MemoryFileSystem, operation), []

    def broken(self, *words, **named):
        if len(done) == {"put_file": 7, "pipe_file": 0}[operation]:
            raise OSError("no space left in memory://me:hunter2@lake")
        done.append(words)
        return usual(self, *words, **named)

    with monkeypatch.context() as storage:
        storage.setattr(MemoryFileSystem, operation, broken)
        result = run_watch(tonight)
    assert (result.outcome, result.exit_code) == (RunOutcome.PUBLISHED, 0)
    assert result.warnings == [
        "The export to memory://lake failed: no space left in memory://***@lake. The next run tries again."
    ]
    assert latest("memory://lake")[0] == before
    assert run_watch(tonight).outcome is RunOutcome.UNCHANGED
    after, folder = latest("memory://lake")
    assert after["sha256"] == tonight.data_dir.published_hash.read_text().split()[0] != before["sha256"]
    assert len([path for path in files_in("memory://lake") if path.startswith(folder)]) > len(
        after["relations"]
    )


@pytest.mark.slow
def test_what_a_reader_has_open_is_never_written_to_and_old_exports_go(order, registry, tmp_path):
    lake = tmp_path / "lake"
    (lake / "mine").mkdir(parents=True)
    folders = []
    for _ in range(3):
        run_watch(order(registry.url, export_url=str(lake), keep_published=1))
        folders.append(latest(str(lake))[0]["folder"])
        registry.advance()
    assert len(set(folders)) == 3
    assert {path.name for path in lake.iterdir()} == {"mine", remote.LATEST, remote.STABLE, *folders[1:]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("url", "shown", "words"),
    [
        ("nowhere://me:hunter2@there/x", "nowhere://***@there/x", "Protocol not known"),
        ("ftp://me:hunter2@127.0.0.1:9/x?key=hunter2", "ftp://***@127.0.0.1:9/x?***", "Connection refused"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_secrets(order, registry, url, shown, words):
    tonight = order(registry.url, export_url=url)
    result = run_watch(tonight)
    assert result.exit_code == 0
    (warning,) = result.warnings
    (row,) = [one for one in doctor.run_checks(tonight.settings) if one.what == "export"]
    assert not row.good
    for said in (warning, row.detail):
        assert shown in said
        assert words in said
    everything = json.dumps(result.as_json()) + repr(tonight.settings) + str(show_settings(tonight.settings))
    assert "hunter2" not in everything + row.detail


@pytest.mark.slow
def test_doctor_says_what_a_reader_would_find(order, registry):
    def said(tonight):
        return next(one.detail for one in doctor.run_checks(tonight.settings) if one.what == "export")

    assert said(order(registry.url)) == "off"
    tonight = order(registry.url, export_url="memory://lake")
    assert "none yet" in said(tonight)
    assert run_watch(tonight).run_id in said(tonight)


def test_a_missing_driver_says_which_package(order):
    with pytest.raises(ConfigError, match=r"Install s3fs.* pip install 'mscwatch\[s3\]'"):
        remote.latest_run("s3://me:hunter2@bucket/x")


def test_a_storage_that_quotes_the_password_is_not_repeated():
    said = remote._message(
        OSError("530 hunt r2 and hunt%20r2 are wrong\nat line 7"), "ftp://me:hunt%20r2@h/x"
    )
    assert said == "530 *** and *** are wrong."
