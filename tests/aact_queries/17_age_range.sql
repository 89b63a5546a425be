-- How wide is the range of ages by phase, in years?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: regexp_matches for ~, and DOUBLE for numeric.
WITH ages AS (
    SELECT s.phase,
        CASE WHEN regexp_matches(e.minimum_age, '^[0-9]+') THEN CASE
            WHEN e.minimum_age ILIKE '%year%' THEN split_part(e.minimum_age, ' ', 1)::double
            WHEN e.minimum_age ILIKE '%month%' THEN split_part(e.minimum_age, ' ', 1)::double / 12 END END AS youngest,
        CASE WHEN regexp_matches(e.maximum_age, '^[0-9]+') THEN CASE
            WHEN e.maximum_age ILIKE '%year%' THEN split_part(e.maximum_age, ' ', 1)::double
            WHEN e.maximum_age ILIKE '%month%' THEN split_part(e.maximum_age, ' ', 1)::double / 12 END END AS oldest
    FROM eligibilities AS e INNER JOIN studies AS s ON e.nct_id = s.nct_id
)
SELECT phase, ROUND(AVG(oldest - youngest), 1) AS mean_range,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY oldest - youngest) AS median_range
FROM ages GROUP BY phase ORDER BY phase;
