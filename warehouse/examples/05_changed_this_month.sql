-- What changed in the calendar month of the latest night?
SELECT CAST(e.observed_at AS DATE) AS night, e.severity, e.kind, e.nct_id, t.brief_title, e.summary
FROM events AS e
JOIN trials AS t ON t.nct_id = e.nct_id
WHERE NOT e.is_baseline
    AND e.retracted_by IS NULL
    AND e.observed_at >= date_trunc('month', (SELECT max(started_at) FROM runs))
ORDER BY e.observed_at DESC, e.severity, e.kind, e.nct_id;
