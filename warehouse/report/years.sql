-- Trials over time: papers of the review's Table 2 by year of publication, core registrations by year of first posting.
WITH counted AS (
    SELECT year, 'row ' || review_row AS label, true AS is_published FROM published_trials
    UNION ALL
    SELECT year(study_first_posted_date), nct_id, false FROM trials
    WHERE relevance = 'core' AND study_first_posted_date IS NOT NULL
),
span AS (SELECT unnest(range(min(year), max(year) + 1)) AS year FROM counted)
SELECT
    span.year,
    count(label) FILTER (WHERE is_published) AS published,
    count(label) FILTER (WHERE NOT is_published) AS today,
    list(label ORDER BY label) FILTER (WHERE is_published) AS published_ids,
    list(label ORDER BY label) FILTER (WHERE NOT is_published) AS today_ids
FROM span LEFT JOIN counted ON counted.year = span.year
GROUP BY span.year
ORDER BY span.year;
