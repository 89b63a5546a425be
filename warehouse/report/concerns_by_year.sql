-- The concerns of the review's Figure 4 by year: the share of trials of MSC for the liver that state what should be
-- standardised, among the registrations of the year and the papers of Table 2.
SELECT concern AS category, scope AS origin, year, stating, trials, share, stating_labels AS stating_ids
FROM concerns
WHERE share IS NOT NULL
ORDER BY list_position(['source', 'donor', 'dose', 'times', 'interval', 'route', 'tracking'], concern), scope DESC, year;
