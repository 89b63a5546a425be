-- What the review says besides its Table 2: when it was written, what it counts, and what speaks against it.
-- The rows come from seeds/review_dates.csv, seeds/review_notes.csv and seeds/review_claims.toml.

ALTER TABLE published_trials ADD COLUMN author_as_printed VARCHAR;
ALTER TABLE published_trials ADD COLUMN response_as_printed VARCHAR;
ALTER TABLE published_trials ADD COLUMN effect VARCHAR;

CREATE TABLE review_dates (
    event VARCHAR PRIMARY KEY,
    day DATE NOT NULL,
    is_the_date BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL
);

CREATE TABLE review_notes (
    note_id VARCHAR PRIMARY KEY,
    review_row INTEGER,
    nct_id VARCHAR,
    subject VARCHAR NOT NULL,
    review_says VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    contrary VARCHAR NOT NULL,
    source VARCHAR NOT NULL
);

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
    PRIMARY KEY (claim_id, scope)
);
