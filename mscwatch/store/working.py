"""The private working file: opened by one run at a time and migrated on opening; analysts see its published copy."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import duckdb

from mscwatch import __version__
from mscwatch.atomic_write import PRIVATE
from mscwatch.clock import utc_now
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.record.plain import plain_version
from mscwatch.review import claims
from mscwatch.store import addresses, conclusions, ctgov, damage
from mscwatch.store.data_dir import DataDir
from mscwatch.store.plain import make_plain_again
from mscwatch.store.sql import CONFIG, Connection, first_line, quoted, scalar

log = logging.getLogger(__name__)

OpenWarehouse = AbstractContextManager[Connection]

# DuckDB 2's own default cannot be opened by any 1.x client; this one is readable since 1.2.
STORAGE_VERSION = "v1.2.0"
# Smaller than one commit of a first run, so that most rows are written as they come: rows that do not fill a row group
# are written with the commit, and again with the next one. DuckDB's default is 122,880.
ROW_GROUP_SIZE = 6_144
# DuckDB's least, given when a file is made: with its default (262,144) an empty warehouse takes 13 MB.
BLOCK_SIZE = 16_384
REBUILD_BATCH = 10_000
REVIEW_SEEDS = ("published_trials.csv", "review_notes.csv")
SHOWN_KEY = "review_table"  # in `meta`; not there before the first night, when nothing is known of the watch


@contextmanager
def open_warehouse(data_dir: DataDir, memory_limit: str = "500MB") -> Iterator[Connection]:
    """Open the working file, create or migrate it where needed, and checkpoint and close it at the end.

    Raises `BrokenFileError` when the file is damaged, `WarehouseError` when it cannot be opened for another reason.
    Raises `WarehouseError` too when it is gone while a published file stands: a new file would start with a baseline,
    and publishing that would replace the history.
    """
    refuse_lost(data_dir)
    con = duckdb.connect(config=CONFIG)
    try:
        con.execute("SET memory_limit = ?", [memory_limit])
        con.execute("SET temp_directory = ?", [str(data_dir.spill)])
        con.execute("SET preserve_insertion_order = false")
        attach(con, data_dir.working, "warehouse")
        con.execute("USE warehouse")
        _migrate(con)
    except duckdb.Error as error:
        con.close()
        raise _opening_error(data_dir, error) from error
    except BaseException:
        con.close()
        raise
    try:
        yield con
        con.execute("CHECKPOINT")  # publishing copies the file alone, without its log
    except duckdb.Error as error:
        con.close()
        if unusable := _using_error(data_dir, error):
            raise unusable from error
        raise  # the file is sound: one of our own statements is wrong
    finally:
        con.close()


def attach(con: Connection, path: Path, name: str) -> None:
    """Attach a working file, which is made where it is missing, under a name. It is readable by its owner alone."""
    block_size = "" if path.exists() else f", BLOCK_SIZE {BLOCK_SIZE}"
    con.execute(
        f"ATTACH {quoted(path)} AS {name} "
        f"(STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {ROW_GROUP_SIZE}{block_size})"
    )
    path.chmod(PRIVATE)


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
        msg = (
            f"The working file {data_dir.working} is gone, but the published file {data_dir.published} is there. "
            "Copy it there to continue from it, restore a backup with --replace, or move it away to start again."
        )
        raise WarehouseError(msg)


def refuse_other_watch(
    owner: str | None, watch: str, path: Path, *, other: str = "MSCWATCH_DATA_DIR"
) -> None:
    """Raise `ConfigError` when `path`, a data directory or a backup, belongs to another watch than `watch`.

    `owner` is the watch that it names (`meta.watch`), None or empty before the first night. `other` is what to
    choose instead of this path.
    """
    if owner and owner != watch:
        msg = (
            f"{path} belongs to the watch {owner}, not to {watch}. "
            f"Set MSCWATCH_WATCH to {owner}, or choose another {other}."
        )
        raise ConfigError(msg)


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Commit what the block writes, or roll all of it back when it raises."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(
            duckdb.Error
        ):  # DuckDB refuses it where an error closed the file: nothing was committed then
            con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def meta(con: Connection, key: str) -> str | None:
    """A value of the `meta` table, or None."""
    value = scalar(con, "SELECT value FROM meta WHERE key = ?", [key])
    return None if value is None else str(value)


def set_meta(con: Connection, facts: dict[str, str]) -> None:
    """Set values of the `meta` table by their keys."""
    con.execute(
        "INSERT OR REPLACE INTO meta SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
        [list(facts), list(facts.values())],
    )


def show_review(con: Connection, *, shown: bool) -> None:
    """Fill the tables of the review, or empty them in a watch that is not the review's (`[review] table`)."""
    if meta(con, SHOWN_KEY) == str(shown).lower():
        return
    set_meta(con, {SHOWN_KEY: str(shown).lower()})
    for source in _sql_files("seeds"):
        if source.name in REVIEW_SEEDS:
            with as_file(source) as path:
                _fill_seed(con, path, shown=shown)


def newest_schema() -> int:
    """The number of the last schema file that this mscwatch knows."""
    return max(int(path.name[:3]) for path in _sql_files("schema"))


def _migrate(con: Connection) -> None:
    """Bring an opened file to today's schema, and its derived relations to today's definitions.

    Raises `WarehouseError` when the file has a newer schema than this mscwatch knows.
    """
    apply_schema(con)
    _refresh_derived(con)


