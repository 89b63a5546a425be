-- Where does the number of patients in the paper differ from the number on the registry?
SELECT p.review_row, p.first_author, p.nct_id, p.n_treated + p.n_control AS published, t.enrollment AS registered,
    t.enrollment_type
FROM published_trials AS p
JOIN trials AS t ON t.nct_id = p.nct_id
WHERE p.n_treated + p.n_control IS DISTINCT FROM t.enrollment
ORDER BY p.review_row;
