-- What has changed in the registry since the review was accepted, counted by kind?
SELECT what, at_review, today, count(*) AS trials, list(nct_id ORDER BY nct_id) AS nct_ids
FROM changed_since_review
GROUP BY what, at_review, today
ORDER BY what, trials DESC, at_review, today;
