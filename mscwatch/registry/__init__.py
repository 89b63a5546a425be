"""ClinicalTrials.gov from outside: polite requests, a proven sweep of a topic, single trials, and their history."""
