"""Decisions of people that find nothing to apply to: the trial is merged or unknown, the paper or field not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import Entry, LinkDecision, ReadingDecision, paper_number
from mscwatch.store.queries import current_id
from mscwatch.store.sql import Connection, insert, scalar
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
    standings = dict(con.execute("SELECT nct_id, standing FROM watched").fetchall())
    reasons = ((entry, _why(con, entry, standings.get(entry.nct_id))) for entry in entries)
    return [WithoutEffect(f"{entry.key} {entry.outcome}", why) for entry, why in reasons if why]


def record_without_effect(con: Connection, decisions: Decisions, notice_id: str) -> list[WithoutEffect]:
    """Store which decisions find nothing to apply to, and return those that the operator was never told of.

    `notice_id` is the notice that tells of these. One that applies again is dropped.
    """
    now = without_effect(con, decisions.entries())
    told = {row[0] for row in con.execute("SELECT decision FROM decisions_without_effect").fetchall()}
    fresh = [one for one in now if one.decision not in told]
    con.execute(
        "DELETE FROM decisions_without_effect WHERE NOT list_contains(?, decision)",
        [[one.decision for one in now]],
    )
    insert(con, "decisions_without_effect", [one._asdict() | {"told_in": notice_id} for one in fresh])
    return fresh


def _why(con: Connection, entry: Entry, standing: str | None) -> str | None:
    """What a decision does not find, as a clause; None where it applies."""
    nct_id = entry.nct_id
    if standing == Membership.MERGED:
        return f"{nct_id} was merged into {current_id(con, nct_id)}"
    if standing is None and not (isinstance(entry, LinkDecision) and _is_listed(con, entry)):
        now = current_id(con, nct_id)
        return f"{nct_id} is now {now}" if now != nct_id else f"the watch has never seen {nct_id}"
    if isinstance(entry, ReadingDecision) and not entry.is_of_a_field:
        return f"a therapy has no field {entry.field}; the fields are {', '.join(FIELDS)}"
    if isinstance(entry, LinkDecision):
        return _why_no_paper(con, entry)
    return None


def _why_no_paper(con: Connection, link: LinkDecision) -> str | None:
    if paper_number(link.paper) is None:
        return f"{link.paper} is neither a PMID nor a DOI nor the code of a reference"
    if link.paper.startswith("ref-") and not _is_listed(con, link):
        return f"no reference of {link.nct_id} has this code any more"
    if _has_decided_links(con) and _rows(con, "decided_links", "NOT holds AND paper_as_decided", link):
        return "a later decision is about the same paper under another number"
    return None


def _is_listed(con: Connection, link: LinkDecision) -> bool:
    """Whether there is such a link; one of Table 2 may be of a trial that the watch has never seen."""
    return _rows(con, "publications", "paper", link) > 0


def _rows(con: Connection, view: str, paper: str, link: LinkDecision) -> int:
    query = f"SELECT count(*) FROM {view} WHERE nct_id = ? AND {paper} = ?"
    return int(scalar(con, query, [link.nct_id, link.paper]))


def _has_decided_links(con: Connection) -> bool:
    """Whether the file has the view: one opened to read is not migrated, and may be of an earlier version."""
    return bool(scalar(con, "SELECT count(*) FROM duckdb_views() WHERE view_name = 'decided_links'"))
