-- The review's Table 2 as it would read today: its printed rows, rows drafted from later papers, and those that a person
-- confirmed, each beside its registration, its paper and what differs. A drafted row enters no figure and no claim.
SELECT p.*, t.overall_status, coalesce(d.differences, []) AS differences
FROM living_table AS p
LEFT JOIN trials AS t ON t.nct_id = p.nct_id
LEFT JOIN (
    SELECT row_id, list(DISTINCT subject ORDER BY subject) AS differences FROM contradictions GROUP BY row_id
) AS d ON d.row_id = p.row_id
WHERE EXISTS (FROM review_claims)
ORDER BY p.place;
