-- How long after the end did trials with results post them?
SELECT nct_id, completion_date, results_first_posted_date, results_first_posted_date - completion_date AS days
FROM trials
WHERE has_results
ORDER BY days, nct_id;
