-- Papers that wait for a person's yes or no: they may report a core or unsure trial, and the link or the kind of paper is
-- not sure enough to count. `mscwatch links` decides, and lists them in this order.
SELECT
    nct_id, brief_title, paper_id, pmid, doi, title, first_author, journal, year, kind, grade, strength, reason,
    found_by, first_seen_at
FROM waiting_links
ORDER BY place;
