-- The registry's own history: versions of a record from before the first night, and the events between them.
-- Such versions are numbered backwards from 0, so that nothing that a night wrote is renumbered.

ALTER TABLE versions ADD COLUMN origin VARCHAR DEFAULT 'observed';
ALTER TABLE versions ADD COLUMN registry_version INTEGER;
ALTER TABLE events ADD COLUMN origin VARCHAR DEFAULT 'observed';

CREATE TABLE histories (
    nct_id VARCHAR PRIMARY KEY,
    read_at TIMESTAMP NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('told', 'not_found', 'forwarded')),
    versions_told INTEGER NOT NULL,
    versions_kept INTEGER NOT NULL,
    first_shown_on DATE
);
