-- Which rows of the review's table have a registration, how sure is that, and what does the registry say of it now?
SELECT p.review_row, p.first_author, p.year, p.nct_id, p.link_confidence, t.overall_status, t.has_results
FROM published_trials AS p
LEFT JOIN trials AS t ON t.nct_id = p.nct_id
ORDER BY p.review_row;
