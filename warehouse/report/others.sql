-- Trials outside the table of core trials that a number, a paper or a row of Table 2 on this page leads to.
SELECT nct_id, brief_title, lead_sponsor, overall_status, enrollment, study_first_posted_date, completion_date
FROM trials
WHERE NOT (relevance = 'core' AND in_watch) AND (
    relevance IN ('core', 'unsure') OR nct_id IN (SELECT nct_id FROM published_trials)
    OR nct_id IN (SELECT nct_id FROM issues) OR nct_id IN (SELECT nct_id FROM publications)
)
ORDER BY nct_id;
