-- Which trials' records changed without an event, because nothing in them says anything else than before?
SELECT c.nct_id, c.to_version, list(DISTINCT c.path ORDER BY c.path) AS paths
FROM changes AS c
GROUP BY c.nct_id, c.to_version
HAVING NOT bool_or(c.is_material)
ORDER BY c.nct_id, c.to_version;
