"""A run, top to bottom: the one order of steps, whoever calls them.

`run_watch` decides nothing about trials (`changes.plan` does) and knows neither Prefect nor the terminal. Each step
goes through `step(name, action)`: a flow makes it a task, the command line calls it directly.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from mscwatch.errors import MscwatchError, RefusedError
from mscwatch.pipeline import steps, wiring
from mscwatch.pipeline.context import RunContext, RunOrder, RunResult
from mscwatch.pipeline.opening import open_warehouse
from mscwatch.registry.client import Client
from mscwatch.store.data_dir import locked
from mscwatch.vocabulary import RunOutcome

T = TypeVar("T")


class Step(Protocol):
    """Runs one step. `asks_registry` marks the steps that may be retried as a whole."""

    def __call__(self, name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T: ...


def directly(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:  # noqa: ARG001  as Step says
    """A step without Prefect."""
    return action()


def run_watch(order: RunOrder, step: Step = directly, client: Client | None = None) -> RunResult:
    """Run a watch once and return how it went; an expected failure comes back as `RunResult.error`.

    Raises `LockedError` while another run is at work, `ConfigError` for an unusable setting or another watch's data
    directory, and `WarehouseError` for a directory or a working file that cannot be used: then no run began.
    """
    started = order.clock()
    result = RunResult(f"{started:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}", order.watch.name, started)
    context = RunContext(
        order,
        result,
        client or wiring.registry_client(order.settings),
        wiring.configured_routes(order.settings, order.watch),
    )

    def do(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:
        return step(name, lambda: _timed(context, action), asks_registry=asks_registry)

    with locked(order.data_dir):
        state = do("open the warehouse", lambda: open_warehouse(context))
        try:
            version = do("ask for the version", lambda: steps.ask_version(context), asks_registry=True)
            if steps.is_unchanged(version, state, force=order.force):
                do("close an unchanged night", lambda: steps.close(context, RunOutcome.UNCHANGED))
            else:
                swept = do("read the registry", lambda: steps.read(context, version), asks_registry=True)
                proof = do("prove the reading", lambda: steps.prove(context, swept))
                lookups = do(
                    "ask for the missing", lambda: steps.look_up_missing(context, swept), asks_registry=True
                )
                drift = do("compare the vocabulary", lambda: steps.compare_vocabulary(context, state))
                do("commit", lambda: steps.store(context, state, swept, proof, lookups, drift))
                do("publish", lambda: steps.publish(context))
        except MscwatchError as error:
            result.error = error
            outcome = RunOutcome.REFUSED if isinstance(error, RefusedError) else RunOutcome.FAILED
            do("close a night that failed", lambda: steps.close(context, outcome))
        except BaseException as error:
            result.error = MscwatchError("the run broke off")
            stopped = isinstance(error, KeyboardInterrupt)  # by a person, who needs no notice
            steps.close(context, RunOutcome.INTERRUPTED if stopped else RunOutcome.FAILED)
            raise
        lags = state.is_behind and result.outcome not in {RunOutcome.BASELINE, RunOutcome.PUBLISHED}
        if do("tell", lambda: steps.deliver_owed(context)) or state.readings_changed or lags:
            do("publish what was told", lambda: steps.publish(context))
        if steps.report_is_due(context):
            do("write the report", lambda: steps.report(context))
        if order.settings.heartbeat_url.get_secret_value():
            do("tell the monitor", lambda: steps.ping_monitor(context))
        if order.settings.export_url.get_secret_value():
            do("export", lambda: steps.export(context))
        if result.news:
            do("note what is printed", lambda: steps.note_printed(context))
    return result


def _timed(context: RunContext, action: Callable[[], T]) -> T:
    """Run a step and add its own work to `work_seconds`: all but the time spent asking the registry.

    What is done while an answer is awaited does not count.
    """
    begun, asking = time.monotonic(), context.client.traffic.seconds
    try:
        return action()
    finally:
        elapsed = time.monotonic() - begun
        context.result.work_seconds += max(0.0, elapsed - (context.client.traffic.seconds - asking))
