"""The one place that reads the clock. Other modules take a clock as an argument or a field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time in UTC, without a zone, as the warehouse stores times."""
    return datetime.now(UTC).replace(tzinfo=None)
