-- What share of the topic's interventional trials is randomised?
SELECT t.indication_group, count(*) AS trials, count(*) FILTER (WHERE d.allocation = 'RANDOMIZED') AS randomised,
    round(100 * randomised / trials) AS percent
FROM trials AS t
LEFT JOIN ctgov.designs AS d ON d.nct_id = t.nct_id
WHERE t.relevance = 'core' AND t.study_type = 'INTERVENTIONAL'
GROUP BY t.indication_group
ORDER BY t.indication_group;
