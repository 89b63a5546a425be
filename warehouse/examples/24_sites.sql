-- Which trials have the most sites, and in how many countries?
SELECT t.nct_id, t.lead_sponsor, c.number_of_facilities AS sites, len(t.countries) AS countries
FROM trials AS t
JOIN ctgov.calculated_values AS c ON c.nct_id = t.nct_id
WHERE c.number_of_facilities > 4
ORDER BY sites DESC, t.nct_id;
