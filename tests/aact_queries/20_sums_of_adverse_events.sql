-- Do the sums that AACT computes per study equal those of its table of adverse events?
-- After https://github.com/ctti-clinicaltrials/aact/blob/dev/app/models/reported_event.rb
-- Changed for DuckDB: nothing.
SELECT v.nct_id, v.number_of_sae_subjects, SUM(r.subjects_affected) AS summed
FROM calculated_values v JOIN reported_events r ON r.nct_id = v.nct_id AND r.event_type = 'serious'
GROUP BY v.nct_id, v.number_of_sae_subjects ORDER BY v.nct_id;
