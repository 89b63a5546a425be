-- The tables that nights write. Times are TIMESTAMP in UTC. Vocabularies of the registry are VARCHAR: it adds values.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR);

CREATE TABLE runs (
    run_id VARCHAR PRIMARY KEY,
    watch VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    outcome VARCHAR NOT NULL CHECK (
        outcome IN ('running', 'baseline', 'published', 'unchanged', 'refused', 'failed', 'interrupted')
    ),
    data_timestamp TIMESTAMP,
    api_version VARCHAR,
    total_count BIGINT,
    fetched BIGINT,
    stored BIGINT,
    new BIGINT,
    changed BIGINT,
    requests BIGINT,
    bytes BIGINT,
    proof JSON,
    error VARCHAR
);

-- Our own knowledge of each trial ever seen; the registry's is in ctgov.
CREATE TABLE watched (
    nct_id VARCHAR PRIMARY KEY,
    in_watch BOOLEAN NOT NULL,
    standing VARCHAR NOT NULL CHECK (
        standing IN ('matched', 'pending', 'left', 'merged', 'withheld', 'removed')
    ),
    missing_since TIMESTAMP,
    first_seen_at TIMESTAMP NOT NULL,
    left_at TIMESTAMP,
    relevance VARCHAR NOT NULL CHECK (relevance IN ('core', 'adjacent', 'off', 'unsure')),
    relevance_reason VARCHAR NOT NULL,
    indication_group VARCHAR NOT NULL
);

CREATE TABLE versions (
    nct_id VARCHAR NOT NULL,
    version_no INTEGER NOT NULL,
    first_run_id VARCHAR NOT NULL,
    observed_at TIMESTAMP NOT NULL,
    data_timestamp TIMESTAMP,
    last_update_posted_date DATE,
    valid_from TIMESTAMP NOT NULL,
    valid_to TIMESTAMP,
    content_hash VARCHAR NOT NULL,
    derived_hash VARCHAR NOT NULL,
    record JSON NOT NULL USING COMPRESSION zstd,
    PRIMARY KEY (nct_id, version_no)
);

CREATE TABLE changes (
    nct_id VARCHAR NOT NULL,
    from_version INTEGER NOT NULL,
    to_version INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    before VARCHAR,
    after VARCHAR,
    is_material BOOLEAN NOT NULL,
    rule VARCHAR
);

CREATE TABLE events (
    event_id VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL,
    observed_at TIMESTAMP NOT NULL,
    nct_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    severity VARCHAR NOT NULL CHECK (severity IN ('high', 'normal', 'low')),
    field VARCHAR NOT NULL,
    before VARCHAR,
    after VARCHAR,
    summary VARCHAR NOT NULL,
    is_baseline BOOLEAN NOT NULL,
    retracted_by VARCHAR
);

CREATE TABLE notices (
    notice_id VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    summary VARCHAR NOT NULL
);

CREATE TABLE deliveries (
    event_id VARCHAR NOT NULL,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('owed', 'in_doubt', 'sent', 'gave_up')),
    shown VARCHAR,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_tried_at TIMESTAMP,
    sent_at TIMESTAMP,
    error VARCHAR,
    PRIMARY KEY (event_id, channel, recipient)
);

CREATE TABLE issues (
    run_id VARCHAR NOT NULL,
    nct_id VARCHAR,
    path VARCHAR NOT NULL,
    value VARCHAR,
    message VARCHAR NOT NULL
);

-- The review's Table 2: as printed, normalised, and linked. Filled from seeds/published_trials.csv.
CREATE TABLE published_trials (
    review_row INTEGER PRIMARY KEY,
    disease_as_printed VARCHAR,
    design_as_printed VARCHAR,
    n_treated INTEGER,
    n_control INTEGER,
    source_as_printed VARCHAR,
    route_as_printed VARCHAR,
    dose_as_printed VARCHAR,
    ref_number INTEGER,
    first_author VARCHAR,
    year INTEGER,
    journal VARCHAR,
    title VARCHAR,
    indication_group VARCHAR,
    aetiology VARCHAR[],
    controlled BOOLEAN,
    randomised_as_printed BOOLEAN,
    cell_source VARCHAR[],
    donor VARCHAR[],
    route VARCHAR[],
    dose_low DOUBLE,
    dose_high DOUBLE,
    dose_unit VARCHAR,
    nct_id VARCHAR,
    link_basis VARCHAR,
    link_confidence VARCHAR,
    pmid VARCHAR,
    pmid_confidence VARCHAR,
    doi VARCHAR,
    doi_confidence VARCHAR,
    judgement VARCHAR
);
