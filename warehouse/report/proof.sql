-- The night that this page shows: how many trials match according to the registry, how many distinct ones it sent, and
-- how many known ones were missing. A night that fails this proof publishes nothing.
SELECT
    started_at,
    data_timestamp,
    outcome,
    total_count AS said,
    fetched AS read_in,
    len(coalesce(proof ->> '$.missing[*]', [])) AS missing,
    new,
    changed,
    (SELECT count(*) FROM runs WHERE outcome IN ('baseline', 'published', 'unchanged')) AS good_nights
FROM runs
WHERE outcome IN ('baseline', 'published')
ORDER BY night_no DESC
LIMIT 1;
