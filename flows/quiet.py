"""The nightly flow for the command line: quiet, and with its own outcome whatever becomes of Prefect's server."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress

from prefect.exceptions import PrefectSignal
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_LOGGING_LEVEL,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    PREFECT_SERVER_LOGGING_LEVEL,
    get_current_settings,
    temporary_settings,
)

from mscwatch.errors import NoPrefectError
from mscwatch.pipeline.context import RunOrder, RunResult

from .nightly import KeptNight, RunFailedError, run_as_flow
from .server import reason, require_server

log = logging.getLogger("mscwatch.flows")

# Where the user set nothing. An embedded server starts in 5 s, and in a minute or more on a small or busy machine. A
# server that is gone is asked again for a quarter of a minute (2 + 4 + 8 s), not for a whole one at each request.
DEFAULTS = {
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: 180,
    PREFECT_API_REQUEST_TIMEOUT: 30,
    PREFECT_CLIENT_MAX_RETRIES: 3,
    PREFECT_SERVER_LOGGING_LEVEL: "CRITICAL",
}


def run_quietly(order: RunOrder) -> RunResult:
    """Run this order as the nightly flow, here and now. A run that failed comes back as its result, with its error.

    Raises `NoPrefectError` while no step has begun, and what `run_watch` raises when the run cannot begin.
    """
    kept = KeptNight()
    with temporary_settings(set_defaults=DEFAULTS):
        _quieten()
        try:
            require_server()
            run_as_flow(order, kept)
        except (Exception, PrefectSignal) as error:
            if not kept.has_begun:
                _drop_unsent()
                raise error if isinstance(error, NoPrefectError) else NoPrefectError(reason(error)) from error
            if not isinstance(error, RunFailedError) and error is not kept.error:
                _drop_unsent()
                if kept.result:
                    warning = (
                        f"Prefect's server was lost during this night ({reason(error)}); nothing else was."
                    )
                    log.warning("%s", warning)
                    kept.result.warnings.append(warning)
    failure = kept.error or (kept.result.error if kept.result else None)
    _free_frames(failure)
    if kept.result:
        return kept.result
    raise failure or NoPrefectError("it ran no flow")


def _quieten() -> None:
    """No banner, progress lines or tracebacks of Prefect on the terminal, unless the user set a level for them.

    All of them stay in the log of the flow run, with mscwatch's own lines.
    """
    if PREFECT_LOGGING_LEVEL.name in get_current_settings().to_environment_variables(exclude_unset=True):
        return
    console = [each for each in logging.getLogger().handlers if isinstance(each, PrefectConsoleHandler)]
    for handler in [*console, *logging.getLogger("prefect._internal").handlers]:
        handler.setLevel(logging.CRITICAL + 1)
    logging.raiseExceptions = False  # Prefect then says nothing of lines that it cannot send


def _free_frames(error: BaseException | None) -> None:
    """Let go of what the frames of an error hold: Prefect keeps the error until the end, and so an open DuckDB.

    DuckDB would complain of it in some forty lines. The traceback itself stays.
    """
    while error:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _drop_unsent() -> None:
    """Drop what Prefect still wants to send to a server that is gone: at exit it would try eleven times for each."""
    with suppress(ImportError, AttributeError):
        from prefect._internal.concurrency.services import _active_services  # noqa: PLC0415

        for service in list(_active_services):
            with service._queue.mutex:  # noqa: SLF001  nothing public drops it
                service._queue.queue.clear()  # noqa: SLF001
