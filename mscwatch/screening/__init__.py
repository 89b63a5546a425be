"""Whether a trial belongs to the topic: what the reading rules say, and what people decided. Pure."""
