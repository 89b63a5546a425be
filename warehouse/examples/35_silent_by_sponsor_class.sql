-- What kinds of sponsors let completed trials go without results or a publication, and how many participants were in them?
SELECT lead_sponsor_class, count(*) AS trials, sum(enrollment)::BIGINT AS participants,
    max(months_since_completion) AS longest_months
FROM completed_without_publication
WHERE NOT has_results
GROUP BY lead_sponsor_class
ORDER BY trials DESC, lead_sponsor_class;
