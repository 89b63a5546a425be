-- Which organisations lead the most studies?
-- After https://github.com/juanjomarcruz/Clinical-Trials-SQL-Analytics/blob/main/4_SQL_Queries.sql
-- Changed for DuckDB: nothing.
SELECT s.name, s.agency_class, COUNT(DISTINCT st.nct_id) AS study_count
FROM sponsors AS s INNER JOIN studies AS st ON s.nct_id = st.nct_id
WHERE s.lead_or_collaborator = 'lead' AND s.name ILIKE '%university%'
GROUP BY s.name, s.agency_class ORDER BY study_count DESC, s.name LIMIT 10;
