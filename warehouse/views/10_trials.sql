-- One row per trial ever seen by the watch: what the registry says now (or said last), and what our rules read from it.
SELECT
    s.nct_id,
    s.brief_title,
    s.official_title,
    s.overall_status,
    s.last_known_status,
    s.overall_status IN ('RECRUITING', 'NOT_YET_RECRUITING', 'ENROLLING_BY_INVITATION') AS is_open,
    s.why_stopped,
    s.study_type,
    coalesce(string_split(s.phase, '/'), []) AS phases,
    s.enrollment,
    s.enrollment_type,
    s.start_date,
    s.start_date_type,
    CASE length(s.start_month_year) WHEN 10 THEN 'day' WHEN 7 THEN 'month' WHEN 4 THEN 'year' END
        AS start_date_precision,
    s.primary_completion_date,
    s.primary_completion_date_type,
    CASE length(s.primary_completion_month_year) WHEN 10 THEN 'day' WHEN 7 THEN 'month' WHEN 4 THEN 'year' END
        AS primary_completion_date_precision,
    s.completion_date,
    s.completion_date_type,
    CASE length(s.completion_month_year) WHEN 10 THEN 'day' WHEN 7 THEN 'month' WHEN 4 THEN 'year' END
        AS completion_date_precision,
    s.study_first_posted_date,
    s.last_update_posted_date,
    s.results_first_posted_date,
    coalesce(calculated.were_results_reported, false) AS has_results,
    lead.name AS lead_sponsor,
    lead.agency_class AS lead_sponsor_class,
    coalesce(places.countries, []) AS countries,
    coalesce(diseases.conditions, []) AS conditions,
    coalesce(products.intervention_names, []) AS intervention_names,
    w.relevance,
    w.relevance_reason,
    w.indication_group,
    w.in_watch,
    w.first_seen_at,
    CASE WHEN w.in_watch THEN night.started_at ELSE w.left_at END AS last_seen_at,
    'https://clinicaltrials.gov/study/' || s.nct_id AS url
FROM watched AS w
JOIN ctgov.studies AS s ON s.nct_id = w.nct_id
LEFT JOIN ctgov.calculated_values AS calculated ON calculated.nct_id = w.nct_id
LEFT JOIN (
    SELECT nct_id, any_value(name) AS name, any_value(agency_class) AS agency_class
    FROM ctgov.sponsors WHERE lead_or_collaborator = 'lead' GROUP BY nct_id
) AS lead ON lead.nct_id = w.nct_id
LEFT JOIN (
    SELECT nct_id, list_sort(list(DISTINCT country)) AS countries
    FROM ctgov.facilities WHERE country IS NOT NULL GROUP BY nct_id
) AS places ON places.nct_id = w.nct_id
LEFT JOIN (
    SELECT nct_id, list(name ORDER BY id) AS conditions FROM ctgov.conditions GROUP BY nct_id
) AS diseases ON diseases.nct_id = w.nct_id
LEFT JOIN (
    SELECT nct_id, list(name ORDER BY id) AS intervention_names
    FROM ctgov.interventions WHERE name IS NOT NULL GROUP BY nct_id
) AS products ON products.nct_id = w.nct_id
LEFT JOIN last_night AS night ON true
