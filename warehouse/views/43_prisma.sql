-- One row per item of the search's record, in the order of PRISMA 2020: the query, when it was sent, how many trials were
-- found, included, and excluded for which reason, and the same of their reports (papers). Counts of trials are of those
-- that the latest query found; prisma_flow has all of them as numbers.
WITH facts AS (
    SELECT map_from_entries(list((key, value))) AS fact FROM meta
), night AS (
    SELECT * FROM runs WHERE outcome IN ('baseline', 'published') ORDER BY night_no DESC LIMIT 1
), asked AS (
    SELECT unnest(json_keys(value)) AS parameter, value AS query FROM meta WHERE key = 'query'
), items AS (
    SELECT 10 AS place, 'watch' AS item, fact['watch_title'] AS value FROM facts
    UNION ALL SELECT 11, 'note', nullif(fact['banner'], '') FROM facts
    UNION ALL SELECT 20, 'database', 'ClinicalTrials.gov' FROM facts
    UNION ALL SELECT 21, 'interface', 'API ' || api_version FROM night
    UNION ALL SELECT 22, 'address', fact['source'] FROM facts
    UNION ALL SELECT 30, parameter, json_extract_string(query, '$."' || parameter || '"') FROM asked
    UNION ALL SELECT 40, 'searched at (UTC)', strftime(started_at, '%Y-%m-%d %H:%M:%S') FROM night
    UNION ALL SELECT 41, 'data of (UTC)', strftime(data_timestamp, '%Y-%m-%d %H:%M:%S') FROM night
    UNION ALL SELECT 42, 'last confirmed (UTC)', strftime(started_at, '%Y-%m-%d %H:%M:%S') FROM last_night
    UNION ALL SELECT 50, 'records identified', total_count::VARCHAR FROM night
    UNION ALL SELECT 51, 'records screened', count(*)::VARCHAR FROM screening WHERE in_watch
    UNION ALL SELECT 52, 'screened by a person', count(*)::VARCHAR FROM screening
        WHERE in_watch AND decided_by <> 'rules'
    UNION ALL SELECT 60, 'included', count(*)::VARCHAR FROM screening WHERE in_watch AND decision = 'included'
    UNION ALL SELECT 61, 'undecided', count(*)::VARCHAR FROM screening WHERE in_watch AND decision = 'undecided'
    UNION ALL SELECT 62, 'excluded', count(*)::VARCHAR FROM screening WHERE in_watch AND decision = 'excluded'
    UNION ALL SELECT 63, 'excluded: ' || reason_group, count(*)::VARCHAR FROM screening
        WHERE in_watch AND decision = 'excluded' GROUP BY reason_group
    UNION ALL SELECT 70, 'found earlier, no longer found', count(*)::VARCHAR FROM screening WHERE NOT in_watch
    UNION ALL SELECT 71 + list_position(['identified', 'duplicates', 'screened', 'excluded', 'undecided', 'included'], stage),
        'reports ' || stage || coalesce(': ' || label, ''), n::VARCHAR FROM prisma_flow WHERE part = 'reports'
    UNION ALL SELECT 80, 'made by', 'mscwatch ' || fact['mscwatch_version'] FROM facts
)
SELECT row_number() OVER (ORDER BY place, item) AS place, item, value FROM items WHERE value IS NOT NULL
ORDER BY place
