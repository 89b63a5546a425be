-- How long from registration to the first patient, where the start is a fact and known to the day? Negative: started first.
SELECT
    relevance,
    count(*) AS trials,
    median(start_date - study_first_posted_date) AS median_days,
    min(start_date - study_first_posted_date) AS least_days,
    max(start_date - study_first_posted_date) AS most_days
FROM trials
WHERE start_date_type = 'ACTUAL' AND start_date_precision = 'day'
GROUP BY relevance
ORDER BY relevance;
