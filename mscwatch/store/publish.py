"""The published file: a checked copy of the working file that replaces the last one in one step.

An open reader keeps the file that it opened; whoever opens it later gets the new one, whole. The files of the last
runs stay in `previous/`, each named after the run that wrote it.
"""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb

from mscwatch.atomic_write import replace_file, replacing
from mscwatch.errors import WarehouseError
from mscwatch.store import catalog, damage, working
from mscwatch.store.damage import sha256
from mscwatch.store.data_dir import DataDir
from mscwatch.store.ledger import LAST_WRITTEN_RUN, last_written_run
from mscwatch.store.sql import Connection, bulk_transaction, first_line, open_read_only, quoted, scalar

log = logging.getLogger(__name__)

# Table, its column, and the query that every value of the column must be found in.
REFERENCES = (
    ("main.watched", "nct_id", "SELECT nct_id FROM versions"),
    ("main.versions", "nct_id", "SELECT nct_id FROM watched"),
    ("main.versions", "first_run_id", "SELECT run_id FROM runs"),
    ("main.fingerprints", "nct_id", "SELECT nct_id FROM versions"),
    ("main.changes", "nct_id", "SELECT nct_id FROM versions"),
    ("main.events", "nct_id", "SELECT nct_id FROM watched"),
    ("main.events", "run_id", "SELECT run_id FROM runs"),
    ("main.events", "retracted_by", "SELECT event_id FROM events"),
    ("main.notices", "run_id", "SELECT run_id FROM runs"),
    ("main.issues", "run_id", "SELECT run_id FROM runs"),
    ("main.deliveries", "event_id", "SELECT event_id FROM events UNION ALL SELECT notice_id FROM notices"),
    ("main.therapies", "nct_id", "SELECT nct_id FROM watched"),
    ("main.doses", "nct_id", "SELECT nct_id FROM therapies"),
    ("ctgov.studies", "nct_id", "SELECT nct_id FROM watched"),
)

# What is published as soon as it is written: a commit, its claims, a history, new readings, new definitions. A
# published file without it was left by a killed run or an earlier version. Deliveries wait for the next such night.
WRITTEN = f"""
SELECT ({LAST_WRITTEN_RUN}), (SELECT count(*) FROM histories), map_from_entries((SELECT list((key, value) ORDER BY key)
    FROM meta WHERE key IN ('rules_hash', 'claims_of', 'definitions')))
"""


COPY = "COPY FROM DATABASE original TO copy"

# Copying rows takes twice as long as copying bytes where a watch is small, so little is left lying. `rewrite` is there
# where migrating the file masked addresses: DuckDB leaves in free blocks what was replaced.
LEFT_LYING = 16_000_000  # bytes
# To write anew where the rows of a copy lie frees a quarter to a third of its blocks, so a larger copy would always be
# fat, and was made in vain: a fifth of the time of a publication of 10,000 trials.
LARGE = 4 * LEFT_LYING
IS_FAT = f"""
SELECT 4 * free_blocks >= total_blocks AND free_blocks * block_size > {LEFT_LYING}
    OR EXISTS (FROM meta WHERE key = 'rewrite')
FROM pragma_database_size() WHERE database_name = current_database()
"""


class _Copied(NamedTuple):
    """A checked copy: its SHA-256, its last run, that of the published file, and whether the working file is fat."""

    sha256: str
    run_id: str | None
    run_before: str | None
    is_fat: bool


def publish_copy(data_dir: DataDir, keep: int = 3) -> str:
    """Write what the (closed) working file holds into a new file that replaces the published one; returns its SHA-256.

    The replaced file stays in `previous/`, unless the same run wrote it; the newest `keep` of those remain. A fat
    working file (`IS_FAT`) becomes the copy, too.
    Raises `BrokenFileError` when a part of the working file cannot be read, and `WarehouseError` when the copy differs
    from it, has rows that lead nowhere, or cannot be written; the published file is then as it was.
    """
    try:
        with replacing(data_dir.published) as fresh:
            copied = _copy(data_dir, fresh)
            _keep_previous(data_dir, copied, keep)
        replace_file(data_dir.published_hash, f"{copied.sha256}  {data_dir.published.name}\n".encode("ascii"))
    except OSError as error:
        raise _not_replaced(data_dir, error.strerror or str(error)) from error
    except duckdb.Error as error:
        problem = f"The working file {data_dir.working} cannot be copied: {first_line(error)}"
        if damage.is_named_broken(problem) or damage.unreadable(data_dir.working):
            raise damage.broken(data_dir, problem) from error
        raise _not_replaced(data_dir, first_line(error)) from error
    if copied.is_fat:
        _slim(data_dir)
    return copied.sha256


