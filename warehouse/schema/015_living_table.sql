-- Rows drafted from the abstracts of found papers, with the words that each cell rests on; what people decided about such
-- rows; and claims of the review that are recomputed on the living table.

CREATE TABLE drafts (
    paper_id VARCHAR NOT NULL,
    abstract_hash VARCHAR NOT NULL,
    read_at TIMESTAMP NOT NULL,
    is_current BOOLEAN NOT NULL
);

CREATE TABLE drafted_cells (
    paper_id VARCHAR NOT NULL,
    abstract_hash VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value JSON NOT NULL,
    evidence VARCHAR NOT NULL,
    sentence INTEGER NOT NULL
);

CREATE TABLE row_decisions (
    paper VARCHAR NOT NULL,
    decision VARCHAR NOT NULL,
    field VARCHAR,
    value JSON,
    seen VARCHAR,
    reason VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_by VARCHAR NOT NULL
);

-- All its rows are made anew after every upgrade.
DROP TABLE review_claims;

CREATE TABLE review_claims (
    claim_id VARCHAR NOT NULL,
    claim VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    scope VARCHAR NOT NULL CHECK (scope IN ('published', 'living', 'at_review', 'today')),
    stated VARCHAR NOT NULL,
    recomputed VARCHAR,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('reproduced', 'not reproduced', 'cannot be checked')),
    reason VARCHAR,
    as_of DATE,
    rule VARCHAR NOT NULL,
    query VARCHAR NOT NULL,
    population VARCHAR,
    trials BIGINT,
    stating BIGINT,
    PRIMARY KEY (claim_id, scope)
);
