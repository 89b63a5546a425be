"""Table `registry_ids`: numbers of trials in any registry, as records and found papers give them."""

from __future__ import annotations

from collections.abc import Iterable

from mscwatch.papers.model import Paper
from mscwatch.papers.numbers import numbers_of
from mscwatch.store.sql import Connection, column, insert

# What an id must hold to be looked at: the letters of a registry, or the shape of a European number.
MAY_BE_A_NUMBER = (
    "(?i)nct|isrctn|chictr|umin|jrct|japic|irct|ctri|actrn|drks|ntr|omon|kct|tctr|rbr|rpcec|pactr"
    r"|\d{4}-\d{6}-\d{2}"
)


def refresh(con: Connection) -> None:
    """Read the trials' numbers in other registries anew, within the caller's transaction."""
    listed = con.execute(
        "SELECT nct_id, id_value FROM ctgov.id_information WHERE regexp_matches(id_value, ?) ORDER BY ALL",
        [MAY_BE_A_NUMBER],
    ).fetchall()
    con.execute("DELETE FROM registry_ids WHERE nct_id IS NOT NULL")
    found = dict.fromkeys((nct_id, *number) for nct_id, text in listed for number in numbers_of([text]))
    rows = (
        {"registry": registry, "number": number, "nct_id": nct_id, "found_in": "record"}
        for nct_id, registry, number in found
        if number != nct_id
    )
    insert(con, "registry_ids", rows)


def topic_numbers(con: Connection) -> list[str]:
    """The numbers to ask for: those of the topic's trials in any registry, in a steady order."""
    return column(
        con,
        "SELECT number FROM (SELECT nct_id, nct_id AS number FROM watched "
        "UNION ALL SELECT nct_id, number FROM registry_ids WHERE nct_id IS NOT NULL) "
        "JOIN watched AS w USING (nct_id) WHERE w.relevance IN ('core', 'unsure') GROUP BY number ORDER BY number",
    )


def store_numbers(con: Connection, papers: Iterable[Paper]) -> None:
    """Write the registration numbers that papers name (`registry_ids`)."""
    rows = [
        {"registry": number.registry, "number": number.number, "paper_id": paper.paper_id, "found_in": where}
        for paper in papers
        for where, texts in (
            ("DataBank", paper.declared_numbers),
            ("abstract", (paper.title, paper.abstract)),
            ("methods", (paper.methods,)),
        )
        for number in numbers_of(texts)
    ]
    con.execute(
        "DELETE FROM registry_ids WHERE list_contains(?, paper_id)",
        [sorted({row["paper_id"] for row in rows})],
    )
    insert(con, "registry_ids", rows)
