-- The papers known to the warehouse, each once, with what kind of paper it is and why; of how many trials a claim of the
-- review speaks; and what Table 2 says of infusions and the form of the product.

CREATE TABLE papers (
    paper_id VARCHAR PRIMARY KEY,
    pmid VARCHAR,
    pmcid VARCHAR,
    doi VARCHAR,
    title VARCHAR,
    first_author VARCHAR,
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
    first_seen_at TIMESTAMP,
    first_run_id VARCHAR,
    reference_types VARCHAR[] NOT NULL,
    citation VARCHAR,
    aliases VARCHAR[] NOT NULL
);

-- All its rows are made anew after every upgrade.
DROP TABLE review_claims;

CREATE TABLE review_claims (
    claim_id VARCHAR NOT NULL,
    claim VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    scope VARCHAR NOT NULL CHECK (scope IN ('published', 'at_review', 'today')),
    stated VARCHAR NOT NULL,
    recomputed VARCHAR,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('reproduced', 'not reproduced', 'cannot be checked')),
    reason VARCHAR,
    as_of DATE,
    rule VARCHAR NOT NULL,
    query VARCHAR NOT NULL,
    PRIMARY KEY (claim_id, scope),
    population VARCHAR,
    trials BIGINT,
    stating BIGINT
);

ALTER TABLE published_trials ADD COLUMN infusions VARCHAR;
ALTER TABLE published_trials ADD COLUMN infusions_max INTEGER;
ALTER TABLE published_trials ADD COLUMN product_form VARCHAR;
