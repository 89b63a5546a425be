"""The only room that knows DuckDB: the private working file, the night's transaction, the published copy."""
