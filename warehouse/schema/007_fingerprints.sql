-- How each stored record looked when it last came; one that looks the same again need not be read.

CREATE TABLE fingerprints (nct_id VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL);
