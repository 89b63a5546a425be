-- Of which trials does the registry no longer know the status, what was it last, and when should they have ended?
SELECT last_known_status, count(*) AS trials, min(completion_date) AS earliest_end, max(completion_date) AS latest_end
FROM trials
WHERE overall_status = 'UNKNOWN' AND relevance = 'core'
GROUP BY last_known_status
ORDER BY trials DESC, last_known_status;
