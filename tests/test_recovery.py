"""A process that is killed while DuckDB writes its file: what the next run makes of what is left."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import duckdb
import pytest

from mscwatch.errors import BrokenFileError, ConfigError, WarehouseError
from mscwatch.pipeline import doctor
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.store import backup, ledger, rebuild, sql, working
from mscwatch.store.data_dir import DataDir
from support.disks import limited
from support.snapshots import nights, trials
from support.warehouse import rows

BLOCKS_BEGIN, BLOCK, PAGE = 12_288, 262_144, 4_096  # bytes; a process is killed between two pages of a write
TEARS = 12  # of each opening's writes

TOLD = "SELECT nct_id, kind, before, after FROM events ORDER BY ALL"
MENDED = "SELECT summary FROM notices WHERE kind = 'mended'"
STORED = "SELECT nct_id, version_no, content_hash, valid_to IS NULL FROM versions ORDER BY ALL"


def torn(before, after):
    """What a kill can leave of a file: a block that was written over the earlier one in place, but not to its end."""
    for start in range(BLOCKS_BEGIN, len(before), BLOCK):
        old, new = (one[start : start + BLOCK] for one in (before, after))
        for cut in range(PAGE, BLOCK, PAGE):
            left = new[:cut] + old[cut:]
            if left not in (old, new):
                yield before[:start] + left + before[start + BLOCK :]


@pytest.fixture
def tonight(order, registry, first_night):
    """An order of the second night."""
    one = order(registry.url)
    first_night(one, registry)
    registry.advance()
    return one


@pytest.fixture
def undisturbed(order, registry, tonight, tmp_path):
    """An order whose second night went well."""
    one = order(registry.url, data_dir=tmp_path / "undisturbed")
    shutil.copytree(tonight.data_dir.path, one.data_dir.path)
    run_watch(one)
    return one


@pytest.fixture
def broken(tonight):
    """An order whose working file was torn on its second night."""
    place = tonight.data_dir.working
    before = place.read_bytes()
    with working.open_warehouse(tonight.data_dir) as con:
        con.execute(
            "INSERT INTO runs (run_id, watch, started_at, outcome) VALUES ('r', 'all', now(), 'running')"
        )
    unreadable = (left for left in torn(before, place.read_bytes()) if not opens(place, left))
    assert next(unreadable, None)  # else DuckDB writes no block in place any more, and all of this may go
    return tonight


def opens(place, content):
    place.write_bytes(content)
    try:
        with sql.open_read_only(place):
            return True
    except WarehouseError:
        return False


@pytest.mark.slow
def test_the_published_state_takes_the_place_of_a_torn_file_and_nothing_is_lost(undisturbed, broken):
    left = broken.data_dir.working.read_bytes()
    result = run_watch(broken)
    assert (result.outcome, result.error, result.events) == ("published", None, {"completed": 1})
    (said,) = result.warnings
    assert str(broken.data_dir.broken) in said
    for query in (TOLD, STORED):
        assert rows(broken, query) == rows(undisturbed, query)
    assert broken.data_dir.broken.read_bytes() == left
    assert run_watch(broken).warnings == []
    assert rows(broken, MENDED) == [(said,)]


@pytest.mark.slow
def test_a_part_that_only_a_later_statement_reads_is_found_broken_too(broken, monkeypatch):
    """DuckDB reads a table's metadata when the table is first asked for; a large file has them in several blocks."""
    broken.data_dir.working.write_bytes(broken.data_dir.published.read_bytes())
    asked = ledger.last_trusted_run

    def torn_at_first(con):
        monkeypatch.setattr(ledger, "last_trusted_run", asked)
        msg = "Corrupt database file: computed checksum 1 does not match stored checksum 2 in block at location 3"
        raise duckdb.Error(msg)

    monkeypatch.setattr(ledger, "last_trusted_run", torn_at_first)
    result = run_watch(broken)
    assert (result.outcome, len(result.warnings)) == ("published", 1)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("IO Error: Could not read from file: Input/output error", WarehouseError, "Check the disk"),
        ("IO Error: Could not write file: No space left on device", WarehouseError, "Make room"),
        ("Out of Memory Error: failed to offload data block of size 256.0 KiB", WarehouseError, "Make room"),
        ("Out of Memory Error: could not allocate block", WarehouseError, "MSCWATCH_MEMORY_LIMIT"),
        ("IO Error: No more data remaining in MetadataReader", BrokenFileError, "`mscwatch run` mends it"),
    ],
)
def test_what_duckdb_says_of_the_file_comes_with_what_to_do(tonight, said, kind, words):
    error = duckdb.OutOfMemoryException if "Memory" in said else duckdb.IOException
    with pytest.raises(WarehouseError, match=words) as raised, working.open_warehouse(tonight.data_dir):
        raise error(said)
    assert type(raised.value) is kind


def test_a_statement_that_is_wrong_is_no_trouble_with_the_file(tonight):
    with pytest.raises(duckdb.CatalogException), working.open_warehouse(tonight.data_dir) as con:
        con.execute("FROM nowhere")


@pytest.mark.slow
def test_a_restored_backup_knows_nothing_of_the_file_that_was_broken(broken, tmp_path):
    run_watch(broken)
    backup.write_backup(broken.data_dir, tmp_path / "saved")
    backup.restore_backup(
        broken.data_dir, tmp_path / "saved", "all", replace=True, memory_limit="500MB", keep=3
    )
    assert not broken.data_dir.broken.exists()


