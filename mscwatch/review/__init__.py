"""The published review: the numbers that it states, each with a query, and references for its readers. Pure."""
