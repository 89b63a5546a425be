-- Which trials still say that they recruit or will, although their planned end has passed?
SELECT nct_id, overall_status, completion_date, last_update_posted_date
FROM trials
WHERE overall_status IN ('RECRUITING', 'NOT_YET_RECRUITING', 'ACTIVE_NOT_RECRUITING', 'ENROLLING_BY_INVITATION')
    AND completion_date < (SELECT max(started_at) FROM runs)
ORDER BY completion_date, nct_id;
