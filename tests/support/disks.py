"""A disk without room."""

from __future__ import annotations

import resource
from contextlib import contextmanager


@contextmanager
def limited(size):
    """A process that cannot write files beyond `size` bytes: as on a full disk, a write fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
