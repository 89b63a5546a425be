-- Links between trials and papers that wait for a person's yes or no, in the order in which they are worth deciding: the
-- surest first, and those that a score alone found last. The link, or the kind of paper, is not sure enough to count.
SELECT
    row_number() OVER (
        ORDER BY coalesce(p.strength = 'D', false), p.strength NULLS LAST, p.nct_id, p.paper
    ) AS place,
    p.nct_id, t.url, t.brief_title, p.paper, p.paper_id, p.pmid, k.doi, coalesce(k.title, p.citation, p.paper) AS title,
    k.first_author, k.journal, k.year, coalesce(p.citation, k.citation) AS citation, p.kind, p.grade, p.strength, p.reason, k.found_by, k.first_seen_at
FROM publications AS p
LEFT JOIN trials AS t ON t.nct_id = p.nct_id
LEFT JOIN papers AS k ON k.paper_id = p.paper_id
WHERE p.is_waiting
