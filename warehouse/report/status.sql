-- Core trials by the status that the registry shows today. UNKNOWN is the registry's own word for a trial whose end has
-- passed and whose record nobody has confirmed for two years.
SELECT overall_status AS category, count(*) AS today, list(nct_id ORDER BY nct_id) AS today_ids
FROM trials
WHERE relevance = 'core' AND in_watch
GROUP BY overall_status
ORDER BY today DESC, category;
