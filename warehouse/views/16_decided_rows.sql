-- What people decided about rows of the living table, each with the paper as the warehouse knows it. A paper may be decided
-- under any of its numbers; of two decisions about the same thing the later one holds. `field` is empty for a yes or no.
WITH resolved AS (
    SELECT
        d.paper, d.decision, coalesce(d.field, '') AS field, d.value, d.seen, d.reason, d.decided_on, d.decided_by,
        (list(p.paper_id ORDER BY starts_with(p.paper_id, 'PMID:') DESC, p.paper_id)
            FILTER (WHERE p.paper_id IS NOT NULL))[1] AS paper_id
    FROM row_decisions AS d
    LEFT JOIN papers AS p ON p.pmid = d.paper OR lower(p.doi) = d.paper
        OR list_has_any(
            list_append(p.aliases, p.paper_id),
            [d.paper, 'PPR:' || d.paper, 'DOI:' || d.paper, replace(d.paper, 'ref-', 'REF:')]
        )
    GROUP BY ALL
)
SELECT
    paper, paper_id, decision, field, value, seen, reason, decided_on, decided_by,
    row_number() OVER (PARTITION BY coalesce(paper_id, paper), field ORDER BY decided_on DESC, paper) = 1 AS holds
FROM resolved
