-- How large is a study of each phase, on average and in the middle?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
SELECT study_type, phase, FLOOR(AVG(enrollment)) AS mean,
    FLOOR(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY enrollment)) AS median
FROM studies WHERE study_type = 'INTERVENTIONAL' GROUP BY study_type, phase ORDER BY study_type, phase;
