"""Rows drafted from the abstracts of found papers: their cells with the words that they rest on, never the abstract."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from mscwatch.papers.model import Paper
from mscwatch.review.abstracts import LONGEST_EVIDENCE
from mscwatch.review.draft import Cell, draft
from mscwatch.store.sql import Connection, insert
from mscwatch.vocabulary import REPORTING_KINDS, PaperKind


class Draft(NamedTuple):
    """The cells that a paper's abstract states, and the hash of what was read."""

    paper_id: str
    abstract_hash: str
    cells: dict[str, Cell]


def read_draft(paper: Paper, kind: PaperKind) -> Draft | None:
    """The draft of a paper; None for a kind of paper that reports no trial, and where there is no abstract. Pure.

    The numbers of registries are no cells of a row: the table `registry_ids` has them.
    """
    if kind not in REPORTING_KINDS or not paper.abstract.strip():
        return None
    cells = draft(paper.title, paper.abstract, paper.publication_types)
    cells.pop("registry_ids", None)
    return Draft(paper.paper_id, abstract_hash(paper), cells)


def abstract_hash(paper: Paper) -> str:
    """A hash of the words that a draft is read from, whatever a source puts between them."""
    words = re.sub(r"[\W_]+", "", f"{paper.title}{paper.abstract}").casefold()
    return hashlib.sha256(words.encode()).hexdigest()[:20]


def store_drafts(con: Connection, drafts: Iterable[Draft], read_at: datetime) -> None:
    """Write drafts within the caller's transaction, once their papers are stored.

    A draft takes the place of the paper's earlier ones. But a draft that a person accepted stays as it was accepted,
    beside that of an abstract that changed since.
    """
    _follow_papers(con)
    numbers = _numbers(con)
    of_paper: dict[str, Draft] = {}  # one of each paper: a source may give it by its DOI and by its PMID
    for each in drafts:
        paper_id = numbers.get(each.paper_id, each.paper_id)
        if paper_id not in of_paper or each.paper_id == paper_id:
            of_paper[paper_id] = each
    current = {(paper_id, each.abstract_hash): each.cells for paper_id, each in of_paper.items()}
    held = con.execute(
        "SELECT r.paper_id, r.seen FROM decided_rows AS r "
        "JOIN drafts AS d ON d.paper_id = r.paper_id AND d.abstract_hash = r.seen "
        "WHERE r.holds AND r.decision = 'accept'"
    )
    accepted = set(held.fetchall())
    papers, kept = [paper_id for paper_id, _ in current], [" ".join(pair) for pair in accepted]
    for table in ("drafts", "drafted_cells"):
        con.execute(
            f"DELETE FROM {table} WHERE list_contains(?, paper_id) "
            "AND NOT list_contains(?, paper_id || ' ' || abstract_hash)",
            [papers, kept],
        )
    con.execute(
        "UPDATE drafts SET is_current = list_contains(?, paper_id || ' ' || abstract_hash) "
        "WHERE list_contains(?, paper_id)",
        [[" ".join(pair) for pair in current], papers],
    )
    fresh = {pair: cells for pair, cells in current.items() if pair not in accepted}
    read = {"read_at": read_at, "is_current": True}
    insert(con, "drafts", ({"paper_id": paper_id, "abstract_hash": mark} | read for paper_id, mark in fresh))
    cells = (
        {
            "paper_id": paper_id,
            "abstract_hash": mark,
            "field": field,
            "value": cell.value,
            "evidence": cell.evidence[:LONGEST_EVIDENCE],
            "sentence": cell.sentence,
        }
        for (paper_id, mark), drafted in fresh.items()
        for field, cell in drafted.items()
    )
    insert(con, "drafted_cells", cells)


def _follow_papers(con: Connection) -> None:
    """Give the drafts of papers that gained a better number that number."""
    for table in ("drafts", "drafted_cells"):
        con.execute(
            f"UPDATE {table} SET paper_id = f.paper_id "
            "FROM (SELECT paper_id, unnest(aliases) AS earlier FROM found_papers) AS f "
            f"WHERE f.earlier = {table}.paper_id"
        )


def _numbers(con: Connection) -> dict[str, str]:
    """The number under which a paper is kept, by its DOI, for one that a source gives by its DOI alone."""
    query = "SELECT 'DOI:' || doi, paper_id FROM found_papers WHERE doi IS NOT NULL"
    return dict(con.execute(f"{query} ORDER BY starts_with(paper_id, 'PMID:')").fetchall())
