"""A working file that a killed run, or a full disk, left broken: the published state takes its place.

DuckDB writes a block of its metadata over the earlier one at each checkpoint (seen in 1.5 and 2.0), so whoever is
killed in the midst of that write leaves a file that cannot be opened. What is published was checked, and a run
publishes all that it writes; so only what the run that broke it had not published is gone, and is read and told again.
"""

from __future__ import annotations

import shutil

from mscwatch.errors import BrokenFileError, WarehouseError
from mscwatch.store import publish
from mscwatch.store.places import Places


def put_published(places: Places, found: BrokenFileError) -> str:
    """Put a copy of the published file in the place of the broken one, which is kept; returns what a person must know.

    Raises what was `found` where nothing is published, or not what its SHA-256 says.
    """
    if not places.published.exists() or not publish.is_noted(places):
        raise found
    fresh = places.working.with_suffix(".new")
    try:
        shutil.copyfile(places.published, fresh)
        for old in places.broken.parent.glob(f"{places.broken.name}*"):
            old.unlink()
        # a log of changes first: DuckDB would apply it to whatever file stands beside it
        for part in sorted(places.working.parent.glob(f"{places.working.name}*"), reverse=True):
            part.replace(part.with_name(part.name.replace(places.working.name, places.broken.name)))
        fresh.replace(places.working)
    except OSError as error:
        msg = (
            f"The working file {places.working} is broken and cannot be replaced: {error.strerror or error}."
        )
        raise WarehouseError(msg) from None
    return (
        f"The working file could not be opened: a run was killed, or the disk was full, while it was written. Its "
        f"place has the published state; what that run had not published is read again, and messages that it sent may "
        f"come twice. The broken file is {places.broken}; delete it when you like."
    )
