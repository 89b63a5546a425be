-- Published trials of the review's Table 2 for which no registration was found and none accepted, and which registrations were examined.
SELECT p.review_row, p.first_author, p.year, p.journal, p.title, p.indication_group, p.n_treated, p.n_control,
    p.link_basis, p.pmid, p.pmid_confidence, p.doi, p.doi_confidence,
    n.nct_id AS other_registration, n.contrary AS why_not_it
FROM published_trials AS p
LEFT JOIN review_notes AS n ON n.review_row = p.review_row AND n.subject = 'registration'
WHERE p.review_row IN (SELECT review_row FROM living_table WHERE origin = 'review' AND nct_id IS NULL)
