"""The nightly flow on a schedule: Prefect's `serve`, one run at a time."""

from __future__ import annotations

import logging

import httpx
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL

from mscwatch.errors import ConfigError

from .nightly import nightly

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


def serve(*, name: str, cron: str, timezone: str, watch: str) -> None:
    """Serve a deployment of that name until the process is ended. Raises `ConfigError` without a Prefect server.

    The schedule goes on while nobody serves it: of the nights that were missed meanwhile, the first is run when
    serving begins again and the others are cancelled, as one night catches up with everything.
    """
    url = PREFECT_API_URL.value()
    if not url:
        msg = (
            "A schedule needs a Prefect server. Start one (`prefect server start`) and set PREFECT_API_URL, "
            "or use a timer (see the README)."
        )
        raise ConfigError(msg)
    logging.getLogger("asyncio").addFilter(_is_no_farewell)
    try:
        nightly.serve(
            name=name,
            schedule=Cron(cron, timezone=timezone),
            parameters={"watch": watch},
            global_limit=ONE_AT_A_TIME,
            pause_on_shutdown=False,
            print_starting_message=False,
        )
    except httpx.TransportError:
        msg = f"No Prefect server answers at {url}. Start one (`prefect server start`) or correct PREFECT_API_URL."
        raise ConfigError(msg) from None


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """False for the traceback that asyncio logs when Ctrl-C ends Prefect's runner: that is how it is meant to end."""
    return "during asyncio.run() shutdown" not in record.getMessage()
