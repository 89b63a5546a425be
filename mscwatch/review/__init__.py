"""The review itself: the numbers it states, each with a query, and its literature records. Pure."""
