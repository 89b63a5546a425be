-- Which trials of the topic came into the watch in the last 30 days, and were they new on the registry?
SELECT t.nct_id, t.brief_title, t.first_seen_at, t.study_first_posted_date, e.kind
FROM trials AS t
JOIN events AS e ON e.nct_id = t.nct_id AND e.kind IN ('new_trial', 'entered_watch')
WHERE t.relevance = 'core' AND t.first_seen_at > (SELECT max(started_at) FROM runs) - INTERVAL 30 DAY
ORDER BY t.first_seen_at, t.nct_id;