@pytest.mark.slow
def test_the_operator_hears_of_it_from_the_next_run_when_the_first_one_stops(broken, tmp_path):
    wrong = tmp_path / "decisions.toml"
    wrong.write_text("no table at all")
    settings = broken.settings.model_copy(update={"decisions_file": str(wrong)})
    with pytest.raises(ConfigError):
        run_watch(replace(broken, settings=settings))
    assert run_watch(broken).outcome == "published"
    assert len(rows(broken, MENDED)) == 1


@pytest.mark.slow
def test_a_log_of_changes_goes_with_the_file_that_it_belongs_to(broken):
    places = broken.data_dir
    log = places.working.with_name(f"{places.working.name}.wal")
    log.write_bytes(b"of the torn file")
    assert run_watch(broken).outcome == "published"
    assert not log.exists()
    assert places.broken.with_name(f"{places.broken.name}.wal").read_bytes() == b"of the torn file"


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ("the published file", "Move it away to start again"),
        ("its SHA-256", "replace both by a file of previous/"),
        ("what its SHA-256 says", "replace both by a file of previous/"),
        ("its content", "replace both by a file of previous/"),
    ],
)
def test_where_no_sound_file_is_published_a_torn_one_stays_and_it_is_said_what_to_do(broken, lacks, words):
    places, left = broken.data_dir, broken.data_dir.working.read_bytes()
    match lacks:
        case "the published file":
            places.published.unlink()
        case "its SHA-256":
            places.published_hash.unlink()
        case "what its SHA-256 says":
            places.published_hash.write_text("")
        case "its content":
            places.published.write_bytes(places.published.read_bytes()[:-1])
    with pytest.raises(BrokenFileError, match=words):
        run_watch(broken)
    assert places.working.read_bytes() == left
    assert not places.broken.exists()


def test_a_disk_without_room_for_the_published_state_leaves_the_torn_file_as_it_is(broken):
    places, left = broken.data_dir, broken.data_dir.working.read_bytes()
    with limited(BLOCK), pytest.raises(WarehouseError, match="cannot be replaced"):
        run_watch(broken)
    assert {path.name for path in places.working.parent.iterdir()} == {
        path.name for path in (places.working, places.seal, places.alarm)
    }
    assert places.working.read_bytes() == left


@pytest.mark.slow
def test_where_the_copy_cannot_be_put_in_place_nobody_is_told_that_it_was(broken, monkeypatch):
    def failing(*_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(WarehouseError, match="cannot be replaced: Input/output error"):
            run_watch(broken)
    assert not broken.data_dir.broken.exists()
    assert run_watch(broken).outcome == "published"


def test_other_commands_leave_a_torn_file_to_the_next_night(broken, tmp_path):
    order, left = broken, broken.data_dir.working.read_bytes()
    settings = order.settings
    for command in (
        lambda: rebuild.rebuild_derived(
            order.data_dir, order.watch, settings.decisions, memory_limit="500MB", keep=3
        ),
        lambda: backup.write_backup(order.data_dir, tmp_path / "saved"),
    ):
        with pytest.raises(WarehouseError, match="`mscwatch run` mends it"):
            command()
    (failed,) = [check for check in doctor.run_checks(settings) if check.what == "working file"]
    assert (failed.good, "`mscwatch run` mends it" in failed.detail) == (False, True)
    assert order.data_dir.working.read_bytes() == left


def test_a_file_that_cannot_be_opened_for_another_reason_is_left_alone(order, first_night):
    with Replica(nights(trials(3))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        with pytest.raises(WarehouseError, match="MSCWATCH_MEMORY_LIMIT") as said:
            run_watch(order(registry.url, memory_limit="1MB", force=True))
    assert not isinstance(said.value, BrokenFileError)
    assert not tonight.data_dir.broken.exists()


@pytest.mark.slow
def test_a_night_that_finds_the_disk_full_says_so_and_the_next_one_tells_what_happened(tonight, undisturbed):
    # One block less than it has: the first note of the run does not fit.
    room = tonight.data_dir.working.stat().st_size - working.BLOCK_SIZE
    with limited(room), pytest.raises(WarehouseError, match="Make room on its disk"):
        run_watch(tonight)
    result = run_watch(tonight)
    assert (result.outcome, result.warnings) == ("published", [])
    for query in (TOLD, STORED):
        assert rows(tonight, query) == rows(undisturbed, query)


@pytest.mark.slow
def test_a_night_that_is_torn_in_any_of_its_writes_is_made_good(tonight, undisturbed, monkeypatch):
    data, kept = tonight.data_dir.path, tonight.data_dir.path.with_name("kept")
    moments = []  # of the night: the folder before each opening, and the file after it

    @contextmanager
    def noted(places, *arguments):
        shutil.copytree(data, kept / str(len(moments)))
        with plainly(places, *arguments) as con:
            yield con
        moments.append((kept / str(len(moments)), places.working.read_bytes()))

    with monkeypatch.context() as patch:
        plainly = working.open_warehouse
        patch.setattr(working, "open_warehouse", noted)
        run_watch(tonight)
    place, mended = tonight.data_dir.working, 0
    for folder, after in moments:
        lefts = list(torn(DataDir(folder).working.read_bytes(), after))
        for left in Random(1).sample(lefts, min(TEARS, len(lefts))):
            shutil.rmtree(data)
            shutil.copytree(folder, data)
            place.write_bytes(left)
            result = run_watch(tonight)
            assert result.error is None
            mended += bool(result.warnings)
            for query in (TOLD, STORED):
                assert rows(tonight, query) == rows(undisturbed, query)
    print(f"\n[torn] {len(moments)} openings, {mended} files that could not be opened")
    assert mended
