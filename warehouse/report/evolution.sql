-- How the trials changed over the years: source of the cells, route, and how often the cells are given, as shares of the
-- trials of a year, whose number is n. Papers of Table 2, with the later ones that a person confirmed (origin living), by year
-- of publication; core and unsure registrations by year of first posting. A trial with two sources or two routes counts in each.
WITH one AS (
    SELECT CASE origin WHEN 'published' THEN 'living' ELSE origin END AS origin, label, year(dated) AS year,
        cell_source, route,
        CASE WHEN infusions_max IS NULL THEN 'not_stated' WHEN infusions_max = 1 THEN 'once'
            WHEN infusions_max = 2 THEN 'twice' ELSE 'three times or more' END AS times
    FROM evidence
    WHERE evidence.origin <> 'drafted' AND joined_to IS NULL AND dated IS NOT NULL
), belonging AS (
    SELECT origin, 'source' AS axis, year, label, unnest(cell_source) AS category FROM one
    UNION ALL
    SELECT origin, 'route', year, label, unnest(route) FROM one
    UNION ALL
    SELECT origin, 'times', year, label, times FROM one
)
SELECT
    b.axis, b.origin, b.year, b.category, count(DISTINCT b.label) AS trials, any_value(n.of_trials) AS of_trials,
    list(DISTINCT b.label ORDER BY b.label) AS trials_ids
FROM belonging AS b
JOIN (SELECT origin, year, count(DISTINCT label) AS of_trials FROM one GROUP BY ALL) AS n
    ON n.origin = b.origin AND n.year = b.year
GROUP BY b.axis, b.origin, b.year, b.category
ORDER BY b.axis, b.origin DESC, b.year, b.category = 'not_stated', trials DESC, b.category;
