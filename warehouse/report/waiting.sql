-- Papers that wait for a person's yes or no: they may report a core or unsure trial, and the link or the kind of paper is
-- not sure enough to count. `mscwatch links` decides.
SELECT
    p.nct_id, t.url, t.brief_title, p.paper_id, p.pmid, k.doi, coalesce(k.title, p.citation, p.paper) AS title,
    k.first_author, k.journal, k.year, p.kind, p.grade, p.strength, p.reason, k.found_by, k.first_seen_at
FROM publications AS p
LEFT JOIN trials AS t ON t.nct_id = p.nct_id
LEFT JOIN papers AS k ON k.paper_id = p.paper_id
WHERE p.is_waiting
ORDER BY p.strength NULLS LAST, k.first_seen_at DESC, k.year DESC NULLS LAST, p.nct_id, p.paper_id;
