"""The embedded registry: ClinicalTrials.gov API v2 in miniature, on loopback, for the demo and for tests."""

from __future__ import annotations

from mscwatch.registry.replica.answers import Response
from mscwatch.registry.replica.night import Night, night_from_ndjson
from mscwatch.registry.replica.server import Intercept, Replica, Request

__all__ = ["Intercept", "Night", "Replica", "Request", "Response", "night_from_ndjson"]
