"""A night as a flow for whoever sits at a terminal: Prefect's own banner and progress lines stay away by default."""

from __future__ import annotations

from prefect.logging.configuration import setup_logging
from prefect.settings import PREFECT_LOGGING_LEVEL, temporary_settings

from mscwatch.pipeline.context import RunResult

from .nightly import NightFailedError, nightly


def run_quietly(watch: str, *, force: bool = False, accept: str = "") -> RunResult:
    """Run the nightly flow here and now; a night that failed comes back as its result."""
    with temporary_settings(set_defaults={PREFECT_LOGGING_LEVEL: "WARNING"}):
        setup_logging()
        try:
            return nightly(watch=watch, force=force, accept=accept)
        except NightFailedError as error:
            return error.result
