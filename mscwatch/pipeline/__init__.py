"""A run: the order of its steps, each step, and what goes out to people."""
