-- The same trial by trial, the latest changes first, two hundred at most.
SELECT c.nct_id, c.brief_title, c.what, c.at_review, c.today, c.changed_on, c.known
FROM changed_since_review AS c
ORDER BY c.changed_on DESC NULLS LAST, c.nct_id, c.what
LIMIT 200;
