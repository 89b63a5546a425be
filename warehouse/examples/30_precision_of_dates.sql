-- How exact are start dates, by decade of registration?
SELECT 10 * (year(study_first_posted_date) // 10) AS decade, start_date_precision AS known_to_the, count(*) AS trials
FROM trials
GROUP BY ALL
ORDER BY decade, known_to_the;
