-- What the review's figures count, in three scopes: the rows of Table 2 (published), the registered trials of the
-- topic that were first posted by the review's date (at_review), and those known today. Trials whose relevance is core
-- or unsure: an unsure trial is one that the rules could not exclude, and leaving it out would claim more than is known.
-- The cells, disease and route of at_review are read by today's rules; `known` says whether from that day's words.
SELECT 'published' AS scope, 'row ' || review_row AS label, 'Table 2' AS known, true AS is_completed,
    indication_group, cell_source, route
FROM published_trials
UNION ALL
SELECT 'at_review', past.nct_id,
    CASE WHEN past.is_read_as_then THEN past.known ELSE 'by first-posted date, today''s content' END,
    coalesce(past.is_completed, true), c.indication_group, c.cell_source, c.route
FROM trials_at_review AS past JOIN therapies AS c ON c.nct_id = past.nct_id
UNION ALL
SELECT 'today', t.nct_id, 'as observed', t.overall_status = 'COMPLETED', c.indication_group, c.cell_source, c.route
FROM trials AS t JOIN therapies AS c ON c.nct_id = t.nct_id
WHERE t.relevance IN ('core', 'unsure')
