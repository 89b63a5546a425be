"""Files that are replaced in one step: a reader, or a crash at any moment, finds the old file or the new one, whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE = 0o600  # the mode of files that are for their owner alone


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield the path of a hidden file beside `path` to write to; it takes the place of `path` when the block ends.

    Before that it is synced to disk, and the folder afterwards. After an exception in the block, or an `OSError` while
    replacing, `path` is as it was and the hidden file is gone. Where `path` is a symbolic link, the link is replaced;
    pass `path.resolve()` to replace the file that it leads to. A `private` file is for its owner alone, from the first
    byte; another one follows the umask.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        if private:
            fresh.unlink(missing_ok=True)
            fresh.touch(PRIVATE)
        yield fresh
        _sync(fresh)
        fresh.replace(path)
        # Some network file systems cannot sync a folder; the file is in place all the same.
        with suppress(OSError):
            _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes, *, private: bool = False) -> None:
    """Make `content` the content of a file. Raises `OSError`, and then leaves the file as it was."""
    with replacing(path, private=private) as fresh:
        fresh.write_bytes(content)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
