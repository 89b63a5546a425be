"""mscwatch's own lines in Prefect's log of a flow run: by a worker, by `serve`, by a script, by `mscwatch run`."""

from __future__ import annotations

import logging

from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging.handlers import APILogHandler
from prefect.settings import PREFECT_LOGGING_LEVEL


def log_to_prefect() -> None:
    """Send the lines of mscwatch to the log of the flow run that writes them. Calling it again changes nothing.

    The level is Prefect's, unless somebody set one for the logger `mscwatch`.
    """
    logger = logging.getLogger("mscwatch")
    if logger.level == logging.NOTSET:
        logger.setLevel(PREFECT_LOGGING_LEVEL.value())
    if not any(isinstance(handler, APILogHandler) for handler in logger.handlers):
        handler = APILogHandler()
        handler.addFilter(_is_in_a_run)
        logger.addHandler(handler)


def _is_in_a_run(_: logging.LogRecord) -> bool:
    """False for lines outside every flow run, which Prefect would warn about."""
    return bool(FlowRunContext.get() or TaskRunContext.get())
