"""Everything SQL: numbered schema files, views, seeds and the mapping of the registry's record to tables."""
