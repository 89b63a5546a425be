-- The counts behind the review's figures; figure_1 to figure_3b are parts of this view. A trial with two categories counts
-- in each. `known` says for how many trials the category is known in which way. Figure 1 counts areas of disease, the
-- others trials of the liver; all count MSC trials only. The scope living is of the figures on published trials.
WITH everything AS MATERIALIZED (FROM trials_then_and_now),
liver AS (FROM everything WHERE area = 'liver'),
counted_trials AS (
    SELECT '1' AS figure, scope, label, known, [coalesce(area, 'not_stated')] AS categories
    FROM everything WHERE is_completed AND scope <> 'living'
    UNION ALL
    SELECT '2a', scope, label, known, [indication_group] FROM liver WHERE is_completed
    UNION ALL
    SELECT '2b', scope, label, known, [indication_group] FROM liver WHERE scope <> 'living'
    UNION ALL
    SELECT '3a', scope, label, known, cell_source FROM liver
    UNION ALL
    SELECT '3b', scope, label, known, route FROM liver
), counted AS (
    SELECT figure, scope, category, known, count(*) AS n
    FROM (SELECT figure, scope, known, unnest(categories) AS category FROM counted_trials)
    GROUP BY ALL
)
SELECT c.figure, c.scope, c.category, sum(c.n)::BIGINT AS trials, any_value(whole.of_trials) AS of_trials,
    string_agg(c.n || ' ' || c.known, '; ' ORDER BY c.n DESC, c.known) AS known
FROM counted AS c
JOIN (SELECT figure, scope, count(*) AS of_trials FROM counted_trials GROUP BY ALL) AS whole
    ON whole.figure = c.figure AND whole.scope = c.scope
GROUP BY c.figure, c.scope, c.category
