-- The core trials in the watch, counted by status. Participants are planned, or counted where the trial has ended.
SELECT
    count(*) AS core_trials,
    count(*) FILTER (WHERE is_open) AS open,
    count(*) FILTER (WHERE overall_status = 'COMPLETED') AS completed,
    count(*) FILTER (WHERE overall_status = 'UNKNOWN') AS gone_quiet,
    count(*) FILTER (WHERE has_results) AS with_results,
    coalesce(sum(enrollment), 0) AS participants,
    list(nct_id ORDER BY nct_id) AS core_trials_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE is_open) AS open_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE overall_status = 'COMPLETED') AS completed_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE overall_status = 'UNKNOWN') AS gone_quiet_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE has_results) AS with_results_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE enrollment > 0) AS participants_ids
FROM trials
WHERE relevance = 'core' AND in_watch;
