-- Which trials of the topic were registered more than 30 days after they had started, and how late?
-- (A month alone counts as its last day, so nobody is called late who may not be.)
SELECT nct_id, brief_title, start_date, study_first_posted_date, study_first_posted_date - start_date AS days_late
FROM trials
WHERE relevance = 'core' AND study_first_posted_date > start_date + INTERVAL 30 DAY
ORDER BY days_late DESC, nct_id;
