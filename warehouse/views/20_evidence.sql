-- The rows of the living table and the registered trials of the topic, side by side in the same columns. A drafted row is
-- marked by its origin: no person has confirmed it. `joined_to` names the row of the same patients.
SELECT
    CASE WHEN origin = 'drafted' THEN 'drafted' ELSE 'published' END AS origin, row_id AS label, nct_id, title,
    indication_group, aetiology, cell_source, donor, route, dose_low, dose_high, dose_unit,
    n_treated + n_control AS participants, make_date(year, 12, 31) AS dated, infusions_max, product_form, joined_to
FROM living_table
UNION ALL
SELECT
    'registered', t.nct_id, t.nct_id, t.brief_title, t.indication_group, p.aetiology, p.cell_source, p.donor,
    p.route, p.dose_low, p.dose_high, p.dose_unit, t.enrollment, t.study_first_posted_date, p.infusions_max,
    p.product_form, NULL
FROM trials AS t JOIN therapies AS p USING (nct_id)
WHERE t.relevance IN ('core', 'unsure')
