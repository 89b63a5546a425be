"""Table `papers`: every paper that a record, the review or a person names, with what kind of paper it is.

The number of a paper is `PMID:…`, else `DOI:…`, else `REF:…` with the code of its citation. A paper that gains a better
number keeps the old one among its aliases.
"""

from __future__ import annotations

from typing import Any

from mscwatch.papers.citation import Citation, parse
from mscwatch.papers.kind import KINDS_VERSION, judge
from mscwatch.papers.model import JudgedKind
from mscwatch.papers.product import donors_named, sources_named
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.store.sql import Connection, dicts, insert, meta, set_meta
from mscwatch.vocabulary import PaperKind

# What names papers now: the current records, Table 2, and decisions about papers that neither lists.
NAMED = """
CREATE OR REPLACE TEMP TABLE named_papers AS
WITH cited AS (
    SELECT nullif(trim(r.pmid), '') AS pmid, r.citation, r.reference_type,
        lower(nullif(regexp_extract(r.citation, '\\b10\\.[0-9]{4,9}/[^\\s"<>]*[^\\s"<>.,;:)\\]]'), '')) AS doi,
        r.id IN (SELECT reference_id FROM ctgov.retractions) AS is_retracted
    FROM ctgov.study_references AS r
), by_doi AS (
    SELECT doi, min(pmid) AS pmid FROM (
        SELECT doi, pmid FROM cited UNION ALL SELECT lower(doi), pmid FROM published_trials
    ) WHERE doi IS NOT NULL AND pmid IS NOT NULL GROUP BY doi
), told AS (
    SELECT coalesce(c.pmid, d.pmid) AS pmid, c.doi, c.citation, c.reference_type, c.is_retracted,
        'registry' AS found_by, 'REF:' || left(md5(coalesce(c.citation, '')), 8) AS code
    FROM cited AS c LEFT JOIN by_doi AS d ON c.pmid IS NULL AND d.doi = c.doi
    UNION ALL
    SELECT pmid, lower(doi), NULL, NULL, false, 'review', NULL FROM published_trials
    WHERE pmid IS NOT NULL OR doi IS NOT NULL
    UNION ALL
    SELECT CASE WHEN regexp_full_match(paper, '[0-9]{1,8}') THEN paper END,
        CASE WHEN starts_with(paper, '10.') THEN lower(paper) END, NULL, NULL, false, 'person', NULL
    FROM link_decisions WHERE regexp_full_match(paper, '[0-9]{1,8}|10\\..*')
)
SELECT coalesce('PMID:' || pmid, 'DOI:' || doi, code) AS paper_id,
    any_value(pmid) AS pmid, min(doi) AS doi, max(citation) AS citation,
    list_sort(list(DISTINCT reference_type) FILTER (WHERE reference_type IS NOT NULL)) AS reference_types,
    bool_or(is_retracted) AS is_retracted,
    CASE WHEN bool_or(found_by = 'registry') THEN 'registry' WHEN bool_or(found_by = 'review') THEN 'review'
        ELSE 'person' END AS found_by,
    bool_or(found_by = 'review') AS in_review
FROM told GROUP BY ALL
"""

# Papers that are new, or that are named otherwise than when they were judged. What a search knows better is kept.
TO_JUDGE = """
SELECT n.*, r.title AS review_title, r.first_author AS review_author, r.journal AS review_journal, r.year AS review_year
FROM named_papers AS n
LEFT JOIN papers AS p USING (paper_id)
LEFT JOIN (
    SELECT pmid, any_value(title) AS title, any_value(first_author) AS first_author, any_value(journal) AS journal,
        any_value(year) AS year
    FROM published_trials GROUP BY pmid
) AS r ON r.pmid = n.pmid AND n.in_review
WHERE p.paper_id IS NULL OR $everything
    OR (p.citation, p.reference_types, p.is_retracted)
        IS DISTINCT FROM (n.citation, coalesce(n.reference_types, []), n.is_retracted)
"""

REPLACE = """
INSERT OR REPLACE INTO papers BY NAME
SELECT j.* REPLACE (
    coalesce(p.first_seen_at, j.first_seen_at) AS first_seen_at,
    coalesce(p.first_run_id, j.first_run_id) AS first_run_id,
    coalesce(p.pmcid, j.pmcid) AS pmcid, coalesce(j.doi, p.doi) AS doi, coalesce(p.aliases, []) AS aliases
)
FROM judged_papers AS j LEFT JOIN papers AS p USING (paper_id)
"""


def refresh(con: Connection) -> None:
    """Bring the table up to what records, Table 2 and decisions name now, within the caller's transaction.

    A paper that nothing names any more stays, as it was known once; one of Table 2 goes with the table.
    """
    everything = meta(con, "kinds_version") != str(KINDS_VERSION)
    con.execute(NAMED)
    con.execute("CREATE OR REPLACE TEMP TABLE judged_papers AS FROM papers LIMIT 0")
    stamp = {"first_seen_at": None, "first_run_id": None}
    for run_id, started_at in con.execute(
        f"SELECT run_id, started_at FROM runs WHERE run_id = ({LAST_WRITTEN_RUN})"
    ).fetchall():
        stamp = {"first_seen_at": started_at, "first_run_id": run_id}
    rows = dicts(con, TO_JUDGE, {"everything": everything})
    insert(con, "judged_papers", (_judged(row) | stamp for row in rows))
    con.execute(REPLACE)
    con.execute(
        "DELETE FROM papers WHERE found_by = 'review' AND paper_id NOT IN (SELECT paper_id FROM named_papers)"
    )
    con.execute("DROP TABLE named_papers; DROP TABLE judged_papers")
    set_meta(con, {"kinds_version": str(KINDS_VERSION)})


def _judged(row: dict[str, Any]) -> dict[str, Any]:
    """The row of one paper, from what names it."""
    citation, types = row["citation"] or "", row["reference_types"] or []
    read = parse(citation) if citation else Citation("")
    title = row["review_title"] or read.title
    kind = judge(title, reference_types=types, citation=citation)
    if row["in_review"]:
        kind = JudgedKind(PaperKind.RESULTS, "a row of the review's Table 2")
    return {
        "paper_id": row["paper_id"],
        "pmid": row["pmid"],
        "pmcid": None,
        "doi": row["doi"] or read.doi,
        "title": title or None,
        "first_author": read.first_author or row["review_author"],
        "journal": read.journal or row["review_journal"],
        "year": read.year or row["review_year"],
        "published_on": read.published_on,
        "kind": kind.kind,
        "kind_reason": kind.reason,
        "title_donor": donors_named(title),
        "title_source": sources_named(title),
        "is_preprint": (row["doi"] or "").startswith(("10.1101/", "10.64898/", "10.21203/")),
        "is_retracted": row["is_retracted"],
        "found_by": row["found_by"],
        "reference_types": types,
        "citation": row["citation"],
        "aliases": [],
    }
