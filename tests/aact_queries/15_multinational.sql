-- How many studies are multinational?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
WITH counted AS (SELECT nct_id, COUNT(DISTINCT name) AS country_count FROM countries GROUP BY nct_id)
SELECT CASE WHEN country_count = 1 THEN 'single_country' ELSE 'multinational' END AS category, COUNT(*) AS study_count,
    ROUND(COUNT(*) * 100.0 / (SELECT COUNT(DISTINCT nct_id) FROM studies), 0) AS percent
FROM counted GROUP BY CASE WHEN country_count = 1 THEN 'single_country' ELSE 'multinational' END ORDER BY 1;
