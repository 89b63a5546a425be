"""The Prefect flows, in the only package that imports Prefect. What the user did not set for Prefect is made quiet."""

from __future__ import annotations

import os

# Prefect reads these when it is imported. No analytics, neither from the SDK nor from an ephemeral server.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
