"""Papers that a search found: what is known of them, and the trials that they may report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mscwatch.papers.judgement import Judgement
from mscwatch.papers.model import JudgedKind, Paper, TrialSketch
from mscwatch.papers.product import donors_named, sources_named
from mscwatch.papers.sketch import sketch_of
from mscwatch.record import parse_record
from mscwatch.store.sql import Connection, column, dicts, insert, row_of, scalar
from mscwatch.vocabulary import PaperSource

SKETCHED_AT_ONCE = 500
KEPT = """
SELECT paper_id, pmid, pmcid, doi, published_on, first_seen_at, first_run_id, found_by, aliases, told_by_pubmed,
    told_by_europepmc, is_retracted
FROM found_papers
"""
# What a search knows goes into `papers`; a kind judged by title alone gives way, the review's own rows do not.
INTO_PAPERS = """
INSERT OR REPLACE INTO papers BY NAME
SELECT f.paper_id, f.pmid, coalesce(p.pmcid, f.pmcid) AS pmcid, coalesce(f.doi, p.doi) AS doi, f.title,
    coalesce(f.first_author, p.first_author) AS first_author, coalesce(f.journal, p.journal) AS journal,
    coalesce(f.year, p.year) AS year, coalesce(f.published_on, p.published_on) AS published_on,
    CASE WHEN p.found_by = 'review' OR f.kind = 'unknown' THEN coalesce(p.kind, f.kind) ELSE f.kind END AS kind,
    CASE WHEN p.found_by = 'review' OR f.kind = 'unknown' THEN coalesce(p.kind_reason, f.kind_reason)
        ELSE f.kind_reason END AS kind_reason,
    f.title_donor, f.title_source, f.is_preprint, f.is_retracted OR coalesce(p.is_retracted, false) AS is_retracted,
    coalesce(p.found_by, f.found_by) AS found_by, coalesce(p.first_seen_at, f.first_seen_at) AS first_seen_at,
    coalesce(p.first_run_id, f.first_run_id) AS first_run_id, coalesce(p.reference_types, []) AS reference_types,
    coalesce(p.citation, f.citation) AS citation,
    list_sort(list_distinct(list_concat(f.aliases, coalesce(p.aliases, [])))) AS aliases
FROM found_papers AS f LEFT JOIN papers AS p USING (paper_id)
"""


def refresh(con: Connection) -> None:
    """Bring `papers` up to what searches know, within the caller's transaction."""
    con.execute(INTO_PAPERS)


def sketches(con: Connection) -> list[TrialSketch]:
    """All trials that may be about the topic, as the matching needs them."""
    result = con.execute(
        "SELECT v.nct_id, v.record::VARCHAR FROM versions AS v JOIN watched AS w USING (nct_id) "
        "WHERE v.valid_to IS NULL AND w.relevance <> 'off' ORDER BY v.nct_id"
    )
    found: list[TrialSketch] = []
    while rows := result.fetchmany(SKETCHED_AT_ONCE):
        found += [sketch_of(nct_id, parse_record(text.encode())) for nct_id, text in rows]
    return found


def counting(con: Connection) -> int:
    """How many links count as a publication."""
    return int(scalar(con, "SELECT count(*) FROM publications WHERE counts"))


def waiting(con: Connection) -> int:
    """How many links wait for a person."""
    return int(scalar(con, "SELECT count(*) FROM publications WHERE is_waiting"))


def told_by_services(con: Connection) -> frozenset[str]:
    """The identifiers of all papers that Europe PMC or PubMed told of, as `Paper.identifiers` writes them."""
    told = f"{KEPT} WHERE told_by_pubmed OR told_by_europepmc OR found_by <> ?"
    return frozenset(key for row in dicts(con, told, [PaperSource.PERSON]) for key in _keys(row))


def pmids_by_doi(con: Connection) -> dict[str, str]:
    """The PMID of each known paper that has a DOI too, by that DOI."""
    return dict(con.execute("SELECT lower(doi), pmid FROM papers WHERE doi <> '' AND pmid <> ''").fetchall())


def pmids(con: Connection, condition: str) -> list[str]:
    """The PMIDs of found papers that meet an SQL condition of ours, in a steady order."""
    return column(con, f"SELECT pmid FROM found_papers WHERE pmid IS NOT NULL AND {condition} ORDER BY pmid")


def watched_pmids(con: Connection) -> list[str]:
    """The PMIDs of papers that count as a publication or wait as candidates, and are not known as retracted."""
    return column(
        con,
        "SELECT DISTINCT pmid FROM publications WHERE (counts OR grade = 'candidate') AND NOT is_retracted "
        "AND pmid IS NOT NULL ORDER BY pmid",
    )


def store_papers(
    con: Connection, papers: Iterable[tuple[Paper, JudgedKind]], run_id: str, seen_at: datetime
) -> int:
    """Write what a search says of papers; returns how many are new. A better number keeps the old one as an alias."""
    stored = {key: row for row in dicts(con, KEPT) for key in _keys(row)}
    rows: dict[str, dict[str, Any]] = {}
    new = 0
    for paper, kind in papers:
        earlier = {row["paper_id"]: row for key in paper.identifiers if (row := stored.get(key))}
        row = _row(paper, kind) | {"first_seen_at": seen_at, "first_run_id": run_id, "aliases": []}
        for before in earlier.values():
            row |= _continued(row, before)
        for old in earlier.keys() - {row["paper_id"]}:
            _rename(con, old, row["paper_id"])
        new += not earlier
        rows[row["paper_id"]] = row
    con.execute("DELETE FROM found_papers WHERE list_contains(?, paper_id)", [list(rows)])
    insert(con, "found_papers", rows.values())
    return new


