-- How much of each phase is run by industry?
SELECT s.phase, count(*) AS trials, count(*) FILTER (WHERE p.agency_class = 'INDUSTRY') AS by_industry
FROM ctgov.studies AS s
JOIN ctgov.sponsors AS p ON p.nct_id = s.nct_id AND p.lead_or_collaborator = 'lead'
WHERE s.phase IS NOT NULL
GROUP BY s.phase
ORDER BY s.phase;
