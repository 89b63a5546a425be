"""When a night is due: five cron fields, read in the schedule's own time zone. Pure; the clock is given."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = 5  # a sixth would be seconds, which programs put at opposite ends
NOT_EVERYWHERE = "LW"  # the last working day: Prefect's own reader of schedules does not know it
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check(cron: str) -> None:
    """Raises `ValueError`, in words for the operator, for what is not a schedule."""
    fields = cron.upper().split()
    try:
        if len(fields) == FIELDS and NOT_EVERYWHERE not in fields and next(CronSim(cron, SOME_DAY), None):
            return
    except CronSimError:
        pass
    msg = "must be five fields of cron (minute, hour, day, month, weekday), such as 30 10 * * 1-5"
    raise ValueError(msg)


def next_night(cron: str, timezone: str, now: datetime) -> datetime:
    """The first due time after `now` (which has a zone), in the schedule's own zone; `cron` has passed `check`."""
    return next(CronSim(cron, now.astimezone(ZoneInfo(timezone))))
