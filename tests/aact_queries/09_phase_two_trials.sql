-- Which phase 2 trials started between two days, and how large are they?
-- After https://rstudio-pubs-static.s3.amazonaws.com/1374742_7f768c9e68904562ac43a78bd77c972b.html
-- Changed for DuckDB: nothing.
SELECT nct_id, brief_title, overall_status, phase, enrollment, start_date, completion_date, number_of_arms, study_type
FROM studies
WHERE phase IN ('PHASE2', 'PHASE1/PHASE2', 'PHASE2/PHASE3') AND study_type = 'INTERVENTIONAL'
    AND start_date BETWEEN '2010-03-01' AND '2020-12-31';
