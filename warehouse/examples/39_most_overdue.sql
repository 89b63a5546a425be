-- Whose results are most overdue by the WHO's twelve months?
SELECT nct_id, lead_sponsor, due_on, days_overdue, reason
FROM results_due
WHERE clock = 'who_results' AND state = 'overdue'
ORDER BY days_overdue DESC, nct_id;
