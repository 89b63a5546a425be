-- What people decided about links, each with the paper that publications know: a DOI becomes the PMID that Table 2, a
-- citation of the trial's own record, or a paper that was found gives it. Of two decisions about one paper the later one holds.
WITH cited AS (
    SELECT nct_id, nullif(trim(pmid), '') AS pmid,
        lower(regexp_extract(citation, '\b10\.[0-9]{4,9}/[^\s"<>]*[^\s"<>.,;:)\]]')) AS doi,
        coalesce(nullif(trim(pmid), ''), 'ref-' || left(md5(coalesce(citation, '')), 8)) AS paper
    FROM ctgov.study_references
), known_doi AS (
    SELECT nct_id, doi, min(paper) AS paper FROM cited WHERE doi <> '' GROUP BY ALL
), reviewed_doi AS (
    SELECT lower(doi) AS doi, min(pmid) AS paper FROM published_trials
    WHERE doi IS NOT NULL AND pmid IS NOT NULL GROUP BY ALL
), found_doi AS (
    SELECT doi, min(pmid) AS paper FROM found_papers WHERE doi IS NOT NULL AND pmid IS NOT NULL GROUP BY ALL
), resolved AS (
    SELECT
        d.nct_id, d.paper AS paper_as_decided, coalesce(k.paper, r.paper, f.paper, d.paper) AS paper,
        CASE WHEN starts_with(d.paper, '10.') THEN d.paper END AS doi,
        d.decision, d.reason, d.decided_on, d.decided_by
    FROM link_decisions AS d
    LEFT JOIN known_doi AS k ON k.nct_id = d.nct_id AND k.doi = d.paper
    LEFT JOIN reviewed_doi AS r ON r.doi = d.paper
    LEFT JOIN found_doi AS f ON f.doi = d.paper
)
SELECT
    nct_id, paper, paper_as_decided, doi,
    CASE WHEN regexp_full_match(paper, '\d{1,8}') THEN paper END AS pmid,
    decision, reason, decided_on, decided_by,
    row_number() OVER (PARTITION BY nct_id, paper ORDER BY decided_on DESC, paper_as_decided) = 1 AS holds
FROM resolved
