"""Papers about trials: of what kind a paper is, which trial it reports and how surely, what proves a search. Pure."""
