-- One row per trial and paper: what links them, how sure the link is, what kind of paper it is, and what a person decided.
-- A link is no result: only papers of kind results or secondary count, and only where the link is sure. A paper that is
-- older than the trial or tells of other cells waits for a person, and so does one whose kind is not known.
WITH listed AS (  -- what the registry's records list, each paper once per trial
    SELECT
        nct_id, paper, any_value(pmid) AS pmid, max(citation) AS citation, min(doi) AS doi,
        list_contains(list(reference_type), 'DERIVED') AS derived,
        list_contains(list(reference_type), 'RESULT') AS result,
        bool_and(coalesce(reference_type, '') = 'BACKGROUND') AS background,
        CASE
            WHEN derived THEN 'DERIVED' WHEN result THEN 'RESULT' ELSE max(reference_type)
        END AS reference_type,
        bool_or(retracted) AS is_retracted
    FROM (
        SELECT
            r.nct_id, nullif(trim(r.pmid), '') AS pmid, r.citation, r.reference_type,
            lower(nullif(regexp_extract(r.citation, '\b10\.[0-9]{4,9}/[^\s"<>]*[^\s"<>.,;:)\]]'), '')) AS doi,
            coalesce(nullif(trim(r.pmid), ''), 'ref-' || left(md5(coalesce(r.citation, '')), 8)) AS paper,
            r.id IN (SELECT reference_id FROM ctgov.retractions) AS retracted
        FROM ctgov.study_references AS r
    )
    GROUP BY nct_id, paper
), elsewhere AS (  -- which other trials list a paper as their own
    SELECT
        mine.nct_id, mine.paper,
        array_to_string(list(other.nct_id ORDER BY other.nct_id)[1:3], ', ')
        || CASE WHEN count(*) > 3 THEN ' and ' || (count(*) - 3) || ' more' ELSE '' END AS trials
    FROM listed AS mine JOIN listed AS other ON other.paper = mine.paper AND other.nct_id <> mine.nct_id
    WHERE NOT mine.background AND NOT other.background
    GROUP BY mine.nct_id, mine.paper
), reviewed AS (  -- the rows of the review's Table 2
    SELECT *, concat_ws('. ', first_author, title, journal, year) AS citation FROM published_trials
    WHERE pmid IS NOT NULL
), linked AS (  -- joined with the rows of Table 2 that name a registration
    SELECT
        coalesce(l.nct_id, p.nct_id) AS nct_id, coalesce(l.paper, p.pmid) AS paper,
        coalesce(l.pmid, p.pmid) AS pmid, l.doi, l.reference_type, l.derived, l.result, l.background, l.is_retracted,
        coalesce(l.citation, p.citation) AS citation,
        p.review_row, p.link_basis, p.link_confidence, p.pmid_confidence
    FROM listed AS l
    FULL JOIN (FROM reviewed WHERE nct_id IS NOT NULL) AS p ON p.nct_id = l.nct_id AND p.pmid = l.paper
), all_links AS (  -- and with what a search found that neither lists
    SELECT *, NULL::VARCHAR AS strength, NULL::VARCHAR AS found_because, NULL::VARCHAR AS found_against,
        false AS is_rejection_old
    FROM linked
    UNION ALL BY NAME
    SELECT f.nct_id, coalesce(p.pmid, p.doi, replace(f.paper_id, 'PPR:', '')) AS paper, p.pmid, p.doi,
        NULL::VARCHAR AS reference_type, false AS derived, false AS result, false AS background, p.is_retracted,
        p.citation, NULL::INTEGER AS review_row, NULL::VARCHAR AS link_basis, NULL::VARCHAR AS link_confidence,
        NULL::VARCHAR AS pmid_confidence, f.strength, array_to_string(f.reasons, '; ') AS found_because,
        nullif(array_to_string(f.against, '; '), '') AS found_against,
        coalesce(f.rejected_seen <> f.seen, false) AS is_rejection_old
    FROM found_links AS f JOIN found_papers AS p USING (paper_id)
    WHERE NOT EXISTS (FROM linked AS l WHERE l.nct_id = f.nct_id AND (l.pmid = p.pmid OR l.doi = p.doi))
), decided AS (
    FROM decided_links WHERE holds
), named AS (  -- and with the papers that a person alone named, each of a trial that the watch knows
    SELECT *, false AS by_person_alone FROM all_links
    UNION ALL BY NAME
    SELECT d.nct_id, d.paper, d.pmid, d.doi, false AS is_rejection_old, true AS by_person_alone
    FROM decided AS d SEMI JOIN watched AS w ON w.nct_id = d.nct_id
    ANTI JOIN all_links AS l ON l.nct_id = d.nct_id AND l.paper = d.paper
    WHERE d.pmid IS NOT NULL OR d.doi IS NOT NULL
), numbered AS (  -- with what is known of the paper itself
    SELECT k.*, p.paper_id, p.kind, p.kind_reason, p.published_on, p.title_donor, p.title_source,
        p.kind IN ('results', 'secondary') AS has_results
    FROM named AS k
    LEFT JOIN (SELECT doi, min(paper_id) AS paper_id FROM papers WHERE doi IS NOT NULL GROUP BY doi) AS same
        ON k.pmid IS NULL AND same.doi = k.doi
    LEFT JOIN papers AS p ON p.paper_id = coalesce(
        'PMID:' || k.pmid, same.paper_id, 'DOI:' || k.doi, CASE
            WHEN starts_with(k.paper, '10.') THEN 'DOI:' || lower(k.paper)
            WHEN starts_with(k.paper, 'PPR') THEN 'PPR:' || k.paper
            ELSE 'REF:' || replace(k.paper, 'ref-', '')
        END
    )
), doubted AS (  -- what speaks against a link that is sure by itself
    SELECT k.*, CASE WHEN k.link_confidence = 'high' THEN NULL ELSE nullif(concat_ws(
        '; ',
        CASE WHEN k.kind = 'unknown' THEN 'what kind of paper it is, is not known' END,
        CASE
            WHEN k.has_results AND k.published_on
                < CASE WHEN length(s.start_month_year) = 10 THEN s.start_date ELSE date_trunc('month', s.start_date) END
                THEN 'it is older than the trial: it appeared by ' || k.published_on || ', the trial started in '
                    || strftime(s.start_date, '%Y-%m')
            WHEN k.has_results AND s.primary_completion_date_type = 'ACTUAL' AND k.published_on < CASE
                WHEN length(s.primary_completion_month_year) = 10 THEN s.primary_completion_date
                ELSE date_trunc('month', s.primary_completion_date)
            END
                THEN 'it is older than the primary completion: it appeared by ' || k.published_on
                    || ', which came in ' || strftime(s.primary_completion_date, '%Y-%m')
        END,
        CASE
            WHEN k.has_results AND NOT list_has_any(c.donor, k.title_donor)
                AND NOT list_contains(c.donor, 'not_stated') AND len(k.title_donor) > 0
                AND len(k.title_source) < 2  -- a title of two products does not say whose each is
                THEN 'it is of another product: its title says ' || array_to_string(k.title_donor, ', ')
                    || ', the record ' || array_to_string(c.donor, ', ')
            WHEN k.has_results AND NOT list_has_any(c.cell_source, k.title_source) AND len(k.title_source) > 0
                AND NOT list_has_any(c.cell_source, ['not_stated', 'other'])
                THEN 'it is of another product: its title says ' || replace(array_to_string(k.title_source, ', '), '_', ' ')
                    || ', the record ' || replace(array_to_string(c.cell_source, ', '), '_', ' ')
        END
    ), '') END AS doubt
    FROM numbered AS k
    LEFT JOIN ctgov.studies AS s ON s.nct_id = k.nct_id
    LEFT JOIN therapies AS c ON c.nct_id = k.nct_id AND c.is_read
), graded AS (
    SELECT
        k.* REPLACE (coalesce(k.citation, row_of.citation) AS citation), d.decision, d.decided_by, d.decided_on,
        CASE
            WHEN d.decision = 'accept' THEN 'accepted'
            WHEN d.decision = 'reject' AND NOT k.is_rejection_old THEN 'rejected'
            WHEN k.strength IN ('A', 'B') AND k.doubt IS NULL AND NOT k.is_rejection_old THEN 'linked'
            WHEN k.strength IS NOT NULL THEN 'candidate'
            WHEN (k.derived OR k.link_confidence = 'high') AND k.doubt IS NULL THEN 'linked'
            WHEN k.background AND k.review_row IS NULL THEN 'background'
            ELSE 'to_confirm'
        END AS grade,
        concat_ws(
            '; ',
            d.reason,
            CASE WHEN k.is_rejection_old THEN 'rejected earlier; the paper or the record changed since' END,
            CASE WHEN NOT k.background THEN k.doubt END,
            k.found_because, 'but ' || k.found_against,
            CASE
                WHEN k.by_person_alone THEN 'neither the record nor Table 2 lists it for this trial'
                WHEN k.derived THEN 'PubMed finds the registration''s number in the paper (DERIVED)'
                WHEN k.result
                    THEN 'the sponsor lists it as a result (RESULT), which may be another trial''s paper'
                WHEN k.background THEN 'the record lists it as literature (BACKGROUND)'
                WHEN k.review_row IS NULL AND k.strength IS NULL
                    THEN 'the record lists it as ' || coalesce(k.reference_type, 'nothing in particular')
            END,
            'row ' || k.review_row || ' of Table 2: ' || k.link_basis || ' (confidence ' || k.link_confidence || ')',
            CASE WHEN k.pmid_confidence = 'low' THEN 'the PMID of that row is itself not sure' END,
            'it is row ' || row_of.review_row || ' of Table 2, '
            || coalesce('registered as ' || row_of.nct_id, 'for which no registration was found'),
            'listed as its own by ' || e.trials || ' too',
            CASE WHEN k.is_retracted THEN 'the paper was retracted' END
        ) AS reason
    FROM doubted AS k
    LEFT JOIN decided AS d ON d.nct_id = k.nct_id AND d.paper = k.paper
    LEFT JOIN elsewhere AS e ON e.nct_id = k.nct_id AND e.paper = k.paper
    LEFT JOIN reviewed AS row_of ON row_of.pmid = k.paper AND row_of.nct_id IS DISTINCT FROM k.nct_id
)
SELECT
    g.nct_id, g.paper, g.pmid, g.reference_type, g.review_row, g.citation, g.grade, g.reason,
    g.decided_by, g.decided_on, coalesce(g.is_retracted, false) AS is_retracted,
    g.grade IN ('to_confirm', 'candidate') AND (g.review_row IS NOT NULL OR coalesce(w.relevance IN ('core', 'unsure'), false))
        AND (g.has_results OR g.kind = 'unknown') AS is_waiting,
    g.paper_id, coalesce(g.kind, 'unknown') AS kind, g.kind_reason,
    g.grade IN ('linked', 'accepted')
        AND coalesce(g.has_results OR g.kind = 'unknown' AND g.grade = 'accepted', g.grade = 'accepted') AS counts,
    g.strength,
    CASE
        WHEN g.decision = 'accept' THEN 'a person'
        WHEN g.strength IS NOT NULL THEN g.found_because
        WHEN g.derived THEN 'its number in the paper'
        WHEN g.review_row IS NOT NULL THEN 'Table 2 of the review'
        ELSE 'the record'
    END AS basis
FROM graded AS g LEFT JOIN watched AS w ON w.nct_id = g.nct_id
