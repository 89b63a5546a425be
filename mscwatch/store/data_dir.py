"""The paths in a data directory, and the lock that keeps two runs apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from mscwatch.errors import LockedError, WarehouseError


@dataclass(frozen=True, slots=True)
class DataDir:
    """The paths of one data directory, which belongs to one watch."""

    path: Path

    @property
    def published(self) -> Path:
        return self.path / "mscwatch.duckdb"

    @property
    def published_hash(self) -> Path:
        return self.path / "mscwatch.duckdb.sha256"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def working(self) -> Path:
        return self.path / "working" / "mscwatch-working.duckdb"

    def logs(self) -> list[Path]:
        """The write-ahead logs beside the working file: there while it is open, and after its process was killed."""
        return list(self.working.parent.glob(f"{self.working.name}.wal*"))

    @property
    def broken(self) -> Path:
        return self.path / "working" / "broken.duckdb"

    @property
    def seal(self) -> Path:
        """The SHA-256 of the working file as the last run left it."""
        return self.path / "working" / "mscwatch-working.duckdb.sha256"

    @property
    def people(self) -> Path:
        """The mail addresses that are masked in the warehouse."""
        return self.path / "working" / "people.json"

    @property
    def alarm(self) -> Path:
        """What the operator was told past the ledger, while nothing can be written into it."""
        return self.path / "working" / "alarm.txt"

    @property
    def spill(self) -> Path:
        return self.path / "working" / "spill"

    @property
    def landing(self) -> Path:
        return self.path / "landing"

    @property
    def digests(self) -> Path:
        return self.path / "digests"

    @property
    def lock(self) -> Path:
        return self.path / "mscwatch.lock"

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
