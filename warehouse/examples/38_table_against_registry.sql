-- Where do the review's table and a registration that is surely the same trial contradict each other?
SELECT review_row, nct_id, subject, review_says, contrary
FROM contradictions
WHERE contains(source, 'registry record') AND link_confidence = 'high'
ORDER BY review_row, subject;
