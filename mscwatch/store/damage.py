"""Damage of a DuckDB file: how it shows, where it lies, and what to do about an error on the working file."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import duckdb

from mscwatch.atomic_write import replace_file
from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection, column, first_line, open_read_only

# Words in DuckDB's errors for a file that is damaged, cut off or not written to its end, and for a full disk.
BROKEN = (
    "Corrupt database file",
    "Corrupt WAL",
    "Could not read enough bytes",
    "MetadataReader",
    "metadata pointer",
    "not a valid DuckDB",
)
FULL = ("Could not write", "No space left", "failed to offload", "File too large", "Disk quota exceeded")
NO_MEMORY = "Out of Memory"
MAKE_ROOM = "Make room on its disk, then run again; what was written before is kept."


def advice(problem: str) -> str | None:
    """What to do about an error of DuckDB on a sound working file, or None where we do not know."""
    if is_full(problem):
        return MAKE_ROOM
    if NO_MEMORY in problem:
        return "Set MSCWATCH_MEMORY_LIMIT higher."
    return None


def broken(data_dir: DataDir, problem: str) -> BrokenFileError:
    """The error of a damaged working file, with what helps; `problem` is a sentence."""
    if data_dir.published.exists():
        what_helps = "`mscwatch run` mends it from the published file; or restore a backup with --replace."
    else:
        what_helps = (
            "Nothing was published yet: move it away to start again, or restore a backup with --replace."
        )
    return BrokenFileError(f"{problem} {what_helps}")


def is_named_broken(problem: str) -> bool:
    """Whether DuckDB's own words say that the file is damaged."""
    return any(words in problem for words in BROKEN)


def is_full(problem: str) -> bool:
    return any(words in problem for words in FULL)


def unreadable(path: Path) -> str | None:
    """What cannot be read of a closed file, as DuckDB says it; None for a file of which every value can be read.

    Every table is read, because DuckDB looks at a block, and at its checksum, only when somebody asks for it. A file
    that another process has locked, or that may not be opened, is not damaged: the answer is None.
    """
    try:
        con = open_read_only(path)
    except WarehouseError as error:
        return str(error) if is_named_broken(str(error)) else None
    with con:
        return unreadable_part(con)


def unreadable_part(con: Connection) -> str | None:
    """Read every table of the opened file; what cannot be read of it, as DuckDB says it, or None."""
    try:
        tables = column(
            con,
            'SELECT format(\'"{}"."{}"\', schema_name, table_name) FROM duckdb_tables() '
            "WHERE NOT internal AND database_name = current_database() ORDER BY ALL",
        )
        each = (f"SELECT count(hash(t)) FROM {name} AS t" for name in tables)
        con.execute(" UNION ALL ".join(each)).fetchall()
    except duckdb.Error as error:
        return None if NO_MEMORY in str(error) else first_line(error)
    return None


def require_sound(data_dir: DataDir) -> None:
    """Raise `BrokenFileError` when a part of the working file cannot be read.

    A file that is byte for byte as the last run sealed it needs no reading.
    """
    if data_dir.working.exists() and not _is_sealed(data_dir):
        require_readable(data_dir)


def require_readable(data_dir: DataDir) -> None:
    """Read every table of the working file. Raises `BrokenFileError` when a part of it cannot be read."""
    if found := unreadable(data_dir.working):
        raise broken(data_dir, f"The working file {data_dir.working} cannot be read: {found}")


def seal(data_dir: DataDir) -> None:
    """Note the SHA-256 of the working file at the end of a run. Where that fails, the next run reads the file whole."""
    with suppress(OSError):
        if not data_dir.logs():
            replace_file(data_dir.seal, sha256(data_dir.working).encode("ascii"))


def _is_sealed(data_dir: DataDir) -> bool:
    try:
        return not data_dir.logs() and data_dir.seal.read_bytes() == sha256(data_dir.working).encode("ascii")
    except OSError:
        return False


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
