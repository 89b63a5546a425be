-- What changed in one record, version by version?
SELECT CAST(v.valid_from AS DATE) AS seen, c.to_version AS version, c.path, c.before, c.after, c.is_material
FROM changes AS c
JOIN versions AS v ON v.nct_id = c.nct_id AND v.version_no = c.to_version
WHERE c.nct_id = 'NCT03254758'
ORDER BY c.to_version, c.path;
