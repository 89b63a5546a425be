"""The analysts' file: a checked copy of the working file, put in place in one instant.

An open reader keeps the night it opened; whoever opens after the replacement gets the new one, whole.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import duckdb

from mscwatch.errors import WarehouseError
from mscwatch.store.places import Places
from mscwatch.store.rows import scalar

COUNTED = ("versions", "events", "deliveries", "runs", "watched", "ctgov.studies")


def publish(places: Places) -> str:
    """Copy the (closed) working file over the published one; returns its SHA-256.

    Raises `WarehouseError` when the copy does not read like the original; the published file is then as it was.
    """
    fresh = places.data_dir / ".mscwatch.duckdb.new"
    try:
        shutil.copyfile(places.working, fresh)
        _sync(fresh)
        _check(places.working, fresh)
        digest = _sha256(fresh)
        fresh.replace(places.published)
        note = places.data_dir / ".mscwatch.duckdb.sha256.new"
        note.write_text(f"{digest}  {places.published.name}\n", encoding="ascii")
        note.replace(places.published_hash)
        _sync(places.data_dir)
    except OSError as error:
        msg = f"The published file {places.published} cannot be replaced: {error.strerror or error}."
        raise WarehouseError(msg) from None
    finally:
        fresh.unlink(missing_ok=True)
    return digest


def _check(original: Path, copy: Path) -> None:
    if _counts(original) != _counts(copy):
        msg = f"The copy of {original} does not hold what the original holds; nothing was published."
        raise WarehouseError(msg)


def _counts(path: Path) -> list[int]:
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        msg = f"{path} cannot be read: {str(error).splitlines()[0]}"
        raise WarehouseError(msg) from None
    with con:
        return [int(scalar(con, f"SELECT count(*) FROM {table}")) for table in COUNTED]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make the file system remember it, also for a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
