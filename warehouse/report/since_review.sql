-- What differs between the registry on the review's date and today, counted. A trial whose record was updated since, and
-- whose version of that day is not stored, counts as record: what changed in it is not known.
SELECT what, count(*) AS trials, any_value(d.day) AS review_day, list(DISTINCT nct_id ORDER BY nct_id) AS trials_ids
FROM changed_since_review
CROSS JOIN (SELECT day FROM review_dates WHERE is_the_date) AS d
GROUP BY what
ORDER BY trials DESC, what;
