-- What the review states, counted again: from its Table 2 (published), also with the rows that a person confirmed
-- since (living), from the registry as of the review's date (at_review) and as of now (today), each with the number of
-- trials that it speaks of. A value opens the trials that it counts or is made of, and its own query.
SELECT claim_id, claim, place, scope, stated, recomputed, population, trials, stating, verdict, reason, query
FROM review_claims
WHERE scope <> 'living' OR EXISTS (FROM living_table WHERE origin = 'confirmed')  -- else it says what Table 2 says
ORDER BY left(claim_id, 1), TRY_CAST(substr(claim_id, 2) AS INTEGER), claim_id, scope;
