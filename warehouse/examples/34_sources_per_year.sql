-- How did the sources of the cells change over the years of registration?
SELECT year(study_first_posted_date) AS registered, category AS cell_source, count(*) AS trials
FROM (
    SELECT t.study_first_posted_date, unnest(c.cell_source) AS category
    FROM trials AS t JOIN therapies AS c ON c.nct_id = t.nct_id
    WHERE t.relevance IN ('core', 'unsure')
)
GROUP BY ALL
ORDER BY registered, trials DESC, cell_source;
