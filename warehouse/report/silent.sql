-- Completed core and unsure trials for which no publication of results is known: none that PubMed links to the registration, none
-- that a person accepted, none that is a row of Table 2 with high confidence. Not known does not mean not published.
SELECT nct_id, url, brief_title, lead_sponsor, enrollment, completion_date, months_since_completion, has_results, reason
FROM completed_without_publication
ORDER BY has_results, months_since_completion DESC, nct_id;
