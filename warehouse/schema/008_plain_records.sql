-- A record as the rules and tables read it, where that differs from how it came (mscwatch.record.plain).

ALTER TABLE versions ADD COLUMN plain JSON;
