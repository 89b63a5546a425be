-- Which studies with more than four arms were completed after a day?
-- After https://github.com/metrics-stanford/AACT/blob/master/Code
-- Changed for DuckDB: nothing.
SELECT nct_id FROM studies WHERE number_of_arms > 4 AND completion_date > '2016-11-11' ORDER BY nct_id;
