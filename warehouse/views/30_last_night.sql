-- The last good night. Its day is what clocks, figures and claims call today, so that a file reads the same tomorrow;
-- it is the day of the registry's data, or of the night where the registry did not say.
SELECT run_id, coalesce(data_timestamp, started_at)::DATE AS day, started_at, outcome
FROM runs
WHERE outcome IN ('baseline', 'published', 'unchanged')
ORDER BY started_at DESC
LIMIT 1
