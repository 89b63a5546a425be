"""The paths in a data directory, and the lock that keeps two runs apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mscwatch.errors import LockedError, WarehouseError


class DataDir:
    """The paths of one data directory, which belongs to one watch."""

    def __init__(self, path: Path) -> None:
        private = path / "working"
        self.path = path
        self.published = path / "mscwatch.duckdb"
        self.published_hash = path / "mscwatch.duckdb.sha256"
        self.report = path / "report.html"
        self.landing = path / "landing"
        self.lock = path / "mscwatch.lock"
        self.working = private / "mscwatch-working.duckdb"
        self.seal = private / "mscwatch-working.duckdb.sha256"  # of the working file as the last run left it
        self.broken = private / "broken.duckdb"
        self.spill = private / "spill"
        self.people = private / "people.json"  # the mail addresses that are masked in the warehouse
        self.alarm = private / "alarm.txt"  # what the operator was told while the ledger could take nothing

    def logs(self) -> list[Path]:
        """The write-ahead logs beside the working file: there while it is open, and after its process was killed."""
        return list(self.working.parent.glob(f"{self.working.name}.wal*"))

    def prepare(self) -> None:
        """Make the folders and the lock file. Raises `WarehouseError` when the data directory cannot be written."""
        try:
            for folder in (self.path, self.working.parent, self.landing):
                folder.mkdir(parents=True, exist_ok=True)
            self.lock.touch()
        except OSError as error:
            raise WarehouseError(
                f"The data directory {self.path} cannot be written ({error.strerror or error}). "
                "Make it writable or set MSCWATCH_DATA_DIR."
            ) from error


@contextmanager
def locked(data_dir: DataDir) -> Iterator[None]:
    """Hold the data directory's lock.

    Raises `LockedError` at once when another run holds it, `WarehouseError` when the directory cannot be written.
    """
    data_dir.prepare()
    lock = FileLock(data_dir.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(
            f"Another run is at work in {data_dir.path}. Wait for it; `mscwatch status` shows the last nights."
        ) from error
    except OSError as error:
        raise WarehouseError(
            f"The data directory {data_dir.path} cannot be locked ({error.strerror or error})."
        ) from error
    try:
        yield
    finally:
        lock.release()
