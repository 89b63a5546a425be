"""Two versions of a trial, and what happened to it: one small rule per kind of event. Pure."""
