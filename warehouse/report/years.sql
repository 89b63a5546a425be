-- Trials over time: papers of the review's Table 2 by year of publication, core registrations by year of first posting.
WITH counted AS (
    SELECT year, 1 AS published, 0 AS today FROM published_trials
    UNION ALL
    SELECT year(study_first_posted_date), 0, 1 FROM trials
    WHERE relevance = 'core' AND study_first_posted_date IS NOT NULL
),
span AS (SELECT unnest(range(min(year), max(year) + 1)) AS year FROM counted)
SELECT span.year, coalesce(sum(published), 0) AS published, coalesce(sum(today), 0) AS today
FROM span LEFT JOIN counted ON counted.year = span.year
GROUP BY span.year
ORDER BY span.year;
