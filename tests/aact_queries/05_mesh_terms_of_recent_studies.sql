-- Under which MeSH terms are the studies that started after a day?
-- After https://github.com/metrics-stanford/AACT/blob/master/Code
-- Changed for DuckDB: nothing.
SELECT s.nct_id, b.mesh_term
FROM studies s, browse_conditions b
WHERE s.nct_id = b.nct_id AND s.enrollment > 200 AND s.start_date > '2017-11-11';
