-- What differs between the registry on the review's date and today: one row per trial and thing that differs.
-- A trial whose record was updated since, and whose version of that day is not stored, has one row 'record': what
-- changed in it is not known (`mscwatch history` reads it from the registry). What dates itself is dated: an end by its
-- actual date, UNKNOWN by the day on which the registry sets it.
WITH compared AS (
    SELECT t.nct_id, t.brief_title, t.overall_status, t.enrollment, t.results_first_posted_date, t.last_update_posted_date,
        t.completion_date, t.completion_date_type, past.known, past.is_completed, past.as_of, past.lapsed_on,
        past.overall_status AS status_then, past.enrollment AS enrollment_then
    FROM trials AS t
    JOIN trials_at_review AS past ON past.nct_id = t.nct_id
)
SELECT t.nct_id, t.brief_title, 'registered' AS what, NULL AS at_review, t.overall_status AS today,
    t.study_first_posted_date AS changed_on, 'first posted after the review' AS known
FROM trials AS t CROSS JOIN review_dates AS d
WHERE d.is_the_date AND t.relevance IN ('core', 'unsure') AND t.study_first_posted_date > d.day
UNION ALL
SELECT nct_id, brief_title, 'status', status_then, overall_status,
    CASE
        WHEN overall_status IN ('COMPLETED', 'TERMINATED') AND completion_date_type = 'ACTUAL' AND completion_date > as_of
            THEN completion_date
        WHEN overall_status = 'UNKNOWN' AND lapsed_on > as_of THEN lapsed_on
    END, known
FROM compared
WHERE status_then <> overall_status
UNION ALL
SELECT nct_id, brief_title, 'status', NULL, overall_status, completion_date, 'completed after the review'
FROM compared
WHERE status_then IS NULL AND overall_status = 'COMPLETED' AND NOT is_completed
UNION ALL
SELECT nct_id, brief_title, 'status', NULL, overall_status, completion_date, 'terminated after the review'
FROM compared
WHERE status_then IS NULL AND overall_status = 'TERMINATED' AND completion_date_type = 'ACTUAL'
    AND completion_date > as_of
UNION ALL
SELECT nct_id, brief_title, 'enrollment', enrollment_then::VARCHAR, enrollment::VARCHAR, NULL, known
FROM compared
WHERE enrollment_then <> enrollment
UNION ALL
SELECT nct_id, brief_title, 'results', 'none', 'posted', results_first_posted_date, 'results first posted after the review'
FROM compared
WHERE results_first_posted_date > as_of
UNION ALL
SELECT nct_id, brief_title, 'record', NULL, 'updated', last_update_posted_date,
    'updated after the review; the version of that day is not held'
FROM compared
WHERE status_then IS NULL
