-- Where the review and another source disagree, what bears on its figures first: found anew each night by comparing Table 2
-- with the linked registrations, or noted by a person who read both. A comparison is only as sure as its link. Rows of later
-- papers are left out: they are not the review's.
SELECT
    c.rank, c.subject, c.review_row, c.nct_id, c.link_confidence, c.review_says, c.place, c.contrary, c.words, c.source,
    c.would_change, p.pmid, p.doi
FROM contradictions AS c
LEFT JOIN published_trials AS p ON p.review_row = c.review_row
WHERE c.origin = 'review' AND EXISTS (FROM review_claims)
ORDER BY c.rank, c.link_confidence IS DISTINCT FROM 'high', c.review_row, c.subject, c.nct_id, c.contrary;
