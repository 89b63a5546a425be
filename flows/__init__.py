"""The only package that imports Prefect. What the user set for Prefect holds; what is not set is made quiet."""

from __future__ import annotations

import os

# Before Prefect is imported, which reads them then: no analytics from the SDK nor from an ephemeral server.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# The library's own progress lines belong to the run in Prefect's pages too.
os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "mscwatch")