def _slim(data_dir: DataDir) -> None:
    """Put the published copy in the place of the working file. Where that fails, the next publication tries again."""
    if data_dir.logs():  # DuckDB would apply them to the copy, which has what they say
        return
    try:
        with replacing(data_dir.working, private=True) as slim:
            shutil.copyfile(data_dir.published, slim)
    except OSError as error:
        log.warning("The working file keeps its free blocks: %s", error.strerror or error)


def _not_replaced(data_dir: DataDir, reason: str) -> WarehouseError:
    problem = f"The published file {data_dir.published} cannot be replaced: {reason.rstrip('.')}."
    helps = damage.advice(problem) or "The working file keeps everything; run again then."
    return WarehouseError(f"{problem} {helps}")


def is_behind(con: Connection, data_dir: DataDir) -> bool:
    """Whether the opened working file holds a proven run that is not, or not wholly, published.

    It was killed, or the file was published by another version. Wholly means with the file's hash beside it.
    """
    written = con.execute(WRITTEN).fetchall()
    if written[0][0] is None:
        return False
    try:
        if data_dir.published_hash.stat().st_mtime_ns < data_dir.published.stat().st_mtime_ns:
            return True
        with open_read_only(data_dir.published) as published:
            return published.execute(WRITTEN).fetchall() != written
    except (OSError, WarehouseError, duckdb.Error):  # there is none, or one of an earlier schema
        return True


def hash_matches(data_dir: DataDir) -> bool:
    """Whether the published file has the SHA-256 that lies beside it."""
    if not data_dir.published_hash.exists():
        return False
    return data_dir.published_hash.read_text("ascii").partition(" ")[0] == sha256(data_dir.published)


