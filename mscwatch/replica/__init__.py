"""The embedded registry: a small ClinicalTrials.gov API v2 on loopback, for the demo and for tests."""

from __future__ import annotations

from mscwatch.replica.endpoints import Response
from mscwatch.replica.server import Intercept, Replica, Request
from mscwatch.replica.snapshot import Snapshot, snapshot_from_ndjson

__all__ = ["Intercept", "Replica", "Request", "Response", "Snapshot", "snapshot_from_ndjson"]
