"""A living table of mesenchymal stem cell trials for liver disease, read from ClinicalTrials.gov every night.

For notebooks: `mscwatch.frame("from trials")` is a pandas frame of the published warehouse,
`mscwatch.connect()` a read-only DuckDB connection to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mscwatch.notebook import connect, frame

__all__ = ["connect", "frame"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import DuckDB and pandas only when they are used."""
    if name in __all__:
        from mscwatch import notebook  # noqa: PLC0415  imported late, as above

        return getattr(notebook, name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
