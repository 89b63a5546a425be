-- Which trials give cells of the umbilical cord, by what the intervention is called?
SELECT t.nct_id, t.relevance, i.name
FROM ctgov.interventions AS i
JOIN trials AS t ON t.nct_id = i.nct_id
WHERE regexp_matches(i.name, 'umbilical|wharton|\bh?uc-?mscs?\b', 'i')
ORDER BY i.id;
