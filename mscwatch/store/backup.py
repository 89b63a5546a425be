"""Backup of the working file to one verified archive, and its restoration.

A backup is a ZIP of `manifest.json` and the database. It holds everything that cannot be derived or read again: the
records with their history, the events, and the deliveries. The published file and its exports are made from it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypedDict

import duckdb
import msgspec

from mscwatch import __version__
from mscwatch.atomic_write import PRIVATE, replacing
from mscwatch.clock import utc_now
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.store import damage, ledger, recovery, schema, sql, transfer, working
from mscwatch.store.damage import sha256
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import counts, publish_copy
from mscwatch.store.sql import CONFIG, first_line, open_read_only, scalar

MANIFEST = "manifest.json"
DATABASE = "mscwatch-working.duckdb"


class Manifest(TypedDict):
    """What a backup says of itself; times are ISO 8601 in UTC."""

    made_by: Literal["mscwatch backup"]
    made_at: str
    mscwatch_version: str
    watch: str  # empty before the first night
    data_timestamp: str
    schema_version: int
    counts: dict[str, int]  # rows by `schema.table`
    sha256: str  # of the database
    bytes: int


def write_backup(data_dir: DataDir, file: Path) -> Manifest:
    """Write the working file with a manifest to `file`, which takes its name once it was read back.

    Returns the manifest: SHA-256, counts, schema version, watch. Raises `LockedError` while a run is at work,
    `ConfigError` when `file` exists and is no backup, `WarehouseError` when there is nothing to save or it cannot
    be written.
    """
    if not data_dir.working.exists():
        raise WarehouseError(
            f"There is no warehouse in the folder {data_dir.path} to back up. Run `mscwatch run` first."
        )
    if file.exists():
        read_manifest(file)  # raises: only a backup may be overwritten
    with locked(data_dir):
        manifest = _describe(data_dir)
        try:
            with replacing(file, private=True) as fresh:
                with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    archive.writestr(MANIFEST, json.dumps(manifest, indent=2) + "\n")
                    archive.write(data_dir.working, DATABASE)
                if _sha256_within(fresh) != manifest["sha256"]:
                    raise WarehouseError(
                        f"The backup {file} does not read back as it was written. Check the disk."
                    )
        except OSError as error:
            raise WarehouseError(
                f"The backup {file} cannot be written: {error.strerror or error}. Make room or give another file."
            ) from error
    return manifest


def restore_backup(
    data_dir: DataDir, file: Path, watch: str, *, replace: bool, memory_limit: str, keep: int
) -> Manifest:
    """Replace the working file by a backup's database, migrate it to today's schema, and publish it.

    Returns the manifest. Raises `ConfigError` for a file that is no backup, a backup of another watch, or a data
    directory that holds a warehouse without `replace`; `WarehouseError` for a newer schema or a damaged backup;
    `LockedError` while a run is at work. The data directory is then as it was.
    """
    manifest = read_manifest(file)
    _refuse_unfit(manifest, file, watch)
    with locked(data_dir):
        # Other files may lie there: the default folder of a source checkout holds this package's SQL.
        if not replace and (data_dir.working.exists() or data_dir.published.exists()):
            raise ConfigError(
                f"{data_dir.path} already holds a warehouse. Back it up, then restore with --replace."
            )
        try:
            with replacing(data_dir.working, private=True) as fresh, _extracted(fresh, file) as given:
                _verify(given, manifest, file)
                fresh.unlink()
                transfer.copy_rows(given, fresh, memory_limit)
                for log in data_dir.logs():  # of the file that is replaced
                    log.unlink()
            recovery.drop_broken(data_dir)  # the broken file has nothing to do with the restored one
        except (OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, duckdb.Error) as error:
            raise WarehouseError(f"{file} cannot be restored: {error}. Nothing was changed.") from error
        with working.open_warehouse(data_dir, memory_limit) as con:
            proven = ledger.last_trusted_run(con) is not None
        if proven:
            publish_copy(data_dir, keep)
        else:
            data_dir.published.unlink(missing_ok=True)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup. Raises `ConfigError` for a file that is no backup."""
    try:
        with zipfile.ZipFile(file) as archive:
            return msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"The {MANIFEST} in {file} is not that of a backup of mscwatch: {error}. Give another file."
        ) from error
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ConfigError(
            f"{file} is not a backup that mscwatch made, or it is cut off. Give another file."
        ) from error


@contextmanager
def _extracted(beside: Path, file: Path) -> Iterator[Path]:
    """The database of a backup as a file of its own, beside another one, as long as the block runs."""
    given = beside.with_name(f"{beside.name}.given")
    try:
        given.touch(PRIVATE)
        with zipfile.ZipFile(file) as archive, archive.open(DATABASE) as source, given.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield given
    finally:
        given.unlink(missing_ok=True)


def _describe(data_dir: DataDir) -> Manifest:
    """The manifest of a working file that nobody writes, after the log of a killed run is merged into it."""
    path = data_dir.working
    damage.require_sound(data_dir)
    try:
        with duckdb.connect(str(path), config=CONFIG) as con:
            con.execute("CHECKPOINT")
            facts = (sql.meta(con, "watch") or "", sql.meta(con, "data_timestamp") or "")
            version, counted = scalar(con, "SELECT max(version) FROM schema_migrations"), counts(con)
    except duckdb.Error as error:
        problem = f"{path} cannot be opened: {first_line(error)}"
        if damage.is_named_broken(problem):
            raise damage.broken(data_dir, problem) from error
        raise WarehouseError(f"{problem} {damage.advice(problem) or ''}".strip()) from error
    return Manifest(
        made_by="mscwatch backup",
        made_at=f"{utc_now():%Y-%m-%dT%H:%M:%S}+00:00",
        mscwatch_version=__version__,
        watch=facts[0],
        data_timestamp=facts[1],
        schema_version=version,
        counts=counted,
        sha256=sha256(path),
        bytes=path.stat().st_size,
    )


def _refuse_unfit(manifest: Manifest, file: Path, watch: str) -> None:
    if manifest["schema_version"] > schema.newest_schema():
        raise WarehouseError(
            f"{file} has schema {manifest['schema_version']}, newer than this mscwatch {__version__} knows. "
            "Upgrade mscwatch; nothing was changed."
        )
    working.refuse_other_watch(manifest["watch"], watch, file, other="backup")


def _verify(fresh: Path, manifest: Manifest, file: Path) -> None:
    if sha256(fresh) != manifest["sha256"]:
        raise WarehouseError(
            f"{file} is damaged (its SHA-256 differs). Nothing was changed; take another backup."
        )
    with open_read_only(fresh) as con:
        counted = counts(con)
    if counted != manifest["counts"]:
        wrong = sorted({name for name, _ in counted.items() ^ manifest["counts"].items()})
        raise WarehouseError(
            f"{file} does not hold what its manifest says ({', '.join(wrong)}). Nothing was changed."
        )


def _sha256_within(file: Path) -> str:
    with zipfile.ZipFile(file) as archive, archive.open(DATABASE) as database:
        return hashlib.file_digest(database, "sha256").hexdigest()  # type: ignore[arg-type]
