-- The papers of which the living table has a row, unless a person rejects it: each counts as the publication of an MSC trial
-- of the topic, and none is a row of Table 2. Beside Table 2 they are of the liver alone.
WITH linked AS (
    SELECT p.paper_id,
        list(p.nct_id ORDER BY p.grade <> 'accepted', p.strength NULLS FIRST, p.nct_id) AS nct_ids,
        (list(p.grade || coalesce(' ' || p.strength, '') || ': ' || coalesce(p.basis, '')
            ORDER BY p.grade <> 'accepted', p.strength NULLS FIRST, p.nct_id))[1] AS link_basis
    FROM publications AS p JOIN topic AS t ON t.nct_id = p.nct_id AND t.is_msc
    WHERE p.counts AND p.paper_id IS NOT NULL
        AND (t.area = 'liver' OR NOT EXISTS (FROM published_trials))
    GROUP BY p.paper_id
)
SELECT k.paper_id, k.pmid, k.doi, k.title, k.first_author, k.journal, k.year, k.published_on, k.kind, k.is_preprint,
    k.is_retracted, l.nct_ids, l.link_basis
FROM linked AS l JOIN papers AS k ON k.paper_id = l.paper_id
WHERE NOT EXISTS (FROM published_trials AS r WHERE r.pmid = k.pmid OR lower(r.doi) = lower(k.doi))
