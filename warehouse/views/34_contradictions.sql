-- Where the review and another source disagree: found by comparing Table 2 with the linked registration, or noted by a
-- person who read both (review_notes). A comparison is only as sure as its link: see link_confidence. Where a side has
-- several values, the two disagree only when they share none; not_stated contradicts nothing.
WITH linked AS (
    SELECT p.*, t.study_type, t.enrollment, t.enrollment_type, d.allocation,
        c.donor AS registered_donor, c.donor_evidence, c.cell_source AS registered_source, c.cell_source_evidence,
        c.route AS registered_route, c.route_evidence,
        c.dose_low AS registered_low, c.dose_high AS registered_high, c.dose_unit AS registered_unit, c.dose_evidence
    FROM published_trials AS p
    JOIN trials AS t ON t.nct_id = p.nct_id
    LEFT JOIN ctgov.designs AS d ON d.nct_id = t.nct_id
    LEFT JOIN therapies AS c ON c.nct_id = t.nct_id AND c.is_read
), compared AS (
    SELECT review_row, nct_id, link_confidence, 'design' AS subject, design_as_printed AS review_says,
        'registered as ' || replace(lower(coalesce(allocation, study_type)), '_', '-') AS contrary, NULL AS words
    FROM linked
    WHERE randomised_as_printed AND (study_type = 'OBSERVATIONAL' OR allocation IN ('NON_RANDOMIZED', 'NA'))
        OR NOT randomised_as_printed AND allocation = 'RANDOMIZED'
    UNION ALL
    SELECT review_row, nct_id, link_confidence, 'size', n_treated + n_control || ' participants',
        enrollment || ' registered (' || lower(coalesce(enrollment_type, 'type not stated')) || ')', NULL
    FROM linked
    WHERE n_treated + n_control <> enrollment
    UNION ALL
    SELECT review_row, nct_id, link_confidence, 'donor', source_as_printed,
        array_to_string(registered_donor, ', '), donor_evidence
    FROM linked
    WHERE NOT list_has_any(list_append(donor, 'not_stated'), registered_donor)
    UNION ALL
    SELECT review_row, nct_id, link_confidence, 'source', source_as_printed,
        array_to_string(registered_source, ', '), cell_source_evidence
    FROM linked
    WHERE NOT list_has_any(list_append(cell_source, 'not_stated'), registered_source)
    UNION ALL
    SELECT review_row, nct_id, link_confidence, 'route', route_as_printed,
        array_to_string(registered_route, ', '), route_evidence
    FROM linked
    WHERE NOT list_has_any(list_append(route, 'not_stated'), registered_route)
    UNION ALL
    SELECT review_row, nct_id, link_confidence, 'dose', dose_as_printed,
        format('{:.3g}', registered_low)
        || CASE WHEN registered_high > registered_low THEN format(' to {:.3g}', registered_high) ELSE '' END
        || ' ' || registered_unit, dose_evidence
    FROM linked
    WHERE dose_low IS NOT NULL AND registered_low IS NOT NULL
        AND (dose_unit <> registered_unit OR dose_high < registered_low OR dose_low > registered_high)
)
SELECT 'compared' AS found_by, review_row, nct_id, link_confidence, subject, review_says, 'Table 2' AS place, contrary,
    words, 'registry record ' || nct_id AS source
FROM compared
UNION ALL
SELECT 'noted', n.review_row, n.nct_id, p.link_confidence, n.subject, n.review_says, n.place, n.contrary, NULL, n.source
FROM review_notes AS n
LEFT JOIN published_trials AS p ON p.review_row = n.review_row AND p.nct_id = n.nct_id
