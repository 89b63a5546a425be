"""A living table of mesenchymal stem cell trials for liver disease, read from ClinicalTrials.gov every night.

For notebooks: `mscwatch.frame("from trials")` is a pandas frame of the published warehouse,
`mscwatch.connect()` a read-only DuckDB connection to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mscwatch.notebook import connect, frame

__all__ = ["connect", "frame"]
__version__ = "0.1.0"

# `flows` and `warehouse` are parts of this package under names of their own: `mscwatch.flows`, `mscwatch.warehouse`. So
# folders of the same names in a user's project never stand in their way. A wheel holds them inside the package; in a
# checkout they stand beside it.
if not (Path(__file__).parent / "warehouse").is_dir():
    __path__.append(str(Path(__file__).parents[1]))


def __getattr__(name: str) -> Any:
    """Import DuckDB and pandas only when they are used."""
    if name in __all__:
        from mscwatch import notebook  # noqa: PLC0415  imported late, as above

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
