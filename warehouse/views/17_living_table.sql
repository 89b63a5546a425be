-- Table 2 of the review as it would read today: its printed rows, and a row for every one of the later papers. Such a row
-- is drafted from the paper's abstract; it is confirmed once a person accepts it, and then keeps the cells of the abstract
-- that the person saw. A cell that the abstract does not state stays empty, and what the registration says stands in
-- registered_… beside it. A row that is about the patients of another row names that one in joined_to.
WITH RECURSIVE answered AS (  -- with a person's yes or no, and the abstract that its cells are of
    SELECT k.*, d.decision, d.reason AS decided_because, d.decided_by, d.decided_on, c.abstract_hash AS current_hash,
        -- what a person accepted is never replaced by what nobody saw
        CASE WHEN d.decision = 'accept' AND d.seen IS NOT NULL THEN s.abstract_hash ELSE c.abstract_hash END
            AS abstract_hash, d.seen,
        d.seen IS NOT NULL AND c.abstract_hash IS NOT NULL AND d.seen <> c.abstract_hash AS is_changed
    FROM later_papers AS k
    LEFT JOIN (FROM decided_rows WHERE holds AND field = '') AS d ON d.paper_id = k.paper_id
    LEFT JOIN (SELECT paper_id, arg_max(abstract_hash, read_at) AS abstract_hash FROM drafts WHERE is_current GROUP BY paper_id)
        AS c ON c.paper_id = k.paper_id
    LEFT JOIN (SELECT DISTINCT paper_id, abstract_hash FROM drafts) AS s ON s.paper_id = k.paper_id AND s.abstract_hash = d.seen AND d.decision = 'accept'
), corrected AS (
    SELECT paper_id, field, value, 'set by ' || decided_by || ': ' || reason AS evidence
    FROM decided_rows WHERE holds AND field <> '' AND paper_id IS NOT NULL
), cells AS (
    SELECT c.paper_id, c.field, c.value, c.evidence
    FROM drafted_cells AS c
    JOIN answered AS a ON a.paper_id = c.paper_id AND a.abstract_hash = c.abstract_hash
    WHERE NOT EXISTS (FROM corrected AS x WHERE x.paper_id = c.paper_id AND x.field = c.field)
    UNION ALL
    FROM corrected
), read AS (  -- a row of cells per paper
    SELECT paper_id, map_from_entries(list((field, value->>'$'))) AS v, map_from_entries(list((field, evidence))) AS e
    FROM cells WHERE (value->>'$') <> 'not_stated' GROUP BY paper_id
), drafted AS (
    SELECT
        a.paper_id AS row_id,
        CASE WHEN a.decision = 'accept' THEN 'confirmed' ELSE 'drafted' END AS origin,
        CASE
            WHEN a.is_retracted THEN 'retracted'
            WHEN a.is_changed THEN 'changed'
            WHEN a.current_hash IS NULL THEN 'not_read'
            ELSE 'current'
        END AS state,
        nullif(concat_ws(
            '; ',
            CASE WHEN a.is_retracted THEN 'the paper was retracted' END,
            CASE
                WHEN a.is_changed AND a.decision = 'accept' AND a.seen = 'not_read'
                    THEN 'the abstract was read since the row was accepted; its cells are left out'
                WHEN a.is_changed AND a.decision = 'accept' AND a.abstract_hash IS NULL
                    THEN 'the abstract that was accepted is not held, and its cells are left out'
                WHEN a.is_changed AND a.decision = 'accept' THEN 'the abstract changed since the row was accepted'
            END,
            CASE WHEN a.is_changed AND a.decision = 'reject'
                THEN 'rejected earlier (' || a.decided_because || '); the abstract changed since' END,
            CASE WHEN a.current_hash IS NULL THEN 'no search has read its abstract' END,
            CASE WHEN a.is_preprint THEN 'a preprint' END,
            CASE WHEN len(a.nct_ids) > 1 THEN 'of ' || array_to_string(a.nct_ids, ', ') END
        ), '') AS notes,
        a.paper_id, a.nct_ids, a.kind = 'secondary' AS is_secondary, a.published_on,
        a.decided_by, a.decided_on, a.abstract_hash,
        coalesce(f.corrected, []) AS corrected,
        NULL::INTEGER AS review_row, r.e['disease'] AS disease_as_printed, r.e['design'] AS design_as_printed,
        TRY_CAST(r.v['n_treated'] AS INTEGER) AS n_treated, TRY_CAST(r.v['n_control'] AS INTEGER) AS n_control,
        coalesce(r.e['cell_source'], r.e['donor']) AS source_as_printed, r.e['route'] AS route_as_printed,
        coalesce(r.e['dose_low'], r.e['dose_high']) AS dose_as_printed, r.e['effect'] AS response_as_printed,
        NULL::INTEGER AS ref_number, a.first_author AS author_as_printed, a.first_author, a.year, a.journal, a.title,
        r.v['indication_group'] AS indication_group,
        coalesce(from_json(r.v['aetiology'], '["VARCHAR"]'), ['not_stated']) AS aetiology,
        CASE WHEN r.v['design'] IS NOT NULL THEN r.v['design'] IN ('randomised', 'controlled_not_randomised') END
            AS controlled,
        CASE WHEN r.v['design'] IS NOT NULL THEN r.v['design'] = 'randomised' END AS randomised_as_printed,
        coalesce(from_json(r.v['cell_source'], '["VARCHAR"]'), ['not_stated']) AS cell_source,
        coalesce(from_json(r.v['donor'], '["VARCHAR"]'), ['not_stated']) AS donor,
        coalesce(from_json(r.v['route'], '["VARCHAR"]'), ['not_stated']) AS route,
        TRY_CAST(r.v['dose_low'] AS DOUBLE) AS dose_low,
        coalesce(TRY_CAST(r.v['dose_high'] AS DOUBLE), TRY_CAST(r.v['dose_low'] AS DOUBLE)) AS dose_high,
        r.v['dose_unit'] AS dose_unit, r.v['effect'] AS effect, a.nct_ids[1] AS nct_id, a.link_basis,
        NULL::VARCHAR AS link_confidence, a.pmid, NULL::VARCHAR AS pmid_confidence, a.doi,
        NULL::VARCHAR AS doi_confidence, NULL::VARCHAR AS judgement, r.e['infusions_max'] AS infusions,
        TRY_CAST(r.v['infusions_max'] AS INTEGER) AS infusions_max, r.v['product_form'] AS product_form,
        r.v['design'] AS design, r.v['disease'] AS disease,
        coalesce(from_json(r.v['indicators'], '["VARCHAR"]'), []) AS indicators,
        r.e['n_treated'] AS n_treated_evidence, r.e['n_control'] AS n_control_evidence,
        r.e['design'] AS design_evidence, r.e['disease'] AS disease_evidence,
        r.e['indication_group'] AS indication_group_evidence, r.e['aetiology'] AS aetiology_evidence,
        r.e['cell_source'] AS cell_source_evidence, r.e['donor'] AS donor_evidence,
        r.e['product_form'] AS product_form_evidence, r.e['route'] AS route_evidence,
        coalesce(r.e['dose_low'], r.e['dose_high']) AS dose_evidence,
        r.e['infusions_max'] AS infusions_max_evidence, r.e['effect'] AS effect_evidence,
        r.e['indicators'] AS indicators_evidence
    FROM answered AS a
    LEFT JOIN read AS r ON r.paper_id = a.paper_id
    LEFT JOIN (SELECT paper_id, list(field ORDER BY field) AS corrected FROM corrected GROUP BY paper_id) AS f
        ON f.paper_id = a.paper_id
    WHERE a.decision IS DISTINCT FROM 'reject' OR a.is_changed
), registered AS (  -- a printed row's registration, as a person may have accepted or rejected it since
    SELECT r.* REPLACE (
        CASE WHEN rejected.nct_id IS NULL THEN coalesce(r.nct_id, accepted.nct_id) END AS nct_id,
        CASE WHEN r.nct_id IS NULL AND accepted.nct_id IS NOT NULL THEN 'accepted by a person' ELSE r.link_basis END
            AS link_basis
    )
    FROM published_trials AS r
    LEFT JOIN (SELECT pmid, min(nct_id) AS nct_id FROM publications WHERE grade = 'accepted' GROUP BY pmid) AS accepted
        ON accepted.pmid = r.pmid
    LEFT JOIN (FROM publications WHERE grade = 'rejected' AND review_row IS NOT NULL) AS rejected
        ON rejected.review_row = r.review_row AND rejected.nct_id = r.nct_id
), printed AS (
    SELECT 'row ' || r.review_row AS row_id, 'review' AS origin,
        CASE WHEN k.is_retracted THEN 'retracted' ELSE 'current' END AS state,
        CASE WHEN k.is_retracted THEN 'the paper was retracted' END AS notes,
        k.paper_id, CASE WHEN r.nct_id IS NULL THEN [] ELSE [r.nct_id] END AS nct_ids,
        r.*
    FROM registered AS r
    LEFT JOIN (SELECT pmid, min(paper_id) AS paper_id, bool_or(is_retracted) AS is_retracted
        FROM papers WHERE pmid IS NOT NULL GROUP BY pmid) AS k ON k.pmid = r.pmid
), everything AS (
    FROM printed UNION ALL BY NAME FROM drafted
), ranked AS (
    SELECT *, row_number() OVER (ORDER BY list_position(['review', 'confirmed', 'drafted'], origin), review_row,
        coalesce(is_secondary, false), published_on, row_id) AS rank
    FROM everything
), keys AS (  -- what two rows of the same patients share
    SELECT row_id, rank, unnest(nct_ids) AS key FROM ranked
    UNION
    SELECT r.row_id, r.rank, m.programme_id || ' ' || (r.n_treated + coalesce(r.n_control, 0))
    FROM (SELECT row_id, rank, n_treated, n_control, unnest(nct_ids) AS nct_id FROM ranked) AS r
    JOIN (SELECT programme_id, unnest(nct_ids) AS nct_id FROM programmes) AS m ON m.nct_id = r.nct_id
    WHERE r.n_treated IS NOT NULL
), joined AS (  -- with the first row of these; a printed row stands for itself
    SELECT k.row_id, arg_min(f.row_id, f.rank) AS joined_to, min(f.rank) AS rank
    FROM keys AS k JOIN keys AS f ON f.key = k.key AND f.rank < k.rank
    WHERE NOT starts_with(k.row_id, 'row ')
    GROUP BY k.row_id
), ahead AS (  -- and with the rows that this one is joined to in turn; each stands further ahead, so there is an end
    FROM joined
    UNION ALL
    SELECT a.row_id, j.joined_to, j.rank FROM ahead AS a JOIN joined AS j ON j.row_id = a.joined_to
), firsts AS (
    SELECT row_id, arg_min(joined_to, rank) AS joined_to FROM ahead GROUP BY row_id
)
SELECT
    r.row_id, r.origin, r.state, r.notes, f.joined_to, r.paper_id,
    CASE WHEN r.origin = 'review' THEN 'liver' ELSE t.area END AS area,
    r.* EXCLUDE (row_id, origin, state, notes, paper_id, nct_ids, is_secondary, published_on, rank, corrected, indicators),
    r.nct_ids AS nct_ids, coalesce(r.indicators, []) AS indicators, coalesce(r.corrected, []) AS corrected, r.published_on,
    s.enrollment AS registered_enrollment, s.enrollment_type AS registered_enrollment_type,
    c.indication_group AS registered_indication_group, coalesce(c.aetiology, ['not_stated']) AS registered_aetiology,
    coalesce(c.cell_source, ['not_stated']) AS registered_cell_source, coalesce(c.donor, ['not_stated']) AS registered_donor, c.product_form AS registered_product_form,
    coalesce(c.route, ['not_stated']) AS registered_route, c.dose_low AS registered_dose_low, c.dose_high AS registered_dose_high,
    c.dose_unit AS registered_dose_unit, c.infusions_max AS registered_infusions_max,
    r.rank AS place
FROM ranked AS r
LEFT JOIN firsts AS f ON f.row_id = r.row_id
LEFT JOIN trials AS s ON s.nct_id = r.nct_id
LEFT JOIN topic AS t ON t.nct_id = r.nct_id
LEFT JOIN therapies AS c ON c.nct_id = r.nct_id AND c.is_read
ORDER BY place
