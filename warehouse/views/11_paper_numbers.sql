-- Every number under which a person may name a paper, and the one paper that it means: of two papers with one number, the
-- one that has a PMID. Without PMID:, DOI: and PPR: before it, and as a whole; the code of a reference as ref-… too.
WITH named AS (
    SELECT paper_id, unnest(list_concat([pmid, lower(doi), paper_id], aliases)) AS number FROM papers
), spelt AS (
    FROM named
    UNION
    SELECT paper_id, regexp_replace(replace(number, 'REF:', 'ref-'), '^(PMID|DOI|PPR):', '') FROM named
)
SELECT number, (list(paper_id ORDER BY starts_with(paper_id, 'PMID:') DESC, paper_id))[1] AS paper_id
FROM spelt WHERE number <> '' GROUP BY number
