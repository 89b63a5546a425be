-- Completed core and unsure trials for which no publication of results is known: none that PubMed links to the registration, none
-- that a person accepted, none that is a row of Table 2 with high confidence. Not known does not mean not published. A clock
-- runs from completion: WHO asks for results after 12 months and for a publication after 24.
SELECT
    c.nct_id, c.brief_title, c.lead_sponsor, c.enrollment, c.completion_date, c.months_since_completion, c.has_results,
    c.reason, c.papers_to_confirm,
    coalesce(list(d.clock ORDER BY d.clock) FILTER (WHERE d.state = 'overdue'), []) AS overdue
FROM completed_without_publication AS c
LEFT JOIN results_due AS d ON d.nct_id = c.nct_id
GROUP BY ALL
ORDER BY c.has_results, c.months_since_completion DESC, c.nct_id;
