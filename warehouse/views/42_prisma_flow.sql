-- The flow of PRISMA 2020: how many registrations and how many reports (papers) were identified by which source, were
-- duplicates, were screened, excluded for which reason, wait for a person, and are included. Registrations are those that
-- the latest query found. A paper is identified by every source that names it, and a duplicate once for each but the first.
-- Each registration and each paper is excluded, undecided or included, and so counted once there.
WITH night AS (
    SELECT * FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY night_no DESC LIMIT 1
), named AS (  -- a paper with each source that names it
    SELECT paper_id, 'ClinicalTrials.gov' AS source FROM papers WHERE found_by = 'registry' OR len(reference_types) > 0
    UNION
    SELECT k.paper_id, 'the review''s Table 2' FROM papers AS k JOIN published_trials AS r ON r.pmid = k.pmid
    UNION
    SELECT paper_id, 'Europe PMC' FROM found_papers WHERE told_by_europepmc
    UNION
    SELECT paper_id, CASE found_by WHEN 'pubmed' THEN 'PubMed' ELSE 'a person' END
    FROM (SELECT paper_id, found_by FROM found_papers UNION SELECT paper_id, found_by FROM papers)
    WHERE found_by IN ('pubmed', 'person')
), judged AS (
    SELECT k.paper_id, k.kind,
        coalesce(bool_or(p.counts AND s.decision = 'included' AND s.in_watch), false) AS is_included,
        coalesce(bool_or(p.is_waiting), false) AS is_waiting,
        coalesce(bool_or(p.grade = 'rejected'), false) AS is_rejected,
        coalesce(bool_or(p.grade = 'background'), false) AS is_background,
        k.pmid IN (SELECT pmid FROM published_trials WHERE pmid IS NOT NULL) AS is_printed
    FROM papers AS k
    LEFT JOIN publications AS p ON p.paper_id = k.paper_id
    LEFT JOIN screening AS s ON s.nct_id = p.nct_id
    GROUP BY k.paper_id, k.kind, k.pmid
), reports AS (
    SELECT
        CASE WHEN is_included OR is_printed THEN 'included' WHEN is_waiting THEN 'undecided' ELSE 'excluded' END AS stage,
        CASE
            WHEN is_included THEN 'of included registrations'
            WHEN is_printed THEN 'of Table 2, without an included registration'
            WHEN is_waiting THEN 'wait for a person'
            WHEN is_rejected THEN 'another trial''s, by a person'
            WHEN kind NOT IN ('results', 'secondary', 'unknown') THEN 'no results: ' || kind
            WHEN is_background THEN 'listed as literature only'
            ELSE 'of no included registration'
        END AS label
    FROM judged
), counted AS (
    SELECT 'registrations' AS part, 'identified' AS stage, 'ClinicalTrials.gov' AS label, total_count AS n FROM night
    UNION ALL
    SELECT 'registrations', 'screened', '', count(*) FROM screening WHERE in_watch
    UNION ALL
    SELECT 'registrations', decision,
        CASE decision WHEN 'excluded' THEN reason_group WHEN 'undecided' THEN 'wait for a person' ELSE '' END, count(*)
    FROM screening WHERE in_watch GROUP BY ALL
    UNION ALL
    SELECT 'reports', 'identified', source, count(*) FROM named GROUP BY source
    UNION ALL
    SELECT 'reports', 'duplicates', 'named by several sources', count(*) - count(DISTINCT paper_id) FROM named
    UNION ALL
    SELECT 'reports', 'screened', '', count(DISTINCT paper_id) FROM named
    UNION ALL
    SELECT 'reports', stage, label, count(*) FROM reports GROUP BY ALL
)
SELECT row_number() OVER (
        ORDER BY part, list_position(['identified', 'duplicates', 'screened', 'excluded', 'undecided', 'included'], stage),
            n DESC, label
    ) AS place,
    part, stage, nullif(label, '') AS label, n::BIGINT AS n
FROM counted
WHERE n IS NOT NULL
ORDER BY place
