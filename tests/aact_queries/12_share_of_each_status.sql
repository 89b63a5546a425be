-- What share of studies has which status?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
WITH everything AS (SELECT COUNT(DISTINCT nct_id) AS total FROM studies)
SELECT overall_status, ROUND(COUNT(DISTINCT nct_id) * 100.0 / (SELECT total FROM everything), 0) AS percent
FROM studies GROUP BY overall_status ORDER BY COUNT(DISTINCT nct_id) DESC;
