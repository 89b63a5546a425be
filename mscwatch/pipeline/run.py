"""A run, top to bottom: the one order of steps, whoever calls them.

`run_watch` decides nothing about trials (`changes.plan` does) and knows neither Prefect nor the terminal. Each step
goes through `step(name, action)`: a flow makes it a task, the command line calls it directly.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from mscwatch.errors import BrokenFileError, MscwatchError, RefusedError, WarehouseError

# Modules, not their functions: Prefect keeps `run_watch` until the process ends, and with a function its module, and
# with that DuckDB, whose binding then writes about leaks to stderr.
from mscwatch.pipeline import alarm, closing, opening, steps, wiring
from mscwatch.pipeline.context import RunContext, RunOrder, RunResult, WarehouseState
from mscwatch.registry.client import Client
from mscwatch.store import damage, recovery
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

    A working file that turns out to be broken, at whatever step, is replaced by the published state, and the run goes
    on from there. Raises `LockedError` while another run is at work, `ConfigError` for an unusable setting or another
    watch's data directory, and `WarehouseError` for a directory or a working file that cannot be used: then no run
    began.
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

    with locked(order.data_dir), contextlib.closing(context):
        recovery.tidy(order.data_dir)
        try:
            try:
                _run(context, do)
            except BrokenFileError as error:
                broken = error
                do("replace the broken working file", lambda: opening.recover(context, broken))
                _run(context, do)
        except WarehouseError as error:
            alarm.sound(context, error)
            if result.outcome is RunOutcome.RUNNING:
                raise
            closing.note_failure(context, error)
        damage.seal(order.data_dir)
    return result


def _run(context: RunContext, do: Step) -> None:
    """All steps. Raises `WarehouseError` where the working file cannot take what the run is to note in it."""
    state = do("open the warehouse", lambda: opening.open_warehouse(context))
    if not state.is_resumed:
        _read_and_commit(context, state, do)
    order, result = context.order, context.result
    tried = do("tell", lambda: closing.deliver_owed(context))
    if closing.must_publish_again(context, state, tried):
        do("publish what was told", lambda: closing.publish(context))
    if closing.report_is_due(context):
        do("write the report", lambda: closing.report(context))
    if order.settings.heartbeat_url.get_secret_value():
        do("tell the monitor", lambda: closing.ping_monitor(context))
    if order.settings.export_url.get_secret_value():
        do("export", lambda: closing.export(context))
    if result.news:
        do("note what is printed", lambda: closing.note_printed(context))


def _read_and_commit(context: RunContext, state: WarehouseState, do: Step) -> None:
    """Read, prove, commit and publish, or close the run's row with the reason why not."""
    result = context.result
    try:
        version = do("ask for the version", lambda: steps.ask_version(context), asks_registry=True)
        if steps.is_unchanged(version, state, force=context.order.force):
            do("close an unchanged night", lambda: closing.close(context, RunOutcome.UNCHANGED))
            return
        swept = do("read the registry", lambda: steps.read(context, version), asks_registry=True)
        proof = do("prove the reading", lambda: steps.prove(context, swept))
        lookups = do("ask for the missing", lambda: steps.look_up_missing(context, swept), asks_registry=True)
        drift = do("compare the vocabulary", lambda: steps.compare_vocabulary(context, state))
        do("commit", lambda: steps.store(context, state, swept, proof, lookups, drift))
        do("look for papers", lambda: _search_papers(context))
        do("publish", lambda: closing.publish(context))
    except BrokenFileError:
        raise
    except MscwatchError as error:
        result.error = error
        outcome = RunOutcome.REFUSED if isinstance(error, RefusedError) else RunOutcome.FAILED
        do("close a night that failed", lambda: closing.close(context, outcome))
    except BaseException as error:
        result.error = MscwatchError("the run broke off")
        stopped = isinstance(error, KeyboardInterrupt)  # by a person, who needs no notice
        with contextlib.suppress(WarehouseError):  # the error that is raised says more
            closing.close(context, RunOutcome.INTERRUPTED if stopped else RunOutcome.FAILED)
        raise


def _search_papers(context: RunContext) -> None:
    """Look for papers. What reads them is imported here: it would take a tenth of the start of an unchanged night."""
    from mscwatch.pipeline import paper_search  # noqa: PLC0415  late, as it says above

    paper_search.search_papers(context)


def _timed(context: RunContext, action: Callable[[], T]) -> T:
    """Run a step and add its own work to `work_seconds`: all but the time spent asking the registry.

    What is done while an answer is awaited does not count. The search for papers takes off what its services took.
    """
    begun, asking = time.monotonic(), context.client.traffic.seconds
    try:
        return action()
    finally:
        elapsed = time.monotonic() - begun
        context.result.work_seconds += max(0.0, elapsed - (context.client.traffic.seconds - asking))
