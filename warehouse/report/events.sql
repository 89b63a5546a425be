-- Events of core and unsure trials, newest first, without the baseline and what was retracted: all of the last night that
-- published, and of earlier ones as many as make a hundred.
SELECT
    CAST(e.observed_at AS DATE) AS night, e.observed_at, e.nct_id, t.brief_title, e.kind, e.summary,
    e.run_id = (
        SELECT run_id FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY night_no DESC LIMIT 1
    ) AS is_latest
FROM events AS e
JOIN trials AS t ON t.nct_id = e.nct_id
WHERE NOT e.is_baseline AND e.retracted_by IS NULL AND t.relevance IN ('core', 'unsure')
QUALIFY is_latest OR row_number() OVER (ORDER BY e.observed_at DESC, e.severity, e.kind, e.nct_id) <= 100
ORDER BY e.observed_at DESC, e.severity, e.kind, e.nct_id;
