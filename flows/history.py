"""The reading of the registry's own history as a Prefect flow. Nothing schedules it.

It has no tasks: each trial is a transaction of its own, so the next flow run goes on where a failed one stopped.
"""

from __future__ import annotations

from prefect import flow

from mscwatch.flows.run_log import log_to_prefect
from mscwatch.pipeline.backfill import HistoriesRead, read_histories
from mscwatch.pipeline.context import RunOrder
from mscwatch.settings import load_settings
from mscwatch.watches import load_watch


@flow(name="mscwatch-history", persist_result=False)
def history(nct_ids: list[str] | None = None, watch: str = "") -> HistoriesRead:
    """Read the history of these trials (default: all core and unsure ones whose history was never read).

    Raises what `read_histories` raises.
    """
    log_to_prefect()
    settings = load_settings(watch=watch or None)
    return read_histories(RunOrder(settings, load_watch(settings.watch)), nct_ids or ())


if __name__ == "__main__":
    history()
