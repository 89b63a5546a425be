-- Which numbers of the review cannot be reproduced from its own table, and why?
SELECT claim_id, claim, stated, recomputed, reason
FROM review_claims
WHERE scope = 'published' AND verdict = 'not reproduced'
ORDER BY claim_id;
