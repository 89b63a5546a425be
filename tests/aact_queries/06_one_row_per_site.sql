-- Where can somebody with a disease take part, one row per site, with what the site must know?
-- After https://github.com/sanasyn/dbQueries/blob/master/sql/aact_master.sql
-- Changed for DuckDB: the words (RECRUITING).
SELECT DISTINCT ON (f.id) f.id AS facility_id, c.nct_id, c.name AS condition_name, e.gender, e.minimum_age, e.maximum_age,
    e.healthy_volunteers, f.status, f.name AS facility_name, f.city, f.country, s.brief_title, b.description
FROM conditions c
LEFT JOIN eligibilities e ON c.nct_id = e.nct_id
LEFT JOIN facilities f ON e.nct_id = f.nct_id
LEFT JOIN studies s ON f.nct_id = s.nct_id
LEFT JOIN brief_summaries b ON s.nct_id = b.nct_id
WHERE c.name LIKE 'Liver%' AND s.overall_status = 'RECRUITING' AND f.country IN ('China', 'Japan')
ORDER BY f.id ASC, c.id;
