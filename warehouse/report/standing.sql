-- The core trials in the watch, counted by status.
SELECT
    count(*) AS core_trials,
    count(*) FILTER (WHERE overall_status IN ('RECRUITING', 'NOT_YET_RECRUITING', 'ENROLLING_BY_INVITATION')) AS open,
    count(*) FILTER (WHERE overall_status = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE overall_status = 'UNKNOWN') AS gone_quiet,
    count(*) FILTER (WHERE has_results) AS with_results,
    coalesce(sum(enrollment), 0) AS participants
FROM trials
WHERE relevance = 'core' AND in_watch;
