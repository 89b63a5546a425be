-- Which conditions are studied with a placebo in trials of two arms?
-- After https://github.com/metrics-stanford/AACT/blob/master/Code
-- Changed for DuckDB: nothing.
SELECT s.nct_id, c.name, i.name
FROM studies s, conditions c, interventions i
WHERE s.nct_id = c.nct_id AND s.nct_id = i.nct_id AND i.name = 'Placebo' AND s.number_of_arms = 2
    AND s.completion_date > '2016-11-11';
