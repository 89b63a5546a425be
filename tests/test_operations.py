"""What an operator does with a warehouse: publish, export, rebuild, save, bring back, migrate, and ask at a prompt."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import shutil
import stat
import zipfile
from types import SimpleNamespace

import duckdb
import pytest
import typer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from typer.testing import CliRunner

from mscwatch.cli import prompt
from mscwatch.cli.app import app
from mscwatch.errors import ConfigError, LockedError, WarehouseError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from mscwatch.store import backup, catalog, export, publish, queries, rebuild, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.watches import load_watch
from support.records import edited, record, set_status
from support.snapshots import nights, trials
from support.warehouse import change, contents, file_hash, rows

HOSTILE = '=HYPERLINK("http://example.org")'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after a baseline of three trials and a night on which one completed."""
    folder = tmp_path_factory.mktemp("made")
    watch = folder / "all.toml"
    watch.write_text(
        'name = "all"\ntitle = "All of it"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'
    )
    before = trials(3)
    hostile = edited(
        before[2], lambda it: it["protocolSection"]["identificationModule"].update(briefTitle=HOSTILE)
    )
    before = [*before[:2], hostile]
    with Replica(nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url)
        for _ in range(2):
            assert run_watch(RunOrder(settings, load_watch(str(watch)))).exit_code == 0
            registry.advance()
    return settings.data_dir


@pytest.fixture
def two_nights(order, made):
    """That directory for one test, with a registry that answers nobody."""
    tonight = order("http://127.0.0.1:9")
    shutil.copytree(made, tonight.settings.data_dir)
    return tonight


# publishing


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
        "INSERT INTO runs SELECT 'z', * EXCLUDE run_id REPLACE (now()::TIMESTAMP + INTERVAL 1 DAY AS started_at) FROM runs LIMIT 1",
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


def test_a_copy_that_lost_rows_is_not_published(two_nights, monkeypatch):
    kept = file_hash(two_nights)
    original = publish.counts
    counted = iter((False, True))
    monkeypatch.setattr(
        publish, "counts", lambda con: original(con) | ({"main.events": 0} if next(counted) else {})
    )
    with pytest.raises(WarehouseError, match="does not hold what the original holds"):
        publish.publish_copy(two_nights.data_dir)
    assert file_hash(two_nights) == kept


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


# export

READERS = {
    "parquet": "read_parquet('{}', hive_partitioning = true)",
    "csv": "read_csv('{}', header = true, all_varchar = true)",
    "ndjson": "read_json('{}', format = 'newline_delimited')",
}


@pytest.mark.parametrize("form", list(export.OPTIONS))
def test_every_relation_is_exported_whole_and_counted(two_nights, tmp_path, form):
    folder = tmp_path / "deep" / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, form)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["format"], manifest["data_timestamp"]) == (form.value, "2022-10-07 09:00:05")
    with queries.open_published(DataDir(two_nights.settings.data_dir)) as con:
        wanted = {
            f"{one.schema}.{one.name}": con.execute(
                f"SELECT count(*) FROM {one.schema}.{one.name}"
            ).fetchall()[0][0]
            for one in catalog.relations(con)
        }
    assert {one["name"]: one["rows"] for one in manifest["relations"]} == wanted
    assert wanted["main.trials"] == wanted["ctgov.studies"] == 3
    with duckdb.connect() as con:
        for one in manifest["relations"]:
            if one["rows"] or form is export.ExportFormat.PARQUET:
                source = READERS[form.value].format(folder / one["path"])
                assert con.execute(f"SELECT count(*) FROM {source}").fetchall() == [(one["rows"],)], one
    assert not list(folder.glob(".*"))


def test_parquet_keeps_types_and_parts_what_only_grows(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.PARQUET)
    (year,) = {path.name for path in (tmp_path / "out" / "main" / "versions").iterdir()}
    assert year.startswith("observed_year=")
    with duckdb.connect() as con:
        types = con.execute(f"DESCRIBE FROM '{tmp_path}/out/main/trials.parquet'").fetchall()
    assert dict(row[:2] for row in types).items() >= {"countries": "VARCHAR[]", "start_date": "DATE"}.items()


def test_growing_tables_without_rows_still_have_their_columns(two_nights, tmp_path):
    with duckdb.connect(str(two_nights.data_dir.published)) as con:
        con.execute("DELETE FROM events")
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.PARQUET)
    with duckdb.connect() as con:
        found = con.execute(f"FROM read_parquet('{tmp_path}/out/main/events/**/*.parquet')")
        assert "observed_year" in [column[0] for column in found.description]


