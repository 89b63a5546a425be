-- How did the phases of the topic's trials develop over the years in which they were registered?
SELECT year(study_first_posted_date) AS registered, coalesce(nullif(array_to_string(phases, '/'), ''), 'none') AS phase,
    count(*) AS trials
FROM trials
WHERE relevance = 'core'
GROUP BY ALL
ORDER BY registered, phase;
