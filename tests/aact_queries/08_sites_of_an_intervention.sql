-- Which sites recruit for an intervention?
-- After https://github.com/Shou-Yu-YAN/AACT_database
-- Changed for DuckDB: the words (RECRUITING).
SELECT facilities.* FROM facilities, interventions
WHERE facilities.nct_id = interventions.nct_id AND interventions.name ILIKE '%mesenchymal%'
    AND facilities.status = 'RECRUITING'
LIMIT 5;
