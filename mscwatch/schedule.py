"""When a night is due: five cron fields, read in the schedule's own time zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = 5  # a sixth would be seconds, which some programs put first and others last
LAST_WORKING_DAY = "LW"  # Prefect's own reader of schedules does not know it
ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def check(cron: str) -> None:
    """Raise `ValueError`, in words for the operator, when `cron` is no schedule or is never due."""
    fields = cron.upper().split()
    cause = None
    try:
        if len(fields) == FIELDS and LAST_WORKING_DAY not in fields and next(CronSim(cron, ANY_DAY), None):
            return
    except CronSimError as error:
        cause = error
    raise ValueError(
        "must be five fields of cron (minute, hour, day, month, weekday), such as 30 10 * * 1-5"
    ) from cause


def next_night(cron: str, timezone: str, now: datetime) -> datetime:
    """The first due time after `now`, in the schedule's own zone. `now` has a zone; `cron` has passed `check`."""
    return next(CronSim(cron, now.astimezone(ZoneInfo(timezone))))
