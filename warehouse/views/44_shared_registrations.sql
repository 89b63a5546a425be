-- Numbers that several registrations of the watch share: likely one trial, registered more than once. Grouped, never merged.
SELECT registry, number, list(DISTINCT nct_id ORDER BY nct_id) AS nct_ids, count(DISTINCT nct_id) AS trials
FROM registry_ids
WHERE nct_id IS NOT NULL
GROUP BY registry, number
HAVING count(DISTINCT nct_id) > 1
