"""A run's entry in the ledger (table `runs`): what was counted, how it ended, and why it may be believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mscwatch.model import Proof
from mscwatch.pipeline.context import Found, Tonight


def proof(tonight: Tonight, judged: Proof, found: Found) -> dict[str, Any]:
    """The proof as it is kept: the checks, what the missing trials' verdicts were, and what asking cost."""
    traffic = tonight.client.traffic
    return judged.checks | {
        "reasons": list(judged.reasons),
        "verdicts": {one.nct_id: one.place.value for _, one in found},
        "requests": traffic.requests,
        "retries": traffic.retries,
        "bytes": traffic.bytes,
        "retried_because": traffic.causes[:20],
    }


def row(tonight: Tonight) -> dict[str, Any]:
    """What the run's row says when the run ends; counts its requests into the result."""
    result, traffic = tonight.result, tonight.client.traffic
    result.requests = traffic.requests
    return {
        "finished_at": datetime.now(UTC).replace(tzinfo=None),
        "outcome": result.outcome.value,
        "api_version": result.api_version or None,
        "data_timestamp": result.data_timestamp,
        "total_count": result.total_count,
        "fetched": result.fetched,
        "new": result.new,
        "changed": result.changed,
        "requests": traffic.requests,
        "bytes": traffic.bytes,
        "error": str(result.error) if result.error else None,
    }
