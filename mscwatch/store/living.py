"""Rows of the living table, and the abstract that one of them was drafted from, as the published file has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mscwatch.store.sql import Connection, dicts, scalar


def living_rows(con: Connection, origins: Sequence[str] = ()) -> list[dict[str, Any]]:
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
        "SELECT d.abstract_hash FROM papers AS p JOIN drafts AS d ON d.paper_id = p.paper_id AND d.is_current "
        "WHERE $1 IN (p.pmid, lower(p.doi)) OR list_has_any(list_append(p.aliases, p.paper_id), "
        "[$1, 'PPR:' || $1, 'DOI:' || $1, replace($1, 'ref-', 'REF:')]) "
        "ORDER BY starts_with(p.paper_id, 'PMID:') DESC, p.paper_id",
        [paper],
    )
    return found


def paper_numbers(con: Connection) -> list[str]:
    """The numbers of the papers of which a row is drafted and not yet confirmed, for completion."""
    rows = con.execute(
        "SELECT coalesce(pmid, doi, paper_id) FROM living_table WHERE origin = 'drafted' ORDER BY ALL"
    ).fetchall()
    return [number for (number,) in rows]
