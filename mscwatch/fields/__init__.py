"""What the registry's fields may hold, and records made plain: values of the published kind, written one way. Pure."""
