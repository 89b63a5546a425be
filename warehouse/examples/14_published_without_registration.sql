-- How many patients were treated in published trials for which nobody found a registration, by disease?
SELECT indication_group, count(*) AS published, count(*) FILTER (WHERE nct_id IS NULL) AS unregistered,
    coalesce(sum(n_treated) FILTER (WHERE nct_id IS NULL), 0) AS patients_treated_unregistered
FROM published_trials
GROUP BY indication_group
ORDER BY indication_group;
