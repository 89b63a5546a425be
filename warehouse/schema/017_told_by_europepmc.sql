-- Whether Europe PMC told of a paper, also of one that a person had imported before.

ALTER TABLE found_papers ADD COLUMN told_by_europepmc BOOLEAN DEFAULT false;

UPDATE found_papers SET told_by_europepmc = true WHERE found_by = 'europepmc';
