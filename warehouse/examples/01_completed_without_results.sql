-- Which trials of the topic ended more than a year ago and have no results on the registry?
SELECT nct_id, brief_title, lead_sponsor, completion_date, url
FROM trials
WHERE relevance = 'core'
    AND overall_status = 'COMPLETED'
    AND NOT has_results
    AND completion_date < (SELECT max(started_at) FROM runs) - INTERVAL 1 YEAR
ORDER BY completion_date, nct_id;
