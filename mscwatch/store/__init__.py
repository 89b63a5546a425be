"""The warehouse in DuckDB: the private working file, a run's transaction, the published copy, queries on it."""
