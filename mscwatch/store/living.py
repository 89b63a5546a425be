"""Rows of the living table, and the abstract that one of them was drafted from, as the published file has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mscwatch.store.sql import Connection, column, dicts, scalar


def table_rows(con: Connection, origins: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rows of `living_table` in their order; an empty choice of origins limits nothing."""
    return dicts(
        con,
        "SELECT * FROM living_table WHERE len($origins) = 0 OR list_contains($origins, origin) ORDER BY place",
        {"origins": list(origins)},
    )


def seen_abstract(con: Connection, paper: str) -> str | None:
    """The hash of the abstract that a paper's row is drafted from; None where there is no row, or no abstract was read.

    `paper` is one of its numbers, in the one spelling that decisions have.
    """
    found: str | None = scalar(
        con,
        "SELECT arg_max(abstract_hash, read_at) FROM drafts WHERE is_current "
        "AND paper_id = (SELECT paper_id FROM paper_numbers WHERE number = ?)",
        [paper],
    )
    return found


def paper_numbers(con: Connection) -> list[str]:
    """The numbers of the papers of which a row is drafted and not yet confirmed, for completion."""
    return column(
        con, "SELECT coalesce(pmid, doi, paper_id) FROM living_table WHERE origin = 'drafted' ORDER BY ALL"
    )
