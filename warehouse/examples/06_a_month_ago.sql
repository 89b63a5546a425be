-- How many trials had which status a month before the latest night, and how many have it now?
WITH then_and_now AS (
    SELECT v.nct_id, v.record ->> '$.protocolSection.statusModule.overallStatus' AS status, v.valid_to IS NULL AS is_now,
        v.valid_from <= moment AND (v.valid_to IS NULL OR v.valid_to > moment) AS was_then
    FROM versions AS v, (SELECT max(started_at) - INTERVAL 1 MONTH AS moment FROM runs)
)
SELECT status, count(*) FILTER (WHERE was_then) AS a_month_ago, count(*) FILTER (WHERE is_now) AS now
FROM then_and_now
GROUP BY status
ORDER BY status;
