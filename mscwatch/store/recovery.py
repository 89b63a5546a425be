"""A working file that a killed run left broken: the published state takes its place.

DuckDB writes a block of its metadata over the earlier one at each checkpoint (seen in 1.5 and 2.0), so a process that
is killed in the midst of that write leaves a file of which a part cannot be read. The published file was checked, and
every night that commits or tells something publishes it. So what is gone is what came after the last publication: the
killed run's work, which the next night does and tells again (histories: `mscwatch history`), and the rows of nights
that published nothing.
"""

from __future__ import annotations

import shutil

from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.store import publish
from mscwatch.store.data_dir import DataDir


def put_published(data_dir: DataDir) -> None:
    """Put a copy of the published file in the place of the broken one, which is kept as `data_dir.broken`.

    Raises `BrokenFileError` where nothing is published, or not what its SHA-256 says, `WarehouseError` where
    there is no room for it: the broken file then stays where it was.
    """
    if not data_dir.published.exists():
        msg = (
            f"The working file {data_dir.working} is broken, and nothing was published yet. "
            "Move it away to begin anew, or restore a backup with --replace."
        )
        raise BrokenFileError(msg)
    if not publish.is_noted(data_dir):
        msg = (
            f"The working file {data_dir.working} is broken, and {data_dir.published} is not what its SHA-256 says. "
            "Restore a backup with --replace, or put a file of previous/ in the place of both."
        )
        raise BrokenFileError(msg)
    fresh = data_dir.working.with_name("published.duckdb")
    try:
        shutil.copyfile(data_dir.published, fresh)
        publish.sync(fresh)
        _keep(data_dir)
        fresh.replace(data_dir.working)
        publish.sync(data_dir.working.parent)
    except OSError as error:
        drop_broken(data_dir)
        msg = f"The working file {data_dir.working} is broken and cannot be replaced: {error.strerror or error}."
        raise WarehouseError(msg) from None
    finally:
        fresh.unlink(missing_ok=True)


def drop_broken(data_dir: DataDir) -> None:
    """Remove the broken file that is kept, with its logs; while it is there, a night tells of it."""
    for old in data_dir.broken.parent.glob(f"{data_dir.broken.name}*"):
        old.unlink()


def _keep(data_dir: DataDir) -> None:
    """Give the broken file a second name, so that there is a working file at every moment."""
    drop_broken(data_dir)
    for log in data_dir.logs():  # DuckDB would apply them to whatever file they stand beside
        log.replace(log.with_name(log.name.replace(data_dir.working.name, data_dir.broken.name)))
    publish.name_twice(data_dir.working, data_dir.broken)
