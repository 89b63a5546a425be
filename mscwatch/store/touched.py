"""Which tables of `ctgov` a new version of a record touches: most change a date or two, and read the rest as it was."""

from __future__ import annotations

from collections.abc import Iterator

from mscwatch.model import Record
from mscwatch.store.ctgov import Table, load_mapping, paths_of

DEPTH = 3  # names from the record's root: `protocolSection.statusModule.overallStatus`


def changed_fields(before: Record, after: Record, depth: int = DEPTH, above: str = "") -> Iterator[str]:
    """Paths, of at most `depth` names, of the fields that differ; a field that one record lacks differs as a whole.

    Compared as text: `1` and `true` are equal in Python, and not in a table.
    """
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if depth > 1 and isinstance(one, dict) and isinstance(other, dict):
            yield from changed_fields(one, other, depth - 1, f"{above}{name}.")
        elif repr(one) != repr(other):
            yield f"{above}{name}"


def tables_that_read(fields: set[str]) -> tuple[Table, ...]:
    """The tables that read any of these fields, something in one, or what one is a part of."""
    return tuple(table for table in load_mapping() if _reads(table, fields))


def _reads(table: Table, fields: set[str]) -> bool:
    read = {f"{path}.".replace("[]", "") for path in paths_of([table])}
    return any(
        path.startswith(f"{field}.") or f"{field}.".startswith(path) for path in read for field in fields
    )
