-- One row per trial ever seen: whether it is included, who decided that, and why (the record of a systematic search).
SELECT
    t.nct_id,
    t.brief_title,
    CASE
        WHEN t.relevance = 'core' THEN 'included'
        WHEN t.relevance = 'unsure' THEN 'undecided'
        ELSE 'excluded'
    END AS decision,
    coalesce(p.reason, t.relevance_reason) AS reason,
    -- one reason for all trials of a kind: without the words quoted from the record
    coalesce(p.reason, t.relevance || ': ' || regexp_replace(t.relevance_reason, '"[^"]*"', '…', 'g'))
        AS reason_group,
    coalesce(p.decided_by, 'rules') AS decided_by,
    p.decided_on,
    t.relevance,
    t.indication_group,
    t.in_watch,
    t.overall_status,
    t.study_first_posted_date,
    t.first_seen_at,
    t.url
FROM trials AS t LEFT JOIN screening_decisions AS p ON p.nct_id = t.nct_id
ORDER BY t.nct_id