def test_csv_runs_no_formula_and_joins_lists(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.CSV)
    text = (tmp_path / "out" / "main" / "trials.csv").read_text()
    found = {row["nct_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert found["NCT00000003"]["brief_title"] == f"'{HOSTILE}"
    assert found["NCT00000001"]["brief_title"] == "Mesenchymal stem cells in liver cirrhosis"
    assert found["NCT00000001"]["conditions"] == "Liver Cirrhosis; Hepatitis B"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_every_beginning_of_a_formula_is_defused(start):
    with duckdb.connect() as con:
        cell = export._as_cell("it", "VARCHAR")
        assert con.execute(f"SELECT {cell} FROM (SELECT ? AS it)", [f"{start}1"]).fetchall() == [
            (f"'{start}1",)
        ]
        cells = export._as_cell("it", "VARCHAR[]")
        assert con.execute(f"SELECT {cells} FROM (SELECT ? AS it)", [[f"{start}1", "b"]]).fetchall() == [
            (f"'{start}1; b",)
        ]
        assert con.execute(f"SELECT {cell} FROM (SELECT NULL::VARCHAR AS it)").fetchall() == [(None,)]


def test_ndjson_has_lists_records_and_utc_times(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.NDJSON)
    lines = (tmp_path / "out" / "main" / "versions.ndjson").read_text().splitlines()
    first = json.loads(lines[0])
    assert first["record"]["protocolSection"]["identificationModule"]["nctId"] == first["nct_id"]
    assert first["data_timestamp"].endswith("Z")


def test_an_earlier_export_is_replaced_and_other_files_are_left_alone(two_nights, tmp_path):
    folder = tmp_path / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    (folder / "notes.txt").write_text("mine")
    (folder / f"{export.UNFINISHED}killed").mkdir()
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.PARQUET)
    assert sorted(path.name for path in folder.iterdir()) == ["ctgov", "main", "manifest.json", "notes.txt"]
    assert not list(folder.rglob("*.csv"))


@pytest.mark.parametrize("stranger", ["thesis.docx", "manifest.json"])
def test_a_folder_with_anything_else_is_refused_and_untouched(two_nights, tmp_path, stranger):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / stranger).write_text('{"made_by": "somebody else"}')
    with pytest.raises(ConfigError, match="is not empty and holds no earlier export"):
        export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.CSV)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [stranger]
    with pytest.raises(ConfigError, match="is a file"):
        export.export_tables(
            two_nights.settings.data_dir, tmp_path / "out" / stranger, export.ExportFormat.CSV
        )


