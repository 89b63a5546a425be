-- Trials of the topic that are published although the registry says otherwise: it does not know how they are (UNKNOWN), calls
-- them under way, or terminated. One row per trial and paper of results that counts (see publications).
SELECT
    t.nct_id, t.brief_title, t.overall_status, t.last_known_status, t.why_stopped, t.lead_sponsor, t.enrollment,
    t.completion_date, t.last_update_posted_date, t.has_results,
    p.paper_id, p.paper, p.pmid, k.title AS paper_title, k.year, k.published_on, p.kind, p.grade, p.basis, p.reason,
    p.review_row,
    'published although ' || lower(replace(t.overall_status, '_', ' ')) AS summary,
    t.url
FROM trials AS t
JOIN publications AS p ON p.nct_id = t.nct_id AND p.counts
LEFT JOIN papers AS k ON k.paper_id = p.paper_id
WHERE t.relevance IN ('core', 'unsure')
    AND t.overall_status IN ('UNKNOWN', 'RECRUITING', 'NOT_YET_RECRUITING', 'ACTIVE_NOT_RECRUITING', 'TERMINATED')