def counts(con: Connection) -> dict[str, int]:
    """The number of rows of every table of an opened file, by `schema.table`."""
    names = con.execute(
        "SELECT schema_name || '.' || table_name, format('\"{}\".\"{}\"', replace(schema_name, '\"', '\"\"'), "
        "replace(table_name, '\"', '\"\"')) FROM duckdb_tables() "
        "WHERE NOT internal AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    each = " UNION ALL ".join(f"SELECT ?, count(*) FROM {name}" for _, name in names)
    return dict(con.execute(each, [name for name, _ in names]).fetchall())


def _copy(data_dir: DataDir, fresh: Path) -> _Copied:
    """Copy the working file to `fresh`, and check what then lies on the disk. Raises as `publish_copy` does.

    Of a fat file, a large one, or one with a log beside it, rows and definitions are copied, not bytes.
    """
    working.remove_log(fresh)
    if not data_dir.logs() and data_dir.working.stat().st_size < LARGE:
        with working.instance(data_dir) as con:
            _copy_bytes(con, data_dir.working, fresh)
            _read(con, fresh)
            if not scalar(con, IS_FAT):
                return _checked(con, data_dir, fresh, is_whole=True, is_fat=False)
    fresh.unlink(missing_ok=True)
    with working.instance(data_dir) as con:
        is_whole = _copy_rows(con, data_dir.working, fresh)
    with working.instance(
        data_dir
    ) as con:  # another one: DuckDB keeps in memory what copying a large file touched
        _read(con, fresh)
        return _checked(con, data_dir, fresh, is_whole=is_whole, is_fat=True)


def _read(con: Connection, fresh: Path) -> None:
    con.execute(f"ATTACH {quoted(fresh)} AS fresh (READ_ONLY)")
    con.execute("USE fresh")


def _copy_rows(con: Connection, original: Path, fresh: Path) -> bool:
    """Write the rows and definitions of a file into a new one; returns whether it has as many rows."""
    con.execute(f"ATTACH {quoted(original)} AS original (READ_ONLY)")
    con.execute("USE original")
    expected = counts(con)
    working.attach(con, fresh, "copy", private=False)
    con.execute("USE copy")
    with bulk_transaction(con):
        con.execute(COPY)
        is_whole = counts(con) == expected
        con.execute("DELETE FROM meta WHERE key = 'rewrite'")
    return is_whole


def _copy_bytes(con: Connection, original: Path, fresh: Path) -> None:
    """Copy a file as it is, but for where its rows lie: that is written anew. Raises where the copy was not the same.

    Of rows that did not change, DuckDB 1.5 and 2.0 leave it where it was, in a block which DuckDB before 1.4 may not
    know to be one of these: "Failed to load metadata pointer", on the second night or the tenth. A checkpoint with
    something to write, in a file that was just opened, writes it all where the setting says so.
    """
    shutil.copyfile(original, fresh)
    # Before DuckDB reads the copy: what it finds broken there would be said of the original.
    if not filecmp.cmp(fresh, original, shallow=False):
        raise _differing(original)
    con.execute("SET experimental_metadata_reuse = false")
    con.execute(f"ATTACH {quoted(fresh)} AS written")
    con.execute("BEGIN")
    con.execute("CREATE VIEW written.something AS SELECT 1 AS one")
    con.execute("DROP VIEW written.something")
    con.execute("COMMIT")
    con.execute("CHECKPOINT written")
    con.execute("DETACH written")


def _checked(con: Connection, data_dir: DataDir, fresh: Path, *, is_whole: bool, is_fat: bool) -> _Copied:
    """What the opened copy holds. Raises `WarehouseError` where that is not what was copied, or is not consistent."""
    if (found := damage.unreadable_part(con)) or not is_whole:
        raise _differing(data_dir.working, found or "")
    _check(con, data_dir.working)
    return _Copied(sha256(fresh), last_written_run(con), _run_in(con, data_dir.published), is_fat)


def _differing(original: Path, found: str = "") -> WarehouseError:
    msg = f"The copy of {original} does not hold what it holds. Nothing was published; run again. {found}"
    return WarehouseError(msg.strip())


def _check(con: Connection, original: Path) -> None:
    """Raises `WarehouseError` when the opened copy is not consistent."""
    relations = catalog.relations(con)
    if orphans := _orphans(con, relations):
        msg = (
            f"{original} is not consistent ({'; '.join(orphans)}); nothing was published. "
            "`mscwatch rebuild` recreates the derived tables."
        )
        raise WarehouseError(msg)
    if undescribed := [f"{each.schema}.{each.name}" for each in relations if not each.meaning]:
        log.warning("Without a comment in the data dictionary: %s.", ", ".join(undescribed))


def _orphans(con: Connection, relations: list[catalog.Relation]) -> list[str]:
    """References to rows that do not exist, counted by column, in words; nulls refer to nothing."""
    ctgov = (
        (f"ctgov.{child.name}", column, f"SELECT {parent.key} FROM ctgov.{parent.name}")
        for child, column, parent in catalog.links([each for each in relations if each.schema == "ctgov"])
    )
    children: dict[str, list[str]] = {}
    for child, column, parents in (*REFERENCES, *ctgov):
        keys = f"SELECT '{child}.{column}' AS place, \"{column}\" AS key FROM {child}"
        children.setdefault(parents, []).append(keys)
    counted: list[tuple[str, int]] = []
    # A statement holds the keys of one parent: where a watch is large, those of all are more than the bound of memory.
    for parents, keys_of in children.items():
        counted += con.execute(
            f"SELECT place, count(*) FROM ({' UNION ALL '.join(keys_of)}) "
            f"WHERE key IS NOT NULL AND key NOT IN ({parents}) GROUP BY place"
        ).fetchall()
    return [f"{lost} row(s) whose {place} leads nowhere" for place, lost in sorted(counted)]


def _keep_previous(data_dir: DataDir, copied: _Copied, keep: int) -> None:
    """Link the published file into `previous/` before it is replaced, and remove the oldest there.

    It is not linked when the run that is published now wrote it too.
    """
    folder = data_dir.path / "previous"
    if keep and copied.run_before not in (None, copied.run_id):
        folder.mkdir(exist_ok=True)
        kept = folder / f"mscwatch-{copied.run_before}.duckdb"
        kept.unlink(missing_ok=True)
        link_or_copy(data_dir.published, kept)
    newest_first = sorted(folder.glob("mscwatch-*.duckdb"), reverse=True)  # run ids begin with their time
    for old in newest_first[keep:]:
        old.unlink()


def _run_in(con: Connection, path: Path) -> str | None:
    """The last run that wrote into a file; None where there is none, or one that cannot be read: not worth keeping.

    The connection is of no further use.
    """
    if not path.exists():
        return None
    try:
        con.execute(f"ATTACH {quoted(path)} AS published (READ_ONLY)")
        con.execute("USE published")
        return last_written_run(con)
    except duckdb.Error as error:
        log.warning("The published file is not kept: %s", first_line(error))
        return None


def link_or_copy(file: Path, second: Path) -> None:
    """Give a file a second name as a hard link, or as a copy where the file system has none."""
    try:
        os.link(file, second)
    except OSError:
        shutil.copyfile(file, second)