def _continued(row: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """What a paper that is stored already keeps: its first sight, and its identifier unless it has a better one."""
    is_better = row["paper_id"] != earlier["paper_id"] and bool(row["pmid"])
    first = min(row, earlier, key=lambda seen: seen["first_seen_at"])
    aliases = (*row["aliases"], *earlier["aliases"], *[earlier["paper_id"]] * is_better)
    return {
        "paper_id": row["paper_id"] if is_better else earlier["paper_id"],
        "pmid": row["pmid"] or earlier["pmid"],
        "pmcid": row["pmcid"] or earlier["pmcid"],
        "doi": row["doi"] or earlier["doi"],
        "published_on": min(filter(None, (row["published_on"], earlier["published_on"])), default=None),
        "first_seen_at": first["first_seen_at"],
        "first_run_id": first["first_run_id"],
        "found_by": first["found_by"],
        "told_by_pubmed": row["told_by_pubmed"] or earlier["told_by_pubmed"],
        "told_by_europepmc": row["told_by_europepmc"] or earlier["told_by_europepmc"],
        "is_retracted": row["is_retracted"] or earlier["is_retracted"],
        "aliases": list(dict.fromkeys(aliases)),
    }


def _rename(con: Connection, old: str, better: str) -> None:
    """Take a paper out under its old identifier, and keep its links under the better one."""
    for table in ("found_papers", "registry_ids"):
        con.execute(f"DELETE FROM {table} WHERE paper_id = ?", [old])
    searched = "found_by IN ('europepmc', 'pubmed', 'person')"
    con.execute(f"DELETE FROM papers WHERE paper_id = ? AND {searched}", [old])
    con.execute(
        "DELETE FROM found_links WHERE paper_id = ? AND nct_id IN (SELECT nct_id FROM found_links WHERE paper_id = ?)",
        [old, better],
    )
    con.execute("UPDATE found_links SET paper_id = ? WHERE paper_id = ?", [better, old])


def store_links(
    con: Connection,
    judged: Mapping[str, list[Judgement]],
    seen: Mapping[tuple[str, str], str],
    run_id: str,
    found_at: datetime,
) -> None:
    """Write the links of judged papers. A link gives way only to a surer one.

    `seen` is what each pair was judged on, as a hash.
    """
    links = con.execute("SELECT nct_id, paper_id, strength, rejected_seen FROM found_links").fetchall()
    stored = {link[:2]: link[2:] for link in links}
    pair = "nct_id = ? AND paper_id = ?"
    rows = []
    for paper_id, judgements in judged.items():
        for judgement in judgements:
            key = (judgement.nct_id, paper_id)
            strength, rejected_seen = stored.get(key, (None, None))
            if strength is not None and strength <= judgement.strength:
                con.execute(f"UPDATE found_links SET seen = ? WHERE {pair}", [seen[key], *key])
                continue
            con.execute(f"DELETE FROM found_links WHERE {pair}", [*key])
            stamp = {"found_at": found_at, "run_id": run_id, "rejected_seen": rejected_seen}
            rows.append(row_of(judgement) | {"paper_id": paper_id, "seen": seen[key]} | stamp)
    insert(con, "found_links", rows)


def note_rejections(con: Connection, decided: Iterable[tuple[str, str]]) -> None:
    """Note on what pairs of trial and paper were judged when a person rejected them, or forget it with the decision.

    A rejected pair comes back when the paper or the record has changed since.
    """
    for nct_id, paper in decided:
        con.execute(
            "UPDATE found_links SET rejected_seen = CASE WHEN EXISTS (FROM link_decisions AS d "
            "WHERE d.nct_id = $nct_id AND d.paper = $paper AND d.decision = 'reject') THEN seen END "
            "WHERE nct_id = $nct_id AND paper_id IN (SELECT paper_id FROM found_papers "
            "WHERE $paper IN (pmid, doi, replace(paper_id, 'PPR:', '')))",
            {"nct_id": nct_id, "paper": paper},
        )


def content_hash(paper: Paper) -> str:
    """A hash of what a paper says, so that a later judgement can tell whether it changed."""
    text = "\x1f".join((paper.title, paper.abstract, paper.methods, *paper.declared_numbers))
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _row(paper: Paper, kind: JudgedKind) -> dict[str, Any]:
    first_author = paper.authors[0] if paper.authors else None
    others = " et al" if len(paper.authors) > 1 else ""
    by = f"{first_author}{others}" if first_author else ""
    parts = (by, paper.title, paper.journal, str(paper.year or ""))
    return {
        "paper_id": paper.paper_id,
        "pmid": paper.pmid or None,
        "pmcid": paper.pmcid or None,
        "doi": paper.doi or None,
        "title": paper.title,
        "first_author": first_author,
        "citation": ". ".join(part for part in parts if part),
        "journal": paper.journal or None,
        "year": paper.year,
        "published_on": paper.published_on,
        "kind": kind.kind,
        "kind_reason": kind.reason,
        "title_donor": donors_named(paper.title),
        "title_source": sources_named(paper.title),
        "is_preprint": paper.is_preprint,
        "is_retracted": paper.is_retracted,
        "found_by": paper.source,
        "told_by_pubmed": paper.told_by_pubmed,
        "told_by_europepmc": paper.source is PaperSource.EUROPEPMC,
        "content_hash": content_hash(paper),
    }


def _keys(row: Mapping[str, Any]) -> list[str]:
    """Every identifier of a stored paper, earlier ones included, as `Paper.identifiers` writes them."""
    pmid, doi = row["pmid"], row["doi"]
    own = (f"PMID:{pmid}" if pmid else "", f"DOI:{doi.lower()}" if doi else "")
    return [*filter(None, own), row["paper_id"], *row["aliases"]]
