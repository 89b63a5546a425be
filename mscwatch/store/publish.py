"""The analysts' file: a checked copy of the working file, put in place in one instant.

An open reader keeps the night it opened; whoever opens after the replacement gets the new one, whole. The files of
the last nights stay in `previous/`, each under the run that wrote it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from pathlib import Path

import duckdb

from mscwatch.errors import WarehouseError
from mscwatch.store import catalog
from mscwatch.store.data_dir import DataDir
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.store.sql import Connection, first_line, scalar

log = logging.getLogger(__name__)

# Child, its column, and where every value of it must be found.
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

# What a killed run may have written and not published: a night, what it told, a history, a new reading, claims.
WRITTEN = f"""
SELECT ({LAST_WRITTEN_RUN}), (SELECT count(*) FROM deliveries WHERE state = 'sent'), (SELECT count(*) FROM histories),
    (SELECT value FROM meta WHERE key = 'rules_hash'), (SELECT value FROM meta WHERE key = 'claims_of')
"""


def publish_copy(data_dir: DataDir, keep: int = 3) -> str:
    """Copy the (closed) working file over the published one; returns its SHA-256.

    The file that it replaces stays under `previous/` unless the same night wrote it; `keep` of those are kept.
    Raises `WarehouseError` when the copy does not read like the original or does not hang together; the published
    file is then as it was.
    """
    fresh = data_dir.path / ".mscwatch.duckdb.new"
    try:
        shutil.copyfile(data_dir.working, fresh)
        sync(fresh)
        night = _check(data_dir.working, fresh)
        digest = sha256(fresh)
        _keep_previous(data_dir, night, keep)
        fresh.replace(data_dir.published)
        note = data_dir.path / ".mscwatch.duckdb.sha256.new"
        note.write_text(f"{digest}  {data_dir.published.name}\n", encoding="ascii")
        note.replace(data_dir.published_hash)
        sync(data_dir.path)
    except OSError as error:
        msg = f"The published file {data_dir.published} cannot be replaced: {error.strerror or error}."
        raise WarehouseError(msg) from None
    finally:
        fresh.unlink(missing_ok=True)
    return digest


def is_behind(con: Connection, data_dir: DataDir) -> bool:
    """Whether the opened working file holds a proven night, and more than the published file: its run was killed.

    Or killed a moment later, before the file's hash lay beside it.
    """
    written = con.execute(WRITTEN).fetchall()
    if written[0][0] is None:
        return False
    try:
        if data_dir.published_hash.stat().st_mtime_ns < data_dir.published.stat().st_mtime_ns:
            return True
        with open_read_only(data_dir.published) as published:
            return published.execute(WRITTEN).fetchall() != written
    except (OSError, WarehouseError, duckdb.Error):  # none there, or one of an earlier schema
        return True


def is_noted(data_dir: DataDir) -> bool:
    """Whether the published file is the one whose SHA-256 lies beside it."""
    if not data_dir.published_hash.exists():
        return False
    return data_dir.published_hash.read_text("ascii").partition(" ")[0] == sha256(data_dir.published)


def counts(con: Connection) -> dict[str, int]:
    """How many rows every table of an opened file has, by `schema.table`."""
    names = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
        "WHERE NOT internal AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    each = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in names)
    return dict(con.execute(each).fetchall())


def open_read_only(path: Path) -> Connection:
    """A read-only connection to one file. Raises `WarehouseError` when it is no readable warehouse."""
    try:
        return duckdb.connect(str(path), read_only=True, config={"autoinstall_known_extensions": "false"})
    except duckdb.Error as error:
        msg = f"{path} cannot be read: {first_line(error)}"
        raise WarehouseError(msg) from None


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(original: Path, copy: Path) -> str | None:
    """The run of the last proven night in the copy. Raises `WarehouseError` when it does not hold what it should."""
    with open_read_only(original) as con:
        wanted = counts(con)
    with open_read_only(copy) as con:
        if counts(con) != wanted:
            msg = f"The copy of {original} does not hold what the original holds; nothing was published."
            raise WarehouseError(msg)
        found = catalog.relations(con)
        if lost := _orphans(con, found):
            msg = (
                f"{original} does not hang together ({'; '.join(lost)}); nothing was published. "
                "`mscwatch rebuild` makes the derived tables anew."
            )
            raise WarehouseError(msg)
        if undescribed := [f"{one.schema}.{one.name}" for one in found if not one.meaning]:
            log.warning("Without a comment in the data dictionary: %s.", ", ".join(undescribed))
        return scalar(con, LAST_WRITTEN_RUN)  # type: ignore[no-any-return]  # run_id is text


def _orphans(con: Connection, found: list[catalog.Relation]) -> list[str]:
    """Rows that name a row which is not there, in words; a null names nothing."""
    ctgov = (
        (f"ctgov.{child.name}", column, f"SELECT {parent.key} FROM ctgov.{parent.name}")
        for child, column, parent in catalog.links([one for one in found if one.schema == "ctgov"])
    )
    queries = [
        f"SELECT '{child}.{column}' AS place, count(*) AS lost FROM {child} "
        f'WHERE "{column}" IS NOT NULL AND "{column}" NOT IN ({parents})'
        for child, column, parents in (*REFERENCES, *ctgov)
    ]
    rows = con.execute(
        f"SELECT place, lost FROM ({' UNION ALL '.join(queries)}) WHERE lost > 0 ORDER BY place"
    ).fetchall()
    return [f"{lost} row(s) whose {place} leads nowhere" for place, lost in rows]


def _keep_previous(data_dir: DataDir, coming: str | None, keep: int) -> None:
    """Give the published file a second name under `previous/`, before its first one is taken; forget the oldest.

    Not where the night that is `coming` wrote it too.
    """
    folder = data_dir.path / "previous"
    night = _night(data_dir.published) if data_dir.published.exists() else None
    if keep and night and night != coming:
        folder.mkdir(exist_ok=True)
        kept = folder / f"mscwatch-{night}.duckdb"
        kept.unlink(missing_ok=True)
        name_twice(data_dir.published, kept)
    newest_first = sorted(folder.glob("mscwatch-*.duckdb"), reverse=True)  # runs are named by their time
    for old in newest_first[keep:]:
        old.unlink()


def _night(path: Path) -> str | None:
    """The run that wrote what a file holds; None for a file that cannot be read, which is not worth keeping."""
    try:
        with open_read_only(path) as con:
            return scalar(con, LAST_WRITTEN_RUN)  # type: ignore[no-any-return]  # run_id is text
    except (WarehouseError, duckdb.Error) as error:
        log.warning("The published file is not kept: %s", error)
        return None


def name_twice(file: Path, second: Path) -> None:
    """Give a file a second name, as a copy where the file system has no hard links."""
    try:
        os.link(file, second)
    except OSError:
        shutil.copyfile(file, second)


def sync(path: Path) -> None:
    """Make the file system remember it, also for a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
