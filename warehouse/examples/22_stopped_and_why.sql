-- Which trials were stopped or suspended, after how many patients, and for what reason?
SELECT nct_id, overall_status, enrollment, why_stopped, relevance
FROM trials
WHERE overall_status IN ('SUSPENDED', 'TERMINATED', 'WITHDRAWN')
ORDER BY overall_status, nct_id;
