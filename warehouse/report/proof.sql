-- The night that this page shows: how many trials match according to the registry, how many distinct ones it sent, and
-- how many known ones no longer match; each of those was looked up. A night that fails this proof publishes nothing, unless
-- a person accepted it; records that could not be read are set aside. New and changed count records; a changed record has
-- new content, which need not be an event. The search for papers is the latest that a night made; it is proven when all of
-- its questions are.
SELECT
    r.started_at,
    r.data_timestamp,
    r.total_count AS said,
    r.fetched AS read_in,
    len(coalesce(r.proof ->> '$.missing[*]', [])) AS missing,
    r.proof ->> '$.accepted' AS accepted,
    coalesce(json_array_length(r.proof, '$.set_aside'), 0) AS set_aside,
    r.new,
    r.changed,
    (SELECT count(*) FROM runs WHERE outcome IN ('baseline', 'published', 'unchanged')) AS good_nights,
    (SELECT count(*) FROM runs WHERE outcome IN ('refused', 'failed', 'interrupted')) AS bad_nights,
    (SELECT count(DISTINCT nct_id) FROM issues WHERE run_id = r.run_id) AS not_understood,
    coalesce(
        (SELECT list(DISTINCT nct_id ORDER BY nct_id) FROM issues WHERE run_id = r.run_id AND nct_id IS NOT NULL), []
    ) AS not_understood_ids,
    (SELECT max(asked_at) FROM searches WHERE source <> 'person') AS searched_at,
    (SELECT coalesce(max(outcome) FILTER (WHERE outcome <> 'proven'), max(outcome)) FROM searches
     WHERE run_id = (SELECT run_id FROM searches WHERE source <> 'person' ORDER BY asked_at DESC, run_id DESC LIMIT 1)
        AND source <> 'person') AS search_outcome
FROM runs AS r
WHERE r.outcome IN ('baseline', 'published')
ORDER BY r.night_no DESC
LIMIT 1;
