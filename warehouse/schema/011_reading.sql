-- What else a record says of its cells: all kinds and forms, the interval, the area of disease, how sure each field is,
-- and which fields a person set.

ALTER TABLE therapies ADD COLUMN cell_types VARCHAR[] DEFAULT [];
ALTER TABLE therapies ADD COLUMN product_forms VARCHAR[] DEFAULT [];
ALTER TABLE therapies ADD COLUMN interval_days DOUBLE;
ALTER TABLE therapies ADD COLUMN interval_days_evidence VARCHAR;
ALTER TABLE therapies ADD COLUMN interval_days_path VARCHAR;
ALTER TABLE therapies ADD COLUMN area VARCHAR;
ALTER TABLE therapies ADD COLUMN area_evidence VARCHAR;
ALTER TABLE therapies ADD COLUMN area_path VARCHAR;
ALTER TABLE therapies ADD COLUMN confidences MAP(VARCHAR, VARCHAR) DEFAULT MAP {};
ALTER TABLE therapies ADD COLUMN corrected VARCHAR[] DEFAULT [];

UPDATE therapies SET cell_types = [cell_type], product_forms = [product_form];
