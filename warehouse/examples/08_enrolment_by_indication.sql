-- How many patients do the trials of the topic plan or count, by indication?
SELECT indication_group, count(*) AS trials, sum(enrollment) AS patients, median(enrollment) AS median_size,
    count(*) FILTER (WHERE enrollment_type = 'ACTUAL') AS counted
FROM trials
WHERE relevance = 'core'
GROUP BY indication_group
ORDER BY patients DESC;
