"""A run, top to bottom: the order of the steps, each step, what a run carries, and what goes out to people."""
