-- What did the nights meet that nobody understood, and where?
SELECT path, message, count(*) AS times, count(DISTINCT nct_id) AS trials, min(value) AS example
FROM issues
GROUP BY path, message
ORDER BY times DESC, path;
