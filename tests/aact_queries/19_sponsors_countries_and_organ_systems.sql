-- Who runs the studies of a disease where, and which organs do their adverse events concern?
-- After https://github.com/andrewliew86/rshiny-clinical-trial-dashboard
-- Changed for DuckDB: nothing.
WITH who AS (SELECT nct_id, STRING_AGG(DISTINCT name::varchar, '|') AS sponsors FROM ctgov.sponsors GROUP BY nct_id),
places AS (SELECT nct_id, STRING_AGG(DISTINCT name::varchar, '|') AS countries FROM ctgov.countries GROUP BY nct_id),
organs AS (
    SELECT nct_id, STRING_AGG(DISTINCT organ_system::varchar, '|') AS organ_systems FROM ctgov.reported_events GROUP BY nct_id
)
SELECT DISTINCT s.nct_id, s.overall_status, who.sponsors, places.countries, organs.organ_systems
FROM ctgov.conditions JOIN ctgov.studies AS s USING (nct_id)
JOIN who USING (nct_id) JOIN places USING (nct_id) JOIN organs USING (nct_id)
WHERE downcase_name LIKE '%cancer%' AND s.overall_status != 'TERMINATED';
