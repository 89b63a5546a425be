"""The registry's own history as a Prefect flow, for whoever runs it now and then; nothing schedules it.

It has no tasks: each trial is a transaction of its own, and a flow run that failed goes on where it stopped.
"""

from __future__ import annotations

from prefect import flow

from mscwatch.pipeline.backfill import HistoriesRead, read_histories
from mscwatch.pipeline.context import RunOrder
from mscwatch.settings import load_settings
from mscwatch.watches import load_watch


@flow(name="mscwatch-history", persist_result=False)
def history(nct_ids: list[str] | None = None, watch: str = "") -> HistoriesRead:
    """Read the history of these trials (default: of all core and unsure ones that were never asked for)."""
    settings = load_settings(**({"watch": watch} if watch else {}))
    return read_histories(RunOrder(settings, load_watch(settings.watch)), nct_ids or ())


if __name__ == "__main__":
    history()