def test_an_export_that_fails_leaves_the_earlier_one(two_nights, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_write_manifest", full)
    with pytest.raises(WarehouseError, match="No space left"):
        export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    assert {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()} == before


# rebuild


def rebuilt(order):
    return rebuild.rebuild_derived(
        order.data_dir, order.watch, order.settings.decisions, memory_limit="700MB", keep=3
    )


def test_a_rebuild_makes_everything_derived_anew_and_nothing_else(two_nights):
    wanted = contents(two_nights.data_dir.working)
    change(
        two_nights,
        "DELETE FROM ctgov.conditions; UPDATE ctgov.studies SET overall_status = 'X'; DELETE FROM published_trials;"
        "CREATE OR REPLACE VIEW trials AS SELECT 1 AS nothing; DROP TABLE ctgov.keywords;"
        "DELETE FROM therapies WHERE nct_id = 'NCT00000002'; UPDATE therapies SET cell_type = 'other';"
        "UPDATE watched SET relevance = 'off', relevance_reason = 'because' WHERE nct_id = 'NCT00000001'",
    )
    done = rebuilt(two_nights)
    assert (done.records, done.readings_changed, done.published) == (3, 1, True)
    assert contents(two_nights.data_dir.working) == wanted
    assert contents(two_nights.data_dir.published) == wanted
    again = rebuilt(two_nights)
    assert (again.rows, again.readings_changed) == (done.rows, 0)
    assert contents(two_nights.data_dir.working) == wanted


def test_a_rebuild_that_is_killed_goes_on_when_the_file_is_next_opened(two_nights, monkeypatch):
    wanted = contents(two_nights.data_dir.working)
    with monkeypatch.context() as patch:
        patch.setattr("mscwatch.store.ctgov.refresh", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rebuilt(two_nights)
    assert contents(two_nights.data_dir.published) == wanted
    with working.open_warehouse(two_nights.data_dir):
        pass
    found = contents(two_nights.data_dir.working)
    assert {name for name in wanted if found[name] != wanted[name]} == {
        "main.meta"
    }  # the next night reads anew
    rebuilt(two_nights)
    assert contents(two_nights.data_dir.working) == wanted


def test_a_rebuild_waits_for_nobody_and_takes_no_other_watchs_data(two_nights, order, tmp_path, watch_file):
    with locked(two_nights.data_dir), pytest.raises(LockedError):
        rebuilt(two_nights)
    other = tmp_path / "other.toml"
    other.write_text(watch_file.read_text().replace('"all"', '"other"'))
    kept = file_hash(two_nights)
    with pytest.raises(ConfigError, match="belongs to the watch all, not to other"):
        rebuilt(order("http://127.0.0.1:9", watch=other))
    with pytest.raises(WarehouseError, match="There is no warehouse"):
        rebuilt(order("http://127.0.0.1:9", data_dir=tmp_path / "nowhere"))
    assert file_hash(two_nights) == kept


# backup and restore


@pytest.fixture
def saved(two_nights, tmp_path):
    file = tmp_path / "saved.zip"
    backup.write_backup(two_nights.data_dir, file)
    return file


def restore(file, folder, *, watch="all", replace=False):
    places = DataDir(folder)
    backup.restore_backup(places, file, watch, replace=replace, memory_limit="700MB", keep=3)
    return places


def test_what_was_saved_comes_back_whole_and_goes_on(two_nights, saved, tmp_path, order):
    there = restore(saved, tmp_path / "there")
    assert contents(there.working) == contents(two_nights.data_dir.working)
    assert contents(there.published) == contents(two_nights.data_dir.published)
    completed = [edited(one, set_status("COMPLETED")) for one in trials(3)]
    with Replica(
        [Snapshot("2022-10-10T09:00:05", {f"NCT0000000{n}": one for n, one in enumerate(completed, 1)})]
    ) as registry:
        result = run_watch(order(registry.url, data_dir=there.data_dir))
    assert result.events == {"completed": 2}


def test_the_manifest_says_what_is_in_it(two_nights, saved):
    manifest = backup.read_manifest(saved)
    with zipfile.ZipFile(saved) as archive:
        assert manifest["sha256"] == hashlib.sha256(archive.read(backup.DATABASE)).hexdigest()
    assert (manifest["watch"], manifest["schema_version"]) == ("all", working.newest_schema())
    assert manifest["counts"].items() >= {"main.versions": 4, "main.events": 4, "ctgov.studies": 3}.items()


def test_a_backup_takes_in_what_a_killed_run_left_in_its_log(two_nights, tmp_path):
    con = duckdb.connect(str(two_nights.data_dir.working))
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("INSERT INTO meta VALUES ('late', 'yes')")
    con.close()
    assert two_nights.data_dir.working.with_name("mscwatch-working.duckdb.wal").exists()
    backup.write_backup(two_nights.data_dir, tmp_path / "late.zip")
    there = restore(tmp_path / "late.zip", tmp_path / "there")
    with publish.open_read_only(there.working) as found:
        assert queries.meta(found)["late"] == "yes"


def rewritten(file, edit=None, *, database=None):
    """The same backup with another manifest or another database."""
    with zipfile.ZipFile(file) as archive:
        manifest, data = json.loads(archive.read(backup.MANIFEST)), archive.read(backup.DATABASE)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(backup.MANIFEST, json.dumps(edit(manifest) if edit else manifest))
        archive.writestr(backup.DATABASE, database(data) if database else data)


@pytest.mark.parametrize(
    ("damage", "error", "words"),
    [
        (lambda file: rewritten(file, lambda it: it | {"schema_version": 999}), WarehouseError, "newer than this"),
        (lambda file: rewritten(file, lambda it: it | {"watch": "other"}), ConfigError, "of the watch other, not of all"),
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


def test_a_warehouse_is_only_replaced_on_request(two_nights, saved):
    wanted = contents(two_nights.data_dir.working)
    change(two_nights, "INSERT INTO meta VALUES ('later', 'yes')")
    with pytest.raises(ConfigError, match="--replace"):
        restore(saved, two_nights.settings.data_dir)
    with publish.open_read_only(two_nights.data_dir.working) as con:
        assert queries.meta(con)["later"] == "yes"
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


# migrations

SCHEMAS = [int(path.name[:3]) for path in working._sql_files("schema")]


def with_schemas(monkeypatch, *extra, until=999):
    """Schema files up to a number, and some more."""
    original = working._sql_files

    def chosen(folder):
        found = original(folder)
        if folder != "schema":
            return found
        return [*(file for file in found if int(file.name[:3]) <= until), *extra]

    monkeypatch.setattr(working, "_sql_files", chosen)


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


@pytest.mark.parametrize("number", SCHEMAS)
def test_a_warehouse_of_every_earlier_schema_opens_today(number, tmp_path, monkeypatch):
    places = DataDir(tmp_path / "old")
    places.prepare()
    with monkeypatch.context() as patch:
        with_schemas(patch, until=number)
        patch.setattr(working, "_refresh_derived", lambda _: None)  # today's comments are of today's tables
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


# the commands


@pytest.fixture
def command(two_nights, monkeypatch, watch_file):
    """Run a command on that warehouse, in this process."""
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    monkeypatch.setenv("MSCWATCH_WATCH", str(watch_file))

    def run(*words):
        return CliRunner().invoke(app, list(map(str, words)))

    return run


def test_each_command_says_what_it_did(command, tmp_path):
    said = command("export", tmp_path / "out", "--format", "csv").output
    assert f"rows in {tmp_path / 'out'} as csv" in said
    said = command("rebuild").output
    assert "made from 3 records; 0 trials or links are read otherwise. Published." in said
    said = command("backup", tmp_path / "saved.zip").output
    assert "4 records and 4 events of the watch all" in said
    assert isinstance(command("restore", tmp_path / "saved.zip").exception, ConfigError)
    said = command("restore", tmp_path / "saved.zip", "--replace").output
    assert "is back in" in said
    assert command("restore", tmp_path / "no.zip").exit_code == 2
    assert command("export", tmp_path / "x", "--format", "xlsx").exit_code == 2


@pytest.mark.parametrize("words", [("sql",), ("sql", "--json"), ("sql", "--csv")])
def test_sql_without_a_query_and_without_a_person_is_a_usage_error(command, words):
    error = command(*words).exception
    assert isinstance(error, ConfigError)
    assert "A query is missing" in str(error)


@pytest.fixture
def person(monkeypatch):
    monkeypatch.setattr(prompt.sys, "stdin", SimpleNamespace(isatty=lambda: True))


def test_duckdbs_own_shell_is_used_where_there_is_one(two_nights, person, tmp_path, monkeypatch):
    shell = tmp_path / "duckdb"
    shell.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\nexit 3\n')
    shell.chmod(shell.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(prompt.shutil, "which", lambda _: str(shell))
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    with pytest.raises(typer.Exit) as left:
        prompt.sql(None)
    assert left.value.exit_code == 3
    words = (tmp_path / "words").read_text().splitlines()
    assert (words[0], words[-1]) == ("-readonly", str(two_nights.data_dir.published))


def test_the_prompt_answers_forgives_remembers_and_completes(
    two_nights, person, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(prompt.shutil, "which", lambda _: None)
    monkeypatch.setattr(prompt.typer, "get_app_dir", lambda _: str(tmp_path / "home"))
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text("SELECT count(*) AS trials_there\rFROM trials;\r")  # Enter within a query goes on
        keys.send_text("SELECT wrong;\r;\r\x03")
        keys.send_text("SELECT overall_status FROM studies_as_of('2999-01-01');\r")
        keys.send_text("SELECT * FROM range(300);\rquit\r")
        prompt.sql(None)
    said = capsys.readouterr().out
    assert "data of 2022-10-07" in said
    assert "trials_there" in said
    assert 'Referenced column "wrong"' in said
    assert "COMPLETED" in said
    assert "200 of 300 rows" in said
    assert "SELECT wrong;" in (tmp_path / "home" / "sql_history").read_text()


@pytest.mark.parametrize(("typed", "offered"), [("sel", "SELECT"), ("SELECT count(why_st", "why_stopped")])
def test_what_is_typed_is_completed_also_within_parentheses(
    two_nights, tmp_path, monkeypatch, typed, offered
):
    monkeypatch.setattr(prompt.typer, "get_app_dir", lambda _: str(tmp_path / "home"))
    with queries.open_published(DataDir(two_nights.settings.data_dir)) as con:
        words = prompt.vocabulary(con)
    assert {"SELECT", "trials", "why_stopped", "trials_as_of", "studies"} <= set(words)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        completer = prompt._session(words).completer
    found = completer.get_completions(Document(typed), CompleteEvent(completion_requested=True))
    assert offered in {one.text for one in found}


def test_the_end_of_input_leaves_the_prompt(two_nights):
    def prompt_once(_):
        raise EOFError

    with queries.open_published(DataDir(two_nights.settings.data_dir)) as con:
        prompt.answer_all(SimpleNamespace(prompt=prompt_once), con)
