-- Dose of a single administration, where one is stated: the review's Table 2, with the rows of later papers that a person
-- confirmed (origin living), by the year of the paper, beside core and unsure registrations by the day of first posting. A
-- point is a trial with one dose, a line a trial with several. Cells and cells per kilogram are never mixed.
SELECT
    CASE origin WHEN 'published' THEN 'living' ELSE origin END AS origin, label, dated, dose_unit, dose_low, dose_high
FROM evidence
WHERE origin <> 'drafted' AND joined_to IS NULL AND dose_low IS NOT NULL AND dose_unit IN ('cells', 'cells/kg')
ORDER BY dose_unit, 1, dose_low, dose_high, label;
