-- The review's figures, counted three times: the rows of Table 2, the registrations on the review's date, and those of
-- today. Core and unsure trials; a trial with two tissues or two routes counts in each. The tables say how
-- far the state of the review's date is known.
SELECT
    figure,
    category,
    coalesce(sum(trials) FILTER (WHERE scope = 'published'), 0) AS published,
    coalesce(sum(trials) FILTER (WHERE scope = 'at_review'), 0) AS at_review,
    coalesce(sum(trials) FILTER (WHERE scope = 'today'), 0) AS today,
    any_value(known) FILTER (WHERE scope = 'at_review') AS known
FROM figures
GROUP BY figure, category
ORDER BY figure, category IN ('other', 'none', 'not_stated'), today DESC, published DESC, category;
