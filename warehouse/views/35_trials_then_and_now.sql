-- What the review's figures count, in four scopes: the rows of Table 2 (published), these with the rows that people
-- confirmed since (living), the registered MSC trials of the watch that were first posted by the review's date
-- (at_review), and those known today. Trials whose relevance is core or
-- unsure: an unsure trial is one that the rules could not exclude, and leaving it out would claim more than is known.
-- Only trials that give MSC, also among other cells. The cells, disease and route of at_review are read by today's
-- rules; `known` says whether from that day's words.
SELECT 'published' AS scope, 'row ' || review_row AS label, 'Table 2' AS known, true AS is_completed,
    indication_group, cell_source, route, 'liver' AS area
FROM published_trials
UNION ALL
SELECT 'living', row_id, CASE WHEN origin = 'review' THEN 'Table 2' ELSE 'confirmed since' END, true,
    coalesce(indication_group, 'not_stated'), cell_source, route, area
FROM living_rows
UNION ALL
SELECT 'at_review', past.nct_id,
    CASE WHEN past.is_read_as_then THEN past.known ELSE 'by first-posted date, today''s content' END,
    coalesce(past.is_completed, true), c.indication_group, c.cell_source, c.route, past.area
FROM trials_at_review AS past JOIN therapies AS c ON c.nct_id = past.nct_id
WHERE past.is_msc
UNION ALL
SELECT 'today', t.nct_id, 'as observed', t.overall_status = 'COMPLETED', c.indication_group, c.cell_source, c.route,
    p.area
FROM trials AS t
JOIN topic AS p ON p.nct_id = t.nct_id
JOIN therapies AS c ON c.nct_id = t.nct_id
WHERE p.is_msc
