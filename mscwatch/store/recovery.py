"""Recovery of a working file that a killed run left broken: the published file replaces it.

DuckDB overwrites a block of its metadata at each checkpoint (seen in 1.5 and 2.0). A process that is killed during that
write leaves a file of which a part cannot be read. The published file was checked, and every run that commits or sends
something publishes it. So only what came after the last publication is lost: the killed run's work, which the next run
does and sends again (histories: `mscwatch history`), and the rows of runs that published nothing.
"""

from __future__ import annotations

import shutil

from mscwatch.atomic_write import replacing
from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.store import publish
from mscwatch.store.data_dir import DataDir


def restore_published(data_dir: DataDir) -> None:
    """Replace the broken working file by a copy of the published one; the broken file becomes `data_dir.broken`.

    Raises `BrokenFileError` when nothing is published or the published file does not match its SHA-256, and
    `WarehouseError` when the copy cannot be written. The broken file then stays where it was.
    """
    if not data_dir.published.exists():
        msg = (
            f"The working file {data_dir.working} is broken, and nothing was published yet. "
            "Move it away to start again, or restore a backup with --replace."
        )
        raise BrokenFileError(msg)
    if not publish.hash_matches(data_dir):
        msg = (
            f"The working file {data_dir.working} is broken, and {data_dir.published} does not match its SHA-256. "
            "Restore a backup with --replace, or replace both by a file of previous/."
        )
        raise BrokenFileError(msg)
    try:
        with replacing(data_dir.working) as fresh:
            shutil.copyfile(data_dir.published, fresh)
            _set_aside(data_dir)
    except OSError as error:
        drop_broken(data_dir)
        msg = f"The working file {data_dir.working} is broken and cannot be replaced: {error.strerror or error}."
        raise WarehouseError(msg) from error


def drop_broken(data_dir: DataDir) -> None:
    """Remove the broken file and its logs; while it is there, each run reports it."""
    for old in data_dir.broken.parent.glob(f"{data_dir.broken.name}*"):
        old.unlink()


def _set_aside(data_dir: DataDir) -> None:
    """Give the broken file a second name rather than move it, so that there is a working file at every moment."""
    drop_broken(data_dir)
    for log in data_dir.logs():  # DuckDB applies them to any file of the matching name
        log.replace(log.with_name(log.name.replace(data_dir.working.name, data_dir.broken.name)))
    publish.link_or_copy(data_dir.working, data_dir.broken)
