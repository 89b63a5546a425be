-- Whether Europe PMC told of a paper, also of one that a person had imported before. Numbers of registries are in
-- registry_ids, and no cells of a draft any more.

ALTER TABLE found_papers ADD COLUMN told_by_europepmc BOOLEAN DEFAULT false;

UPDATE found_papers SET told_by_europepmc = true WHERE found_by = 'europepmc';

DELETE FROM drafted_cells WHERE field = 'registry_ids';
