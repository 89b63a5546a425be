"""The nightly flow for the command line: without Prefect's banner and progress lines, unless the user wants them."""

from __future__ import annotations

from prefect.logging.configuration import setup_logging
from prefect.settings import PREFECT_LOGGING_LEVEL, temporary_settings

from mscwatch.pipeline.context import RunOrder, RunResult

from .nightly import RunFailedError, run_as_flow


def run_quietly(order: RunOrder) -> RunResult:
    """Run the nightly flow here and now. A run that failed comes back as its result, with its error.

    Raises `ConfigError` and `LockedError` when the run could not begin.
    """
    with temporary_settings(set_defaults={PREFECT_LOGGING_LEVEL: "WARNING"}):
        setup_logging()
        try:
            return run_as_flow(order)
        except RunFailedError as error:
            return error.result
