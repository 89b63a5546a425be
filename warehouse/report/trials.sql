-- Every core trial in the watch: what it is, when it ran and reported, its therapy, and the words of the record that each
-- part of the therapy was read from. Papers are those of results that PubMed links, a person accepted, or Table 2 names with high
-- confidence. A record without a description has no text to read a therapy from.
WITH listed AS (
    SELECT
        p.nct_id,
        list({'pmid': p.pmid, 'doi': k.doi, 'year': k.year, 'kind': p.kind} ORDER BY k.year NULLS LAST, p.paper_id) AS papers
    FROM publications AS p
    LEFT JOIN papers AS k ON k.paper_id = p.paper_id
    WHERE p.counts
    GROUP BY p.nct_id
), described AS (
    SELECT nct_id FROM ctgov.brief_summaries
    UNION SELECT nct_id FROM ctgov.interventions WHERE description IS NOT NULL
    UNION SELECT nct_id FROM ctgov.design_groups WHERE description IS NOT NULL
)
SELECT
    t.nct_id, t.brief_title, t.lead_sponsor, t.overall_status, t.why_stopped, t.phases,
    t.enrollment, t.enrollment_type, t.countries,
    t.study_first_posted_date, t.start_date, t.completion_date, t.completion_date_type,
    t.results_first_posted_date, coalesce(listed.papers, []) AS papers,
    t.nct_id IN (FROM described) AS has_text,
    p.indication_group, p.aetiology, p.cell_type, p.cell_source, p.donor, p.product_form, p.modification, p.route,
    p.dose_low, p.dose_high, p.dose_unit, p.infusions_max,
    p.indication_group_evidence, p.aetiology_evidence, p.cell_type_evidence, p.cell_source_evidence, p.donor_evidence,
    p.product_form_evidence, p.modification_evidence, p.route_evidence, p.dose_evidence, p.infusions_max_evidence
FROM trials AS t
JOIN therapies AS p ON p.nct_id = t.nct_id
LEFT JOIN listed ON listed.nct_id = t.nct_id
WHERE t.relevance = 'core' AND t.in_watch
ORDER BY t.study_first_posted_date DESC, t.nct_id;
