-- How many studies have exactly 200 participants?
-- After https://github.com/metrics-stanford/AACT/blob/master/Code
-- Changed for DuckDB: nothing.
SELECT count(*) FROM studies WHERE enrollment = 200;
