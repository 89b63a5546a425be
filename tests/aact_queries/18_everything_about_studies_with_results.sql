-- What do studies with results say of themselves, one row per study?
-- After https://github.com/tmquan/ctgov/blob/main/query_v7.sql
-- Changed for DuckDB: nothing.
SELECT studies.nct_id, MAX(studies.brief_title) AS brief_title,
    STRING_AGG(DISTINCT baseline_measurements.description, ' ') AS baseline_measurements,
    STRING_AGG(DISTINCT brief_summaries.description, ' ') AS brief_summaries, MAX(eligibilities.criteria) AS criteria,
    MAX(facilities.country) AS country, MAX(participant_flows.recruitment_details) AS recruitment_details
FROM ctgov.studies
INNER JOIN ctgov.baseline_measurements ON baseline_measurements.nct_id = studies.nct_id
INNER JOIN ctgov.brief_summaries ON brief_summaries.nct_id = studies.nct_id
INNER JOIN ctgov.eligibilities ON eligibilities.nct_id = studies.nct_id
INNER JOIN ctgov.facilities ON facilities.nct_id = studies.nct_id
INNER JOIN ctgov.participant_flows ON participant_flows.nct_id = studies.nct_id
GROUP BY studies.nct_id;
