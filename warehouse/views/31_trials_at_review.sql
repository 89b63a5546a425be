-- What the registry said of the topic's trials on the review's date, and how that is known. Where no version of that
-- day is stored, today's record is used as far as it goes: it is that day's record if its last update is older; posted
-- results and completion have their own dates; the registry sets UNKNOWN without an update, two years after the record
-- was last verified and once the completion date has passed. Whatever is still not known is NULL.
WITH that_day AS (
    SELECT day, day + INTERVAL 1 DAY AS ended FROM review_dates WHERE is_the_date
), versions_then AS (
    SELECT v.nct_id, coalesce(v.plain, v.record) AS record, v.origin = 'observed' AND v.observed_at < d.ended AS is_observed
    FROM versions AS v, that_day AS d
    WHERE v.valid_from < d.ended AND (v.valid_to IS NULL OR v.valid_to >= d.ended)
), compared AS (
    SELECT nct_id, record, is_observed, json_extract(record, [
        '$.protocolSection.identificationModule.briefTitle', '$.protocolSection.identificationModule.officialTitle',
        '$.protocolSection.armsInterventionsModule', '$.protocolSection.conditionsModule',
        '$.protocolSection.descriptionModule', '$.protocolSection.eligibilityModule.eligibilityCriteria'
    ]) AS of_cells
    FROM (
        SELECT nct_id, record, is_observed FROM versions_then
        UNION ALL
        SELECT nct_id, coalesce(plain, record), NULL FROM versions
        WHERE valid_to IS NULL AND nct_id IN (SELECT nct_id FROM versions_then)
    )
), held AS (
    SELECT old.nct_id, old.is_observed,
        json_extract_string(old.record, '$.protocolSection.statusModule.overallStatus') AS overall_status,
        TRY_CAST(json_extract_string(old.record, '$.protocolSection.designModule.enrollmentInfo.count') AS INTEGER)
            AS enrollment,
        old.of_cells = now.of_cells AS reads_alike
    FROM compared AS old
    JOIN compared AS now ON now.nct_id = old.nct_id AND now.is_observed IS NULL
    WHERE old.is_observed IS NOT NULL
), dated AS (
    SELECT t.*, p.area, p.is_msc, d.day, held.is_observed, held.reads_alike,
        held.overall_status AS held_status, held.enrollment AS held_enrollment,
        t.last_update_posted_date <= d.day AS is_old,
        greatest(t.completion_date, s.verification_date + INTERVAL 2 YEAR)::DATE AS lapsed_on
    FROM trials AS t
    JOIN topic AS p ON p.nct_id = t.nct_id
    JOIN ctgov.studies AS s ON s.nct_id = t.nct_id
    CROSS JOIN that_day AS d
    LEFT JOIN held ON held.nct_id = t.nct_id
    WHERE t.study_first_posted_date <= d.day
)
SELECT
    nct_id,
    brief_title,
    CASE
        WHEN held_status IS NOT NULL AND is_observed THEN 'as observed'
        WHEN held_status IS NOT NULL THEN 'from history'
        WHEN is_old THEN 'not updated since'
        ELSE 'by first-posted date, today''s content'
    END AS known,
    coalesce(reads_alike, is_old) AS is_read_as_then,
    CASE
        WHEN held_status IS NOT NULL THEN held_status
        WHEN is_old AND overall_status = 'UNKNOWN' AND lapsed_on > day THEN last_known_status
        WHEN is_old THEN overall_status
    END AS overall_status,
    CASE WHEN held_status IS NOT NULL THEN held_enrollment WHEN is_old THEN enrollment END AS enrollment,
    has_results AND results_first_posted_date <= day AS has_results,
    CASE
        WHEN held_status IS NOT NULL THEN held_status = 'COMPLETED'
        WHEN is_old THEN overall_status = 'COMPLETED'
        WHEN overall_status <> 'COMPLETED' OR completion_date > day THEN false
    END AS is_completed,
    study_first_posted_date,
    day AS as_of,
    area,
    is_msc,
    lapsed_on
FROM dated
