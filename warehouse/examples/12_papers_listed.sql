-- Which papers does the registry list for trials of the topic: results by the sponsor, or linked by PubMed?
SELECT t.nct_id, r.reference_type, r.pmid, r.citation, t.overall_status
FROM ctgov.study_references AS r
JOIN trials AS t ON t.nct_id = r.nct_id
WHERE t.relevance = 'core' AND r.reference_type IN ('RESULT', 'DERIVED')
ORDER BY t.nct_id, r.id;
