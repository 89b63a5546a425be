-- What share of studies is masked at all?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
WITH counted AS (SELECT masking, COUNT(DISTINCT nct_id) AS study_count FROM designs GROUP BY masking)
SELECT SUM(study_count) AS studies,
    ROUND(SUM(study_count) * 100.0 / (SELECT COUNT(DISTINCT nct_id) FROM designs), 2) AS percent
FROM counted WHERE masking <> 'NONE' AND masking IS NOT NULL;
