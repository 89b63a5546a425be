-- Searches for papers, what they told of papers, the trials that these may report, and the numbers of trials in
-- other registries.

CREATE TABLE searches (
    run_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    hit_count BIGINT,
    fetched BIGINT,
    new BIGINT,
    requests BIGINT NOT NULL,
    proof JSON NOT NULL,
    outcome VARCHAR NOT NULL
);

CREATE TABLE found_papers (
    paper_id VARCHAR PRIMARY KEY,
    pmid VARCHAR,
    pmcid VARCHAR,
    doi VARCHAR,
    title VARCHAR NOT NULL,
    first_author VARCHAR,
    citation VARCHAR NOT NULL,
    journal VARCHAR,
    year INTEGER,
    published_on DATE,
    kind VARCHAR NOT NULL,
    kind_reason VARCHAR NOT NULL,
    title_donor VARCHAR[] NOT NULL,
    title_source VARCHAR[] NOT NULL,
    is_preprint BOOLEAN NOT NULL,
    is_retracted BOOLEAN NOT NULL,
    found_by VARCHAR NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    first_run_id VARCHAR NOT NULL,
    told_by_pubmed BOOLEAN NOT NULL,
    content_hash VARCHAR NOT NULL,
    aliases VARCHAR[] NOT NULL
);

CREATE TABLE found_links (
    nct_id VARCHAR NOT NULL,
    paper_id VARCHAR NOT NULL,
    strength VARCHAR NOT NULL,
    reasons VARCHAR[] NOT NULL,
    against VARCHAR[] NOT NULL,
    score DOUBLE,
    found_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    seen VARCHAR NOT NULL,
    rejected_seen VARCHAR,
    PRIMARY KEY (nct_id, paper_id)
);

CREATE TABLE registry_ids (
    registry VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    nct_id VARCHAR,
    paper_id VARCHAR,
    found_in VARCHAR NOT NULL
);
