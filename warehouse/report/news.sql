-- What happened to core and unsure trials, by kind: in the latest night, in the seven days up to it, and in every night
-- since the watch began. The first night (the baseline) and retracted events are not counted.
WITH latest AS (
    SELECT run_id, started_at FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY night_no DESC LIMIT 1
)
SELECT
    e.kind,
    count(*) FILTER (WHERE e.run_id = latest.run_id) AS latest_night,
    count(*) FILTER (WHERE e.observed_at > latest.started_at - INTERVAL 7 DAY) AS seven_days,
    count(*) AS all_nights,
    list(DISTINCT e.nct_id ORDER BY e.nct_id) FILTER (WHERE e.run_id = latest.run_id) AS latest_night_ids,
    list(DISTINCT e.nct_id ORDER BY e.nct_id) FILTER (WHERE e.observed_at > latest.started_at - INTERVAL 7 DAY) AS seven_days_ids,
    list(DISTINCT e.nct_id ORDER BY e.nct_id) AS all_nights_ids
FROM events AS e
JOIN trials AS t ON t.nct_id = e.nct_id
CROSS JOIN latest
WHERE NOT e.is_baseline AND e.retracted_by IS NULL AND t.relevance IN ('core', 'unsure')
GROUP BY e.kind
ORDER BY latest_night DESC, all_nights DESC, e.kind;
