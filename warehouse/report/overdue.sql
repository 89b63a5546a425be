-- Who owes results by each clock: the U.S. rule for trials to which it likely applies (fdaaa), those of WHO's statement of
-- 2017 (who_results, who_publication), and 24 months with neither results nor a publication (silence).
SELECT
    clock,
    count(*) FILTER (WHERE state = 'overdue') AS overdue,
    count(*) FILTER (WHERE state = 'to confirm') AS to_confirm,
    count(*) FILTER (WHERE state = 'met') AS met,
    count(*) FILTER (WHERE state IN ('overdue', 'to confirm', 'met', 'submitted', 'excused')) AS ended_and_due,
    max(days_overdue) // 365 AS most_years,
    list(nct_id ORDER BY days_overdue DESC, nct_id) FILTER (WHERE state = 'overdue') AS overdue_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE state = 'to confirm') AS to_confirm_ids,
    list(nct_id ORDER BY nct_id) FILTER (WHERE state = 'met') AS met_ids,
    list(nct_id ORDER BY nct_id) FILTER (
        WHERE state IN ('overdue', 'to confirm', 'met', 'submitted', 'excused')
    ) AS ended_and_due_ids
FROM results_due
GROUP BY clock
ORDER BY list_position(['fdaaa', 'who_results', 'who_publication', 'silence'], clock);
