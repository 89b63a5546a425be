"""Papers about trials: what a citation says, and what kind of paper it is."""
