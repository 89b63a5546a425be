-- What people decided, as the decisions file said when it was last read; the file is where decisions are made.

CREATE TABLE screening_decisions (
    nct_id VARCHAR PRIMARY KEY,
    decision VARCHAR NOT NULL CHECK (decision IN ('include', 'exclude')),
    reason VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_by VARCHAR NOT NULL
);

CREATE TABLE link_decisions (
    nct_id VARCHAR NOT NULL,
    paper VARCHAR NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('accept', 'reject')),
    reason VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_by VARCHAR NOT NULL,
    PRIMARY KEY (nct_id, paper)
);
