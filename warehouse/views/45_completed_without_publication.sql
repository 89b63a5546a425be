-- Completed trials of the topic for which no publication of results is known: none that PubMed links, that a person
-- accepted, or that is the registration of a row of Table 2 with high confidence (publications.counts). A protocol is no
-- result. Papers that wait for a person's decision are listed, not counted. A trial here may still be published: only
-- the registry's record and Table 2 were read.
SELECT t.nct_id, t.brief_title, t.lead_sponsor, t.lead_sponsor_class, t.indication_group, t.enrollment,
    t.completion_date,
    greatest(0, date_sub('month', t.completion_date, n.day)) AS months_since_completion,  -- a month's date is its last day
    t.has_results, t.results_first_posted_date,
    coalesce(p.to_confirm, []) AS papers_to_confirm,
    coalesce(p.background, 0) AS background_references,
    CASE WHEN t.has_results THEN 'results are posted on the registry; ' ELSE 'no results on the registry; ' END
    || CASE
        WHEN len(p.to_confirm) > 0
            THEN 'the papers listed as its own wait for a person''s word: ' || array_to_string(p.to_confirm, ', ')
        WHEN len(p.others) > 0
            THEN 'only ' || array_to_string(p.others, ' and ') || ' known: ' || array_to_string(p.other_papers, ', ')
        WHEN p.rejected > 0 THEN 'the papers listed as its own were rejected by a person'
        WHEN p.background > 0 THEN 'its record lists only literature of others'
        ELSE 'its record lists no paper'
    END AS reason,
    CASE WHEN EXISTS (FROM searches WHERE outcome = 'proven') THEN 0.46 END AS search_misses,
    t.url
FROM trials AS t
CROSS JOIN last_night AS n
LEFT JOIN (
    SELECT nct_id,
        coalesce(list('PMID ' || pmid ORDER BY pmid) FILTER (
            WHERE grade IN ('to_confirm', 'candidate') AND pmid IS NOT NULL AND kind IN ('results', 'secondary', 'unknown')
        ), []) AS to_confirm,
        list_sort(list(DISTINCT CASE kind
            WHEN 'protocol' THEN 'a protocol' WHEN 'review' THEN 'a review' WHEN 'comment' THEN 'a comment'
            WHEN 'preclinical' THEN 'laboratory or animal work' ELSE 'another kind of paper'
        END) FILTER (WHERE grade IN ('linked', 'accepted') AND NOT counts)) AS others,
        coalesce(list('PMID ' || pmid ORDER BY pmid) FILTER (
            WHERE grade IN ('linked', 'accepted') AND NOT counts AND pmid IS NOT NULL
        ), []) AS other_papers,
        count(*) FILTER (WHERE grade = 'background') AS background,
        count(*) FILTER (WHERE grade = 'rejected') AS rejected,
        bool_or(counts) AS is_known
    FROM publications
    GROUP BY nct_id
) AS p ON p.nct_id = t.nct_id
WHERE t.relevance IN ('core', 'unsure') AND t.overall_status = 'COMPLETED' AND NOT coalesce(p.is_known, false)
