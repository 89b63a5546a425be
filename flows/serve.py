"""The nightly flow on a schedule: Prefect's `serve`, one run at a time."""

from __future__ import annotations

from prefect.schedules import Cron

from flows.nightly import nightly


def serve(*, name: str, cron: str, timezone: str, watch: str) -> None:
    """Serve a deployment of that name until the process is ended. A run still at work makes the next one wait."""
    nightly.serve(
        name=name,
        schedule=Cron(cron, timezone=timezone),
        parameters={"watch": watch},
        limit=1,
        print_starting_message=False,
    )
