-- The review's figures, counted anew: the rows of Table 2 (with the rows that people confirmed since: living), the
-- registrations on the review's date, and those of today. Core and unsure trials; a trial with two tissues or two routes
-- counts in each. The tables say how far the state of the review's date is known. Beside them stands what the review
-- itself states, where it gives a number.
WITH everything AS MATERIALIZED (FROM trials_then_and_now),
liver AS (FROM everything WHERE area = 'liver'),
belonging AS (
    SELECT '1' AS figure, scope, label, [coalesce(area, 'not_stated')] AS categories FROM everything WHERE is_completed
    UNION ALL
    SELECT '2a', scope, label, [indication_group] FROM liver WHERE is_completed
    UNION ALL
    SELECT '2b', scope, label, [indication_group] FROM liver
    UNION ALL
    SELECT '3a', scope, label, cell_source FROM liver
    UNION ALL
    SELECT '3b', scope, label, route FROM liver
), named AS (
    SELECT figure, scope, category, list(label ORDER BY label) AS ids
    FROM (SELECT figure, scope, label, unnest(categories) AS category FROM belonging)
    GROUP BY ALL
), stated (figure, category, review) AS (  -- Yang et al. 2020: the text on Fig. 1 and Fig. 2a
    VALUES ('1', 'liver', 16), ('2a', 'cirrhosis', 14), ('2a', 'liver_failure', 5), ('2a', 'transplant', 3)
)
SELECT
    f.figure,
    f.category,
    coalesce(sum(f.trials) FILTER (WHERE f.scope = 'published'), 0) AS published,
    coalesce(sum(f.trials) FILTER (WHERE f.scope = 'living'), 0) AS living,
    coalesce(sum(f.trials) FILTER (WHERE f.scope = 'at_review'), 0) AS at_review,
    coalesce(sum(f.trials) FILTER (WHERE f.scope = 'today'), 0) AS today,
    any_value(f.known) FILTER (WHERE f.scope = 'at_review') AS known,
    any_value(s.review) AS review,
    any_value(n.ids) FILTER (WHERE f.scope = 'published') AS published_ids,
    any_value(n.ids) FILTER (WHERE f.scope = 'living') AS living_ids,
    any_value(n.ids) FILTER (WHERE f.scope = 'at_review') AS at_review_ids,
    any_value(n.ids) FILTER (WHERE f.scope = 'today') AS today_ids
FROM figures AS f
LEFT JOIN named AS n ON n.figure = f.figure AND n.scope = f.scope AND n.category = f.category
LEFT JOIN stated AS s ON s.figure = f.figure AND s.category = f.category
GROUP BY f.figure, f.category
ORDER BY f.figure, f.category IN ('other', 'none', 'not_stated'), today DESC, published DESC, f.category;
