-- Which interventions are radiation?
-- After https://github.com/metrics-stanford/AACT/blob/master/Code
-- Changed for DuckDB: the words (RADIATION).
SELECT nct_id, name FROM interventions WHERE intervention_type = 'RADIATION' ORDER BY id;
