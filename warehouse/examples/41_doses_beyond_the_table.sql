-- Which registered trials give more cells per kilogram at a time than any trial of the review's table?
SELECT t.nct_id, d.arm, d.dose_high, d.evidence
FROM doses AS d
JOIN trials AS t ON t.nct_id = d.nct_id
WHERE t.relevance IN ('core', 'unsure') AND d.dose_unit = 'cells/kg'
    AND d.dose_high > (SELECT max(dose_high) FROM published_trials WHERE dose_unit = 'cells/kg')
ORDER BY d.dose_high DESC, t.nct_id, d.arm;
