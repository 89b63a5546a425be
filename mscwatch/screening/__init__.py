"""Whether a trial belongs to the topic: by the reading rules, or by a person's decision. Pure."""
