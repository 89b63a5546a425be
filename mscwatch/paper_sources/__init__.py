"""Europe PMC and PubMed from outside: polite clients, and one search of a night."""
