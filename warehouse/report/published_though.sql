-- Core and unsure trials that are published although the registry does not know how they are, calls them under way, or
-- terminated. One line per trial and paper of results whose link is sure.
SELECT nct_id, url, brief_title, overall_status, summary, paper, pmid, paper_title, year, reason
FROM published_though
ORDER BY overall_status, nct_id, paper;
