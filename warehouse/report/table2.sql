-- The review's Table 2 as it would read today: its printed rows, rows drafted from later papers, and those that a person
-- confirmed, each beside its registration, its paper and what differs. A drafted row enters no figure and no claim.
SELECT
    p.row_id, p.origin, p.joined_to,
    p.first_author, p.year, p.journal, p.title, p.pmid, p.doi,
    p.disease_as_printed, p.design_as_printed, p.n_treated, p.n_control, p.source_as_printed, p.route_as_printed,
    p.dose_as_printed, p.response_as_printed, p.nct_id, p.link_confidence, p.link_basis, t.url, t.overall_status,
    t.enrollment, c.cell_source, c.route, c.dose_low, c.dose_high, c.dose_unit,
    coalesce(d.differences, []) AS differences
FROM living_table AS p
LEFT JOIN trials AS t ON t.nct_id = p.nct_id
LEFT JOIN therapies AS c ON c.nct_id = p.nct_id
LEFT JOIN (
    SELECT row_id, list(DISTINCT subject ORDER BY subject) AS differences FROM contradictions GROUP BY row_id
) AS d ON d.row_id = p.row_id
WHERE EXISTS (FROM review_claims)
ORDER BY p.review_row NULLS LAST, p.origin, p.year, p.row_id;
