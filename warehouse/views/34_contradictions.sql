-- Where the review and another source disagree: found by comparing Table 2 with the linked registration, or noted by a
-- person who read both (review_notes). A comparison is only as sure as its link: see link_confidence. Where a side has
-- several values, the two disagree only when they share none; not_stated contradicts nothing, and neither does a planned
-- enrolment, which has its own column. One fact is one row: a note that names the registry's record stands for the
-- comparison. `would_change` says which figures and claims of the review hang on it, and `rank` sorts by that. Rows of
-- later papers are compared too; `origin` says whether a person has confirmed them, and on a drafted row nothing hangs.
WITH linked AS (
    SELECT p.row_id, p.origin, p.review_row, p.paper_id, p.nct_id, p.link_confidence,
        coalesce(p.design_as_printed, p.design) AS design_as_printed, p.randomised_as_printed, p.n_treated, p.n_control,
        coalesce(p.donor_evidence, p.source_as_printed) AS donor_as_printed, p.donor, p.source_as_printed, p.cell_source,
        p.route_as_printed, p.route, p.dose_as_printed, p.dose_low, p.dose_high, p.dose_unit,
        t.study_type, t.enrollment, t.enrollment_type, d.allocation,
        c.donor AS registered_donor, c.donor_evidence, c.cell_source AS registered_source, c.cell_source_evidence,
        c.route AS registered_route, c.route_evidence,
        c.dose_low AS registered_low, c.dose_high AS registered_high, c.dose_unit AS registered_unit, c.dose_evidence
    FROM living_table AS p
    JOIN trials AS t ON t.nct_id = p.nct_id
    LEFT JOIN ctgov.designs AS d ON d.nct_id = t.nct_id
    LEFT JOIN therapies AS c ON c.nct_id = t.nct_id AND c.is_read
), compared AS (
    SELECT row_id, 'design' AS subject, design_as_printed AS review_says,
        'registered as ' || replace(lower(coalesce(allocation, study_type)), '_', '-') AS contrary, NULL AS words
    FROM linked
    WHERE randomised_as_printed AND (study_type = 'OBSERVATIONAL' OR allocation IN ('NON_RANDOMIZED', 'NA'))
        OR NOT randomised_as_printed AND allocation = 'RANDOMIZED'
    UNION ALL
    SELECT row_id, 'size', n_treated + n_control || ' participants',
        enrollment || ' registered (actual)', NULL
    FROM linked
    WHERE n_treated + n_control <> enrollment AND enrollment_type = 'ACTUAL'
    UNION ALL
    SELECT row_id, 'donor', donor_as_printed,
        array_to_string(registered_donor, ', '), donor_evidence
    FROM linked
    WHERE donor <> ['not_stated'] AND NOT list_has_any(list_append(donor, 'not_stated'), registered_donor)
    UNION ALL
    SELECT row_id, 'source', source_as_printed,
        array_to_string(registered_source, ', '), cell_source_evidence
    FROM linked
    WHERE cell_source <> ['not_stated'] AND NOT list_has_any(list_append(cell_source, 'not_stated'), registered_source)
    UNION ALL
    SELECT row_id, 'route', route_as_printed,
        array_to_string(registered_route, ', '), route_evidence
    FROM linked
    WHERE route <> ['not_stated'] AND NOT list_has_any(list_append(route, 'not_stated'), registered_route)
    UNION ALL
    SELECT row_id, 'dose', dose_as_printed,
        format('{:.3g}', registered_low)
        || CASE WHEN registered_high > registered_low THEN format(' to {:.3g}', registered_high) ELSE '' END
        || ' ' || registered_unit, dose_evidence
    FROM linked
    WHERE dose_low IS NOT NULL AND registered_low IS NOT NULL
        AND (dose_unit <> registered_unit OR dose_high < registered_low OR dose_low > registered_high)
), noted AS (
    SELECT n.review_row, n.nct_id, p.link_confidence, n.subject, n.review_says, n.place, n.contrary, n.source
    FROM review_notes AS n
    LEFT JOIN published_trials AS p ON p.review_row = n.review_row AND p.nct_id = n.nct_id
), together AS (
    SELECT 'compared' AS found_by, l.review_row, l.nct_id, l.link_confidence, c.subject, c.review_says,
        CASE WHEN l.origin = 'review' THEN 'Table 2' ELSE 'the abstract of ' || l.paper_id END AS place,
        c.contrary, c.words, 'registry record ' || l.nct_id AS source, l.row_id, l.origin
    FROM compared AS c JOIN linked AS l ON l.row_id = c.row_id
    WHERE NOT EXISTS (
        FROM noted AS n
        WHERE n.review_row = l.review_row AND n.nct_id = l.nct_id AND n.subject = c.subject
            AND contains(n.source, 'registry record')
    )
    UNION ALL
    SELECT 'noted', review_row, nct_id, link_confidence, subject, review_says, place, contrary, NULL, source,
        'row ' || review_row, 'review'
    FROM noted
)
SELECT f.*,
    CASE WHEN l.enrollment_type = 'ESTIMATED' THEN l.enrollment END AS planned_enrollment,
    CASE WHEN f.origin = 'drafted' THEN 'nothing until a person confirms the row' ELSE CASE f.subject
        WHEN 'number' THEN 'Fig. 1 and 2b, claims R3 and R4'
        WHEN 'disease' THEN 'Fig. 2a, claims T2 and T3'
        WHEN 'source' THEN 'Fig. 3a, claim T20'
        WHEN 'route' THEN 'Fig. 3b, claims T18 and T19'
        WHEN 'dose' THEN 'the doses, claims T11 to T17 and T22'
        WHEN 'donor' THEN 'claim T21'
        WHEN 'design' THEN 'how strong the evidence of the row is, claim T4'
        WHEN 'size' THEN 'the number of patients in Table 2'
        WHEN 'registration' THEN 'which registration belongs to the row'
        ELSE 'nothing that is counted'
    END END AS would_change,
    CASE
        WHEN f.origin = 'drafted' THEN 4
        WHEN f.subject IN ('number', 'disease', 'source', 'route') THEN 1
        WHEN f.subject IN ('dose', 'donor') THEN 2
        WHEN f.subject IN ('design', 'size', 'registration') THEN 3
        ELSE 4
    END AS rank
FROM together AS f
LEFT JOIN linked AS l ON l.row_id = f.row_id AND l.nct_id = f.nct_id
ORDER BY rank, f.link_confidence IS DISTINCT FROM 'high', f.review_row, f.row_id, f.subject
