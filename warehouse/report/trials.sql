-- Every core trial in the watch: what it is, when it ran and reported, its therapy, and the words of the record that each
-- part of the therapy was read from. Papers are those of results that PubMed links, a person accepted, or Table 2 names with high
-- confidence; their years are from Table 2 or the citation.
WITH paper AS (
    SELECT
        p.nct_id,
        coalesce(
            row_of.year,
            TRY_CAST(regexp_extract(p.citation, '\. ((?:19|20)\d\d)(?: [A-Z][a-z]{2}[^;.]*)?[;.]', 1) AS INTEGER)
        ) AS year
    FROM publications AS p
    LEFT JOIN published_trials AS row_of ON row_of.review_row = p.review_row
    WHERE p.counts
),
papers AS (
    SELECT nct_id, count(*) AS papers, list_sort(list(DISTINCT year) FILTER (WHERE year IS NOT NULL)) AS paper_years
    FROM paper
    GROUP BY nct_id
)
SELECT
    t.nct_id, t.url, t.brief_title, t.lead_sponsor, t.overall_status, t.why_stopped, t.phases,
    t.enrollment, t.enrollment_type, t.countries,
    t.study_first_posted_date, t.start_date, t.completion_date, t.completion_date_type,
    t.results_first_posted_date, coalesce(papers.papers, 0) AS papers, coalesce(papers.paper_years, []) AS paper_years,
    p.indication_group, p.aetiology, p.cell_type, p.cell_source, p.donor, p.product_form, p.modification, p.route,
    p.dose_low, p.dose_high, p.dose_unit, p.infusions_max,
    p.indication_group_evidence, p.aetiology_evidence, p.cell_type_evidence, p.cell_source_evidence, p.donor_evidence,
    p.product_form_evidence, p.modification_evidence, p.route_evidence, p.dose_evidence, p.infusions_max_evidence
FROM trials AS t
JOIN therapies AS p ON p.nct_id = t.nct_id
LEFT JOIN papers ON papers.nct_id = t.nct_id
WHERE t.relevance = 'core' AND t.in_watch
ORDER BY t.study_first_posted_date DESC, t.nct_id;
