"""The private working file: opened by one run at a time and migrated on opening; analysts see its published copy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from mscwatch.atomic_write import PRIVATE
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.store import damage, schema
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import CONFIG, Connection, first_line, quoted

log = logging.getLogger(__name__)

# DuckDB 2's own default cannot be opened by any 1.x client; this one is readable since 1.2.
STORAGE_VERSION = "v1.2.0"
# Smaller than one commit of a first run, so that most rows are written as they come: rows that do not fill a row group
# are written with the commit, and again with the next one. DuckDB's default is 122,880.
ROW_GROUP_SIZE = 6_144
# DuckDB's least, given when a file is made: with its default (262,144) an empty warehouse takes 13 MB.
BLOCK_SIZE = 16_384


def instance(data_dir: DataDir, memory_limit: str = "500MB") -> Connection:
    """A DuckDB without a file. Making one takes two thirds of an opening; an error in a file may make it unusable."""
    con = duckdb.connect(config=CONFIG)
    con.execute("SET memory_limit = ?", [memory_limit])
    con.execute("SET temp_directory = ?", [str(data_dir.spill)])
    con.execute("SET preserve_insertion_order = false")
    return con


@contextmanager
def open_warehouse(
    data_dir: DataDir, memory_limit: str = "500MB", kept: Connection | None = None
) -> Iterator[Connection]:
    """Open the working file, create or migrate it where needed, and checkpoint and close it at the end.

    It is opened in `kept`, an `instance`, or in one of its own. An error closes that too, which lets go of the file.
    Raises `BrokenFileError` when the file is damaged, `WarehouseError` when it cannot be opened for another reason.
    Raises `WarehouseError` too when it is gone while a published file stands: a new file would start with a baseline,
    and publishing that would replace the history.
    """
    refuse_lost(data_dir)
    within = kept or instance(data_dir, memory_limit)
    con = within.cursor()
    try:
        attach(con, data_dir.working, "warehouse")
        con.execute("USE warehouse")
        schema.migrate(con)
    except BaseException as error:
        con.close()
        within.close()
        if isinstance(error, duckdb.Error):
            raise _opening_error(data_dir, error) from error
        raise
    try:
        yield con
        con.execute("CHECKPOINT")  # publishing copies the file alone, without its log
        con.execute("USE memory")
        con.execute("DETACH warehouse")
    except BaseException as error:
        con.close()
        within.close()
        if isinstance(error, duckdb.Error) and (unusable := _using_error(data_dir, error)):
            raise unusable from error
        raise  # the file is sound: one of our own statements is wrong, or it is no matter of the file
    con.close()
    if within is not kept:
        within.close()


def attach(con: Connection, path: Path, name: str, *, private: bool = True) -> None:
    """Attach a file to be written, which is made where it is missing, under a name.

    A `private` one, as the working file is, is made readable by its owner alone.
    """
    block_size = "" if path.exists() else f", BLOCK_SIZE {BLOCK_SIZE}"
    con.execute(
        f"ATTACH {quoted(path)} AS {name} "
        f"(STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {ROW_GROUP_SIZE}{block_size})"
    )
    if private:
        path.chmod(PRIVATE)


def remove_log(path: Path) -> None:
    """Remove the log beside a file that is made anew: a run that was killed left it, and it is of another file."""
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _opening_error(data_dir: DataDir, error: duckdb.Error) -> WarehouseError:
    problem = f"The working file {data_dir.working} cannot be opened: {first_line(error)}"
    if damage.is_named_broken(problem):
        return damage.broken(data_dir, problem)
    advised = damage.advice(problem)
    return WarehouseError(
        f"{problem} {advised or 'Check that no other program uses it, and who may read and write it.'}"
    )


def _using_error(data_dir: DataDir, error: duckdb.Error) -> WarehouseError | None:
    """What an error on the open file says of the file; None where it says nothing. The file is closed by now."""
    problem = f"The working file {data_dir.working} cannot be read or written: {first_line(error)}"
    if damage.is_full(problem):
        return WarehouseError(f"{problem} {damage.MAKE_ROOM}")
    if damage.is_named_broken(str(error)):
        return damage.broken(data_dir, problem)
    if found := damage.unreadable(data_dir.working):
        return damage.broken(data_dir, f"The working file {data_dir.working} cannot be read: {found}")
    advised = damage.advice(problem)
    if not advised and not isinstance(error, (duckdb.OperationalError, duckdb.FatalException)):
        return None
    return WarehouseError(f"{problem} {advised or 'Check the disk that it lies on, then run again.'}")


def refuse_lost(data_dir: DataDir) -> None:
    """Raise `WarehouseError` when a published file stands beside no working file."""
    if data_dir.published.exists() and not data_dir.working.exists():
        raise WarehouseError(
            f"The working file {data_dir.working} is gone, but the published file {data_dir.published} is there. "
            "Copy it there to continue from it, restore a backup with --replace, or move it away to start again."
        )


def refuse_other_watch(
    owner: str | None, watch: str, path: Path, *, other: str = "MSCWATCH_DATA_DIR"
) -> None:
    """Raise `ConfigError` when `path`, a data directory or a backup, belongs to another watch than `watch`.

    `owner` is the watch that it names (`meta.watch`), None or empty before the first night. `other` is what to
    choose instead of this path.
    """
    if owner and owner != watch:
        raise ConfigError(
            f"{path} belongs to the watch {owner}, not to {watch}. "
            f"Set MSCWATCH_WATCH to {owner}, or choose another {other}."
        )
