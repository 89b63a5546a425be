-- Which published trials does the registry still show without their paper?
SELECT p.review_row, p.nct_id, p.pmid, t.overall_status
FROM published_trials AS p
JOIN trials AS t ON t.nct_id = p.nct_id
WHERE NOT EXISTS (FROM ctgov.study_references AS r WHERE r.nct_id = p.nct_id AND r.pmid = p.pmid)
ORDER BY p.review_row;