def apply_schema(con: Connection, until: int | None = None) -> None:
    """Apply the numbered schema files that the current database lacks, once each; none beyond the number `until`.

    Raises `WarehouseError` when it has, or is to get, a newer schema than this mscwatch knows.
    """
    con.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
    )
    done = {row[0] for row in con.execute("SELECT version FROM schema_migrations").fetchall()}
    known = {int(path.name[:3]): path for path in _sql_files("schema")}
    if newer := (done | {until or 0}) - known.keys() - {0}:
        msg = (
            f"The warehouse has schema {max(newer)}, newer than this mscwatch {__version__} knows. "
            "Upgrade mscwatch; nothing was changed."
        )
        raise WarehouseError(msg)
    for version in sorted(known.keys() - done):
        if until and version > until:
            break
        with transaction(con):
            con.execute(known[version].read_text("utf-8"))
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?)", [version, known[version].name, utc_now()]
            )


def _refresh_derived(con: Connection) -> None:
    """Recreate seeds, ctgov tables, views, macros and comments when the file was made with other definitions."""
    mapping, definitions = _fingerprints()
    if meta(con, "definitions") == definitions:
        return
    with transaction(con):
        if meta(con, "plain_version") != plain_version():
            make_plain_again(con)
        if (meta(con, "ctgov_mapping"), meta(con, "plain_version")) != (mapping, plain_version()):
            con.execute("DROP SCHEMA IF EXISTS ctgov CASCADE")
            con.execute(ctgov.ddl())
            _refill_ctgov(con)
            set_meta(con, {"ctgov_mapping": mapping, "plain_version": plain_version()})
        con.execute(ctgov.comments())
        shown = meta(con, SHOWN_KEY) != "false"
        for source in _definitions():
            with as_file(source) as path:
                if path.suffix == ".csv":
                    _fill_seed(con, path, shown=shown or source.name not in REVIEW_SEEDS)
                elif path.parent.name == "views":
                    name = path.stem.partition("_")[2]  # the number before it gives the order
                    con.execute(f"CREATE OR REPLACE VIEW {name} AS {path.read_text('utf-8')}")
                else:
                    con.execute(path.read_text("utf-8"))
        conclusions.recompute(con)
        if addresses.mask_stored(con):
            set_meta(con, {"rewrite": "due"})
        facts = {
            "definitions": definitions,
            "mscwatch_version": __version__,
            "schema_version": str(newest_schema()),
            "attribution": ATTRIBUTION,
        }
        set_meta(con, facts)


ATTRIBUTION = (
    "Registry data: ClinicalTrials.gov, U.S. National Library of Medicine. "
    "published_trials: Table 2 of Yang X et al. 2020, Cell & Bioscience 10:123, CC BY 4.0, normalised."
)


def _definitions() -> list[Traversable]:
    """The files that define derived relations, their contents and their comments, in the order of creation."""
    folders = ("views", "macros", "seeds")
    return [
        *(file for folder in folders for file in _sql_files(folder)),
        files("mscwatch.warehouse") / "comments.sql",
    ]


@cache  # a run opens the file ten times
def _fingerprints() -> tuple[str, str]:
    """Two hashes: of the mapping to `ctgov`; and of all definitions with the facts about this mscwatch in `meta`."""
    mapping = _hash((files("mscwatch.warehouse") / "ctgov.csv").read_text("utf-8"))
    texts = "".join(source.read_text("utf-8") for source in _definitions()) + claims.text()
    return mapping, _hash(f"{mapping}{texts}{plain_version()}{__version__} {newest_schema()} {ATTRIBUTION}")


def _fill_seed(con: Connection, path: Path, *, shown: bool) -> None:
    """Replace the rows of the table that a seed file is named after, by none where it is not to be shown.

    Lists are written with semicolons.
    """
    columns = con.execute(f"DESCRIBE {path.stem}").fetchall()
    values = ", ".join(
        f"string_split({name}, ';') AS {name}" if kind.endswith("[]") else f"CAST({name} AS {kind}) AS {name}"
        for name, kind, *_ in columns
    )
    con.execute(f"DELETE FROM {path.stem}")
    if not shown:
        return
    con.execute(
        f"INSERT INTO {path.stem} BY NAME SELECT {values} "
        "FROM read_csv(?, nullstr = '', header = true, all_varchar = true)",
        [str(path)],
    )


def _refill_ctgov(con: Connection) -> None:
    """Fill schema `ctgov` from the stored records, in batches that fit into memory."""
    total = scalar(con, "SELECT count(DISTINCT nct_id) FROM versions")
    for start in range(0, total, REBUILD_BATCH):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE current_records AS "
            "SELECT nct_id, coalesce(plain, record)::VARCHAR AS record FROM versions "
            "WHERE valid_to IS NULL ORDER BY nct_id LIMIT ? OFFSET ?",
            [REBUILD_BATCH, start],
        )
        ctgov.refresh(con, "current_records")
        con.execute("DROP TABLE current_records")


def _sql_files(folder: str) -> list[Traversable]:
    entries = (files("mscwatch.warehouse") / folder).iterdir()
    return sorted(
        (entry for entry in entries if entry.name.endswith((".sql", ".csv"))), key=lambda entry: entry.name
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
