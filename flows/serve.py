"""The nightly flow on a schedule: Prefect's `serve`, one run at a time."""

from __future__ import annotations

import logging
import warnings

import httpx
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL

from mscwatch.errors import ConfigError

from .nightly import nightly

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


def serve(*, name: str, cron: str, timezone: str, watch: str) -> None:
    """Serve a deployment of that name until the process ends. Raises `ConfigError` without a Prefect server.

    The schedule goes on while nobody serves it. When serving begins again, the first of the missed runs is run and
    the others are cancelled, because one run catches up with everything.
    """
    url = PREFECT_API_URL.value()
    if not url:
        raise ConfigError(
            "A schedule needs a Prefect server. Start one (`prefect server start`) and set PREFECT_API_URL, "
            "or let systemd or cron call `mscwatch run --direct`."
        )
    logging.getLogger("asyncio").addFilter(_is_no_shutdown_traceback)
    # On SIGTERM Prefect's runner calls its own `stop` without awaiting it, and then exits, which is enough.
    warnings.filterwarnings("ignore", r"coroutine '\w+\.a?stop' was never awaited", RuntimeWarning)
    try:
        nightly.serve(
            name=name,
            schedule=Cron(cron, timezone=timezone),
            parameters={"watch": watch},
            tags=["mscwatch", name],
            global_limit=ONE_AT_A_TIME,
            pause_on_shutdown=False,
            print_starting_message=False,
        )
    except httpx.TransportError as error:
        raise ConfigError(
            f"No Prefect server answers at {url}. Start one (`prefect server start`) or correct PREFECT_API_URL."
        ) from error


def _is_no_shutdown_traceback(record: logging.LogRecord) -> bool:
    """False for the traceback that asyncio logs when Ctrl-C ends Prefect's runner, which is its normal end."""
    return "during asyncio.run() shutdown" not in record.getMessage()
