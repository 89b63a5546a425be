-- Which registered trials give the product of row 15 of the review's table: same source, donor, route and unit of dose?
SELECT t.nct_id, t.brief_title, t.overall_status, c.dose_low, c.dose_high, c.infusions_max
FROM trials AS t
JOIN therapies AS c ON c.nct_id = t.nct_id
JOIN published_trials AS p ON p.review_row = 15
WHERE t.relevance IN ('core', 'unsure') AND c.product_form = 'cells' AND c.modification = 'none_stated'
    AND c.cell_source = p.cell_source AND c.donor = p.donor AND c.route = p.route
    AND coalesce(c.dose_unit, p.dose_unit) = p.dose_unit
ORDER BY t.nct_id;
