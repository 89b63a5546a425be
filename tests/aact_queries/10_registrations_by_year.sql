-- How many studies were registered each year, and how does that compare with the year before?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
WITH per_year AS (
    SELECT EXTRACT(YEAR FROM study_first_submitted_date) AS year, COUNT(DISTINCT nct_id) AS studies
    FROM studies GROUP BY EXTRACT(YEAR FROM study_first_submitted_date)
)
SELECT year, studies, ROUND((studies - LAG(studies) OVER (ORDER BY year)) * 100.0 / LAG(studies) OVER (ORDER BY year), 2)
FROM per_year WHERE year BETWEEN 2005 AND 2024 ORDER BY year;
