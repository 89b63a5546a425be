-- Nights are ordered by a number, because a clock can be set back or forward.

ALTER TABLE runs ADD COLUMN night_no BIGINT;

UPDATE runs SET night_no = numbered.night_no
FROM (SELECT run_id, row_number() OVER (ORDER BY started_at, run_id) AS night_no FROM runs) AS numbered
WHERE runs.run_id = numbered.run_id;
