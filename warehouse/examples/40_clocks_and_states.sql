-- How do the four clocks stand, and how many trials does each not judge?
SELECT clock, count(*) FILTER (WHERE state = 'overdue') AS overdue, count(*) FILTER (WHERE state = 'met') AS met,
    count(*) FILTER (WHERE state IN ('submitted', 'excused', 'to confirm')) AS waiting,
    count(*) FILTER (WHERE state IN ('not ended', 'not due')) AS running,
    count(*) FILTER (WHERE state IN ('not known', 'not applicable')) AS not_judged
FROM results_due
GROUP BY clock
ORDER BY clock;
