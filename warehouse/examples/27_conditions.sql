-- Which conditions do the topic's trials name most often, however they are spelt?
SELECT downcase_name AS condition, count(DISTINCT c.nct_id) AS trials
FROM ctgov.conditions AS c
JOIN trials AS t ON t.nct_id = c.nct_id
WHERE t.relevance = 'core'
GROUP BY downcase_name
HAVING trials > 1
ORDER BY trials DESC, condition;
