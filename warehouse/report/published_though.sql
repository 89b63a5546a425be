-- Core and unsure trials that are published although the registry does not know how they are, calls them under way, or
-- terminated. One line per trial and paper of results whose link is sure.
SELECT p.nct_id, p.brief_title, p.summary, p.paper, p.pmid, k.doi, p.paper_title, p.year
FROM published_though AS p
LEFT JOIN papers AS k ON k.paper_id = p.paper_id
ORDER BY p.overall_status, p.nct_id, p.paper;
