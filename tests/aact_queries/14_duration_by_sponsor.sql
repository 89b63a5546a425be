-- How many whole years do studies of each kind of sponsor last?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: // for / where whole numbers are meant.
SELECT s.agency_class, ROUND(AVG((st.completion_date - st.start_date) // 365), 1) AS mean_years,
    PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY ((st.completion_date - st.start_date) // 365)) AS median_years
FROM sponsors AS s INNER JOIN studies AS st ON s.nct_id = st.nct_id
GROUP BY s.agency_class ORDER BY s.agency_class;
