-- The last trusted night. Clocks, figures and claims call its day today, so that a file reads the same tomorrow. The
-- day is that of the registry's data, or of the night itself where the registry gave none.
SELECT run_id, coalesce(data_timestamp, started_at)::DATE AS day, started_at, outcome
FROM runs
WHERE outcome IN ('baseline', 'published', 'unchanged')
ORDER BY night_no DESC
LIMIT 1
