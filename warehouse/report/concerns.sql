-- The concerns of the review's Figure 4: how many trials of MSC for the liver state what should be standardised, in Table 2
-- and on the registry; of those registered in the last five years apart. The view concerns has them by year.
WITH by_scope AS (
    SELECT c.concern, s.scope, c.trials, c.stating, c.stating_labels
    FROM concerns AS c
    CROSS JOIN (SELECT year(day) AS this_year FROM last_night) AS night
    JOIN (VALUES ('table', 'published', 0), ('registered', 'registered', 0), ('recent', 'registered', 5)) AS s(scope, of, years)
        ON s.of = c.scope AND (s.years = 0 OR c.year > night.this_year - s.years)
    WHERE c.share IS NOT NULL
)
SELECT
    concern,
    sum(trials) FILTER (WHERE scope = 'registered') AS registered_trials,
    sum(stating) FILTER (WHERE scope = 'registered') AS registered_stating,
    sum(trials) FILTER (WHERE scope = 'recent') AS recent_trials,
    sum(stating) FILTER (WHERE scope = 'recent') AS recent_stating,
    sum(trials) FILTER (WHERE scope = 'table') AS table_trials,
    sum(stating) FILTER (WHERE scope = 'table') AS table_stating,
    flatten(list(stating_labels) FILTER (WHERE scope = 'registered')) AS registered_stating_ids,
    flatten(list(stating_labels) FILTER (WHERE scope = 'recent')) AS recent_stating_ids,
    flatten(list(stating_labels) FILTER (WHERE scope = 'table')) AS table_stating_ids
FROM by_scope
GROUP BY concern
ORDER BY list_position(['source', 'donor', 'dose', 'times', 'interval', 'route', 'tracking'], concern);
