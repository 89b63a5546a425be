-- What was measured in which group of which outcome?
-- After https://github.com/ctti-clinicaltrials/aact/blob/dev/app/models/result_group.rb
-- Changed for DuckDB: nothing.
SELECT m.nct_id, o.outcome_type, o.title, g.title AS group_title, m.classification, m.param_type, m.param_value_num,
    m.dispersion_value_num, m.units
FROM outcome_measurements m
JOIN outcomes o ON m.outcome_id = o.id AND m.nct_id = o.nct_id
JOIN result_groups g ON m.result_group_id = g.id AND m.nct_id = g.nct_id
ORDER BY m.id;
