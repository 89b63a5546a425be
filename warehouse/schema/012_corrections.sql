-- Fields of a therapy that people set, as the decisions file said when it was last read; and decisions that find nothing to
-- apply to, as they were last told to the operator.

CREATE TABLE reading_decisions (
    nct_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value JSON NOT NULL,
    reason VARCHAR NOT NULL,
    decided_on DATE NOT NULL,
    decided_by VARCHAR NOT NULL,
    PRIMARY KEY (nct_id, field)
);

CREATE TABLE decisions_without_effect (
    decision VARCHAR PRIMARY KEY,
    why VARCHAR NOT NULL,
    told_in VARCHAR NOT NULL
);
