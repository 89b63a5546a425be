-- Papers that the search for papers found, or that a person imported, and that no record or table had named, the latest
-- first, two hundred at most; of kinds that tell results, or whose kind is not known. With the trials that each belongs to or
-- may belong to, and how many the search found in all.
SELECT
    k.pmid, k.doi, k.title, k.first_author, k.journal, k.year, k.kind, k.found_by, k.first_seen_at, k.is_retracted,
    coalesce(l.trials, []) AS trials, coalesce(l.counts, false) AS counts,
    count(*) FILTER (WHERE k.found_by <> 'person' OR f.told_by_europepmc) OVER () AS of_search
FROM papers AS k
LEFT JOIN found_papers AS f ON f.paper_id = k.paper_id
LEFT JOIN (
    SELECT paper_id, list(DISTINCT nct_id ORDER BY nct_id) AS trials, bool_or(counts) AS counts
    FROM publications GROUP BY paper_id
) AS l ON l.paper_id = k.paper_id
WHERE k.found_by IN ('europepmc', 'pubmed', 'person') AND k.kind IN ('results', 'secondary', 'unknown')
ORDER BY k.first_seen_at DESC, k.year DESC NULLS LAST, k.paper_id
LIMIT 200;
