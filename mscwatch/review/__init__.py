"""The published review: its numbers, each with a query, rows that abstracts add, and references for readers. Pure."""
