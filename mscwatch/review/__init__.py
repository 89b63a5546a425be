"""The published review: its numbers, each with a query, the rows that abstracts add, and references for readers. Pure."""
