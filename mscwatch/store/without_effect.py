"""Decisions of people that find nothing to apply to: the trial is merged or unknown, the paper or field not there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from mscwatch.screening import cells
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import (
    Entry,
    LinkDecision,
    ReadingDecision,
    RowDecision,
    TrialEntry,
    paper_number,
)
from mscwatch.store.queries import current_id
from mscwatch.store.sql import Connection, column, has_relation, insert
from mscwatch.therapy.corrections import FIELDS
from mscwatch.vocabulary import Membership


class WithoutEffect(NamedTuple):
    """A decision in words, and what it does not find."""

    decision: str
    why: str

    def __str__(self) -> str:
        return f"{self.decision}: {self.why}"


def without_effect(con: Connection, entries: Iterable[Entry]) -> list[WithoutEffect]:
    """Those of some decisions that find nothing to apply to in the warehouse, in their order."""
    warehouse = _Warehouse(con)
    reasons = ((entry, _why(entry, warehouse)) for entry in entries)
    return [WithoutEffect(in_words(entry), why) for entry, why in reasons if why]


def in_words(entry: Entry) -> str:
    """A decision in words, such as "route of NCT02223897 corrected to portal_vein"."""
    return f"{entry.key} {entry.outcome}"


def record_without_effect(
    con: Connection, decisions: Decisions, notice_id: str
) -> tuple[list[WithoutEffect], list[WithoutEffect]]:
    """Store which decisions find nothing to apply to.

    Returns all of them, and those that the operator was never told of: the notice `notice_id` tells of these. One
    that applies again is dropped.
    """
    now = without_effect(con, decisions.entries())
    told = column(con, "SELECT decision FROM decisions_without_effect")
    fresh = [one for one in now if one.decision not in told]
    con.execute(
        "DELETE FROM decisions_without_effect WHERE NOT list_contains(?, decision)",
        [[one.decision for one in now]],
    )
    insert(con, "decisions_without_effect", [one._asdict() | {"told_in": notice_id} for one in fresh])
    return now, fresh


class _Warehouse:
    """What decisions can apply to; each part is read once, and only when it is asked for."""

    def __init__(self, con: Connection) -> None:
        self._con = con

    @cached_property
    def standings(self) -> dict[str, str]:
        return dict(self._con.execute("SELECT nct_id, standing FROM watched").fetchall())

    @cached_property
    def links(self) -> set[tuple[str, str]]:
        """Every link of `publications`; one of Table 2 may be of a trial that the watch has never seen."""
        return set(self._con.execute("SELECT nct_id, paper FROM publications").fetchall())

    @cached_property
    def superseded(self) -> set[tuple[str, str]]:
        """Links whose decision gave way to a later, other one; none in a file of an earlier version, not migrated."""
        if not has_relation(self._con, "decided_links"):
            return set()
        query = (
            "SELECT d.nct_id, d.paper_as_decided FROM decided_links AS d JOIN decided_links AS held "
            "USING (nct_id, paper) WHERE held.holds AND NOT d.holds AND d.decision <> held.decision"
        )
        return set(self._con.execute(query).fetchall())

    @cached_property
    def papers_with_row(self) -> dict[str, bool]:
        """Papers that decisions about rows name and the warehouse knows, each with whether it has a row to decide."""
        if not has_relation(self._con, "decided_rows"):
            return {}
        query = (
            "SELECT paper, bool_or(paper_id IN (SELECT paper_id FROM later_papers)) FROM decided_rows "
            "WHERE paper_id IS NOT NULL GROUP BY paper"
        )
        return dict(self._con.execute(query).fetchall())

    def current_id(self, nct_id: str) -> str:
        return current_id(self._con, nct_id)


def _why(entry: Entry, warehouse: _Warehouse) -> str | None:
    """What a decision does not find, as a clause; None where it applies."""
    match entry:
        case RowDecision():
            return _why_no_row(entry, warehouse)
        case TrialEntry():
            return _why_no_trial(entry, warehouse)
        case _:
            raise TypeError(type(entry))


def _why_no_row(row: RowDecision, warehouse: _Warehouse) -> str | None:
    if not row.is_of_a_cell:
        return f"a row has no cell {row.field}; the cells are {', '.join(cells.FIELDS)}"
    if warehouse.papers_with_row.get(row.paper):
        return None
    if row.paper in warehouse.papers_with_row:
        return "no row is drafted from it: it counts as no trial's paper, or is a row of Table 2; see `mscwatch links`"
    return f"no paper {row.paper} is known"


def _why_no_trial(entry: TrialEntry, warehouse: _Warehouse) -> str | None:
    nct_id = entry.nct_id
    standing = warehouse.standings.get(nct_id)
    is_listed = isinstance(entry, LinkDecision) and (nct_id, entry.paper) in warehouse.links
    if standing == Membership.MERGED:
        return f"{nct_id} was merged into {warehouse.current_id(nct_id)}"
    if standing is None and not is_listed:
        now = warehouse.current_id(nct_id)
        return f"{nct_id} is now {now}" if now != nct_id else f"the watch has never seen {nct_id}"
    if isinstance(entry, ReadingDecision) and not entry.is_of_a_field:
        return f"a therapy has no field {entry.field}; the fields are {', '.join(FIELDS)}"
    return _why_no_paper(entry, warehouse) if isinstance(entry, LinkDecision) else None


def _why_no_paper(link: LinkDecision, warehouse: _Warehouse) -> str | None:
    if paper_number(link.paper) is None:
        return f"{link.paper} is neither a PMID nor a DOI nor the code of a reference"
    if link.paper.startswith("ref-") and (link.nct_id, link.paper) not in warehouse.links:
        return f"no reference of {link.nct_id} has this code any more"
    if (link.nct_id, link.paper) in warehouse.superseded:
        return "a later decision is about the same paper under another number"
    return None
