-- The concerns of the review's Figure 4: how many trials of MSC for the liver state what should be standardised, in Table 2
-- and on the registry; of those registered in the last five years apart. The view concerns has them by year.
SELECT
    concern,
    sum(trials) FILTER (WHERE scope = 'published') AS table_trials,
    sum(stating) FILTER (WHERE scope = 'published') AS table_stating,
    sum(trials) FILTER (WHERE scope = 'registered') AS registered_trials,
    sum(stating) FILTER (WHERE scope = 'registered') AS registered_stating,
    sum(trials) FILTER (WHERE scope = 'registered' AND year > night.this_year - 5) AS recent_trials,
    sum(stating) FILTER (WHERE scope = 'registered' AND year > night.this_year - 5) AS recent_stating
FROM concerns
CROSS JOIN (SELECT year(day) AS this_year FROM last_night) AS night
WHERE share IS NOT NULL
GROUP BY concern
ORDER BY list_position(['source', 'donor', 'dose', 'times', 'interval', 'route', 'tracking'], concern);
