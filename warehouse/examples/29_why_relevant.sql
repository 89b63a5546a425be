-- Why does our reading put trials outside the topic, and how often?
SELECT relevance, relevance_reason, count(*) AS trials
FROM trials
WHERE relevance <> 'core'
GROUP BY ALL
ORDER BY trials DESC, relevance_reason;
