-- Why may each night be trusted: what the registry said, what came, what was missing, what was not checked?
SELECT CAST(started_at AS DATE) AS night, outcome, data_timestamp, total_count, fetched, new, changed,
    CAST(proof ->> '$.duplicates' AS INTEGER) AS duplicates, json_array_length(proof, '$.missing') AS missing, error
FROM runs
ORDER BY night_no;
