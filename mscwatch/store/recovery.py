"""Recovery of a damaged working file: the published file's rows, in a new file, replace it.

A process that is killed while DuckDB overwrites a block leaves a file of which a part cannot be read (seen in 1.5 and
2.0). So do failing disks and cut-off copies. The published file was read whole before it was published. So only what
came after the last publication is lost: that work is done again by the run that meets the damage, and by the next ones.
What was sent meanwhile is sent again, with the same Message-ID. The rows of runs that published nothing are gone, and
`mscwatch history` reads the lost histories again.
"""

from __future__ import annotations

import shutil

from mscwatch.atomic_write import replacing
from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.store import damage, publish, transfer
from mscwatch.store.data_dir import DataDir


def restore_published(data_dir: DataDir, memory_limit: str) -> None:
    """Replace the broken working file by the rows of the published one; the broken file becomes `data_dir.broken`.

    Raises `BrokenFileError` when nothing is published or the published file does not match its SHA-256, and
    `WarehouseError` when the copy cannot be written. The broken file then stays where it was.
    """
    if not data_dir.published.exists():
        raise BrokenFileError(
            f"The working file {data_dir.working} is broken, and nothing was published yet. "
            "Move it away to start again, or restore a backup with --replace."
        )
    if not publish.hash_matches(data_dir):
        raise BrokenFileError(
            f"The working file {data_dir.working} is broken, and {data_dir.published} does not match its SHA-256. "
            "Restore a backup with --replace, or replace both by a file of previous/."
        )
    try:
        with replacing(data_dir.working) as fresh:
            transfer.copy_rows(data_dir.published, fresh, memory_limit)
            _set_aside(data_dir)
    except (OSError, WarehouseError) as error:
        drop_broken(data_dir)
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        msg = f"The working file {data_dir.working} is broken and cannot be replaced: {reason.rstrip('.')}."
        raise WarehouseError(f"{msg} {damage.MAKE_ROOM}" if damage.is_full(msg) else msg) from error


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


def tidy(data_dir: DataDir) -> None:
    """Remove what killed processes left half made in the folder of the working file. The caller holds the lock."""
    folder = data_dir.working.parent
    for unfinished in (*folder.glob("export-*"), *folder.glob(".*.new*")):
        if unfinished.is_dir():
            shutil.rmtree(unfinished, ignore_errors=True)
        else:
            unfinished.unlink(missing_ok=True)
