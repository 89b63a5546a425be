"""Two versions of a trial become events: what changed, by one small rule per kind of event. Pure."""
