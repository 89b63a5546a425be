-- Which trials have the MELD score as a primary outcome, and when do they measure it?
SELECT t.nct_id, t.brief_title, o.measure, o.time_frame
FROM ctgov.design_outcomes AS o
JOIN trials AS t ON t.nct_id = o.nct_id
WHERE o.outcome_type = 'primary'
    AND regexp_matches(concat_ws(' ', o.measure, o.description), '\bMELD\b|end.stage liver disease', 'i')
ORDER BY o.id;
