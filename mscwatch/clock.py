"""The one place that reads the clock. Whoever needs the time takes a clock as an argument or a field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time in UTC, naive, as the warehouse stores times."""
    return datetime.now(UTC).replace(tzinfo=None)
