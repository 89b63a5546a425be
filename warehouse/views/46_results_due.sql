-- Four clocks for each trial of the topic, each with its state and the reason in words, also of a trial that is no longer
-- overdue. Today is the day of the last trusted night (last_night).
--   fdaaa            results on the registry 12 months after primary completion (U.S. 42 CFR 11.44), where the trial is
--                    likely an applicable one. Likely: the registry does not publish whether the sponsor agrees. The
--                    criteria are those of 42 CFR 11.22(b) as far as the record shows them; an IND is not shown.
--   who_results      results on the registry 12 months after primary completion, any interventional trial
--   who_publication  a publication 24 months after primary completion (both: WHO joint statement, 18 May 2017)
--   silence          24 months after completion with neither results nor a publication, any kind of study
-- A publication is a paper of results (publications.counts), whatever the registry says of the trial's status.
WITH papers AS (
    SELECT nct_id,
        list(coalesce('PMID ' || pmid, paper) ORDER BY paper) FILTER (WHERE counts) AS known,
        list(coalesce('PMID ' || pmid, paper) ORDER BY paper) FILTER (
            WHERE grade IN ('to_confirm', 'candidate') AND kind IN ('results', 'secondary', 'unknown')
        ) AS to_confirm,
        list(coalesce('PMID ' || pmid, paper) ORDER BY paper) FILTER (
            WHERE grade IN ('linked', 'accepted') AND kind = 'protocol'
        ) AS protocols
    FROM publications
    GROUP BY nct_id
), pending AS (
    SELECT nct_id, max_by(event, event_date) AS event, max(event_date) AS event_date
    FROM ctgov.pending_results GROUP BY nct_id
), products AS (
    SELECT nct_id, bool_or(intervention_type IN (
        'DRUG', 'BIOLOGICAL', 'DEVICE', 'GENETIC', 'RADIATION', 'COMBINATION_PRODUCT', 'DIAGNOSTIC_TEST'
    )) AS can_be_regulated
    FROM ctgov.interventions GROUP BY nct_id
), facts AS (
    SELECT t.nct_id, t.brief_title, t.lead_sponsor, t.lead_sponsor_class, t.overall_status, t.study_type, t.phases,
        t.enrollment, t.has_results, t.results_first_posted_date, n.day AS today,
        coalesce(t.primary_completion_date, t.completion_date) AS primary_end,
        coalesce(t.completion_date, t.primary_completion_date) AS whole_end,
        s.disposition_first_submitted_date AS delayed_on,
        coalesce(s.is_fda_regulated_drug OR s.is_fda_regulated_device, s.is_fda_regulated_drug,
            s.is_fda_regulated_device) AS is_regulated,
        coalesce(v.has_us_facility, false) AS in_us, coalesce(s.is_us_export, false) AS from_us,
        coalesce(i.can_be_regulated, false) AS can_be_regulated,
        coalesce(d.primary_purpose = 'DEVICE_FEASIBILITY', false) AS is_feasibility,
        coalesce(p.known, []) AS known_papers, coalesce(p.to_confirm, []) AS papers_to_confirm,
        coalesce(p.protocols, []) AS protocols,
        q.event AS pending_event, q.event_date AS pending_on
    FROM trials AS t
    JOIN ctgov.studies AS s ON s.nct_id = t.nct_id
    CROSS JOIN last_night AS n
    LEFT JOIN ctgov.calculated_values AS v ON v.nct_id = t.nct_id
    LEFT JOIN ctgov.designs AS d ON d.nct_id = t.nct_id
    LEFT JOIN papers AS p ON p.nct_id = t.nct_id
    LEFT JOIN pending AS q ON q.nct_id = t.nct_id
    LEFT JOIN products AS i ON i.nct_id = t.nct_id
    WHERE t.relevance IN ('core', 'unsure')
), judged AS (
    SELECT f.*,
        CASE
            WHEN study_type IS DISTINCT FROM 'INTERVENTIONAL' THEN 'not an interventional trial'
            WHEN overall_status = 'WITHDRAWN' OR enrollment = 0 THEN 'nobody was enrolled'
        END AS never_due,
        CASE
            WHEN primary_end < DATE '2017-01-18' THEN 'primary completion before 2017-01-18, when the rule began'
            WHEN phases IN (['PHASE1'], ['EARLY_PHASE1']) THEN 'phase 1 alone'
            WHEN is_feasibility THEN 'a feasibility study of a device'
            WHEN is_regulated = false THEN 'the record says that no product regulated by the FDA is studied'
            WHEN is_regulated IS NULL AND NOT can_be_regulated THEN 'no drug, biological product or device is studied'
            WHEN is_regulated IS NULL AND NOT (in_us OR from_us)
                THEN 'no site in the U.S., no export from there, and the record does not say that the FDA regulates it'
        END AS not_applicable,
        'likely applicable: interventional, '
        || coalesce(nullif(array_to_string(phases, '/'), ''), 'no phase given') || ', '
        || CASE WHEN is_regulated THEN 'a product regulated by the FDA' ELSE 'a product that the FDA may regulate' END
        || CASE WHEN in_us THEN ', a site in the U.S.' WHEN from_us THEN ', exported from the U.S.' ELSE '' END
        || ', primary completion on or after 2017-01-18' AS criteria
    FROM facts AS f
), clocks AS (
    SELECT j.*, 'fdaaa' AS clock, coalesce(never_due, not_applicable) AS outside, criteria AS basis,
        primary_end AS ended_on, (primary_end + INTERVAL 12 MONTH)::DATE AS due_on
    FROM judged AS j
    UNION ALL
    SELECT j.*, 'who_results', never_due, 'interventional', primary_end, (primary_end + INTERVAL 12 MONTH)::DATE
    FROM judged AS j
    UNION ALL
    SELECT j.*, 'who_publication', never_due, 'interventional', primary_end, (primary_end + INTERVAL 24 MONTH)::DATE
    FROM judged AS j
    UNION ALL
    SELECT j.*, 'silence', CASE WHEN overall_status = 'WITHDRAWN' OR enrollment = 0 THEN 'nobody was enrolled' END,
        'any study', whole_end, (whole_end + INTERVAL 24 MONTH)::DATE
    FROM judged AS j
), placed AS (
    SELECT c.*, lower(replace(overall_status, '_', ' ')) AS in_words,
        clock <> 'who_publication' AND has_results AS by_results,
        clock IN ('who_publication', 'silence') AND len(known_papers) > 0 AS by_paper,
        CASE
            WHEN outside IS NOT NULL THEN 'not applicable'
            WHEN by_results OR by_paper THEN 'met'
            WHEN overall_status NOT IN ('COMPLETED', 'TERMINATED', 'UNKNOWN', 'WITHHELD') THEN 'not ended'
            WHEN ended_on IS NULL THEN 'not known'
            WHEN overall_status IN ('UNKNOWN', 'WITHHELD') THEN 'not known'
            WHEN due_on >= today THEN 'not due'
            WHEN clock = 'fdaaa' AND delayed_on + INTERVAL 2 YEAR >= today THEN 'excused'
            WHEN clock <> 'who_publication' AND pending_event IN ('RELEASE', 'RESET') THEN 'submitted'
            WHEN clock IN ('who_publication', 'silence') AND len(papers_to_confirm) > 0 THEN 'to confirm'
            ELSE 'overdue'
        END AS state
    FROM clocks AS c
)
SELECT nct_id, brief_title, lead_sponsor, lead_sponsor_class, clock, state, due_on,
    CASE WHEN state = 'overdue' THEN date_diff('day', due_on, today) END AS days_overdue,
    CASE state
        WHEN 'not applicable' THEN outside
        WHEN 'met' THEN concat_ws('; ',
            CASE WHEN by_results THEN 'results posted'
                || coalesce(' on ' || results_first_posted_date, ', the record does not say when')
                || CASE
                    WHEN results_first_posted_date > due_on
                        THEN ', ' || date_diff('day', due_on, results_first_posted_date) || ' days after they were due'
                    ELSE ''
                END
            END,
            CASE
                WHEN by_paper THEN 'published'
                    || CASE WHEN overall_status = 'COMPLETED' THEN '' ELSE ' although ' || in_words END
                    || ': ' || array_to_string(known_papers, ', ')
            END)
        WHEN 'not known' THEN CASE
            WHEN ended_on IS NULL THEN 'the record gives no date of completion'
            WHEN overall_status = 'WITHHELD' THEN 'the record is withheld'
            ELSE 'the sponsor no longer confirms the record: whether it ended on ' || ended_on || ' as planned is not known'
        END
        WHEN 'not ended' THEN CASE
            WHEN ended_on IS NULL THEN in_words || ', no end planned'
            WHEN ended_on < today THEN 'still ' || in_words || ', although its planned end of ' || ended_on || ' has passed'
            ELSE in_words || ', planned to end on ' || ended_on
        END
        WHEN 'not due' THEN 'ended on ' || ended_on
        WHEN 'excused' THEN 'a certificate or request to delay results was submitted on ' || delayed_on
            || ', which can hold for two years'
        WHEN 'submitted' THEN CASE pending_event
            WHEN 'RESET' THEN 'results were returned by the registry for correction' || coalesce(' on ' || pending_on, '')
            ELSE 'results were sent' || coalesce(' on ' || pending_on, '') || ' and are in quality control'
        END
        WHEN 'to confirm' THEN 'papers listed as its own wait for a person''s word: ' || array_to_string(papers_to_confirm, ', ')
        ELSE 'ended on ' || ended_on || CASE clock
            WHEN 'who_publication' THEN ', no publication known'
            WHEN 'silence' THEN ', neither results nor a publication known'
            ELSE ', no results on the registry'
        END || CASE
            WHEN clock IN ('who_publication', 'silence') AND len(protocols) > 0
                THEN ', only a protocol: ' || array_to_string(protocols, ', ')
            ELSE ''
        END || CASE
            WHEN clock = 'fdaaa' AND delayed_on IS NOT NULL
                THEN '; the two years of the delay submitted on ' || delayed_on || ' are over'
            ELSE ''
        END
    END || CASE WHEN clock = 'fdaaa' AND outside IS NULL THEN ' (' || basis || ')' ELSE '' END AS reason,
    clock = 'fdaaa' AND outside IS NULL AS is_likely_applicable,
    overall_status, ended_on, today AS as_of
FROM placed
