-- How do the sources of the review's table compare with the registry at its date and today, in per cent of the trials?
SELECT category,
    round(100 * max(trials / of_trials) FILTER (WHERE scope = 'published')) AS published,
    round(100 * max(trials / of_trials) FILTER (WHERE scope = 'at_review')) AS at_review,
    round(100 * max(trials / of_trials) FILTER (WHERE scope = 'today')) AS today
FROM figure_3a
GROUP BY category
ORDER BY today DESC NULLS LAST, category;
