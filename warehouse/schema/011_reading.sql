-- What else a record says of its cells: all kinds and forms, the interval, the area of disease, how sure each field is,
-- and which fields a person set. The table is made anew: DuckDB 1.5 cannot add a second column to a table with a primary
-- key in one transaction.

CREATE TEMP TABLE earlier_therapies AS FROM therapies;

DROP TABLE therapies;

CREATE TABLE therapies (
    nct_id VARCHAR PRIMARY KEY,
    is_read BOOLEAN NOT NULL,
    cell_type VARCHAR NOT NULL,
    cell_type_evidence VARCHAR,
    cell_type_path VARCHAR,
    cell_source VARCHAR[] NOT NULL,
    cell_source_evidence VARCHAR,
    cell_source_path VARCHAR,
    donor VARCHAR[] NOT NULL,
    donor_evidence VARCHAR,
    donor_path VARCHAR,
    product_form VARCHAR NOT NULL,
    product_form_evidence VARCHAR,
    product_form_path VARCHAR,
    modification VARCHAR NOT NULL,
    modification_evidence VARCHAR,
    modification_path VARCHAR,
    route VARCHAR[] NOT NULL,
    route_evidence VARCHAR,
    route_path VARCHAR,
    dose_low DOUBLE,
    dose_high DOUBLE,
    dose_unit VARCHAR,
    dose_evidence VARCHAR,
    dose_path VARCHAR,
    infusions_max INTEGER,
    infusions_max_evidence VARCHAR,
    infusions_max_path VARCHAR,
    indication_group VARCHAR NOT NULL,
    indication_group_evidence VARCHAR,
    indication_group_path VARCHAR,
    aetiology VARCHAR[] NOT NULL,
    aetiology_evidence VARCHAR,
    aetiology_path VARCHAR,
    confidence VARCHAR CHECK (confidence IN ('high', 'medium', 'low')),
    rules JSON,
    cell_types VARCHAR[] DEFAULT [],
    product_forms VARCHAR[] DEFAULT [],
    interval_days DOUBLE,
    interval_days_evidence VARCHAR,
    interval_days_path VARCHAR,
    area VARCHAR,
    area_evidence VARCHAR,
    area_path VARCHAR,
    confidences MAP(VARCHAR, VARCHAR) DEFAULT MAP {},
    corrected VARCHAR[] DEFAULT []
);

INSERT INTO therapies BY NAME
SELECT *, [cell_type] AS cell_types, [product_form] AS product_forms FROM earlier_therapies;

DROP TABLE earlier_therapies;
