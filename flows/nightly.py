"""One night as a Prefect flow: each step of `mscwatch.run.run_night` is a task, in that order and no other.

Only what asks the registry is tried again as a task; everything else is done once or is owed. Nothing is cached: a
task with the same inputs as last night must run all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task

from mscwatch import settings as configuration
from mscwatch import watch as watches
from mscwatch.errors import MscwatchError, NoAnswerError
from mscwatch.run import Step, run_night
from mscwatch.summary import markdown
from mscwatch.tonight import NightResult, Order

T = TypeVar("T")

FETCH_RETRIES = 1
FETCH_RETRY_SECONDS = 60


class NightFailedError(MscwatchError):
    """Makes the flow run's state tell the truth; carries how the night went."""

    def __init__(self, result: NightResult) -> None:
        super().__init__(str(result.error))
        self.result = result
        self.exit_code = result.exit_code


@flow(name="mscwatch-nightly", flow_run_name=lambda: _run_name(), persist_result=False)  # noqa: PLW0108  set below
def nightly(watch: str = "", force: bool = False, accept: str = "") -> NightResult:
    """Run one night of a watch (default: the configured one). Fails when the night failed, was refused, or owes."""
    settings = configuration.load(**({"watch": watch} if watch else {}))
    order = Order(settings, watches.load(settings.watch), force=force, accept=accept)
    result = run_night(order, step=_as_task(order.watch.name))
    create_markdown_artifact(
        key=f"mscwatch-{order.watch.name}", markdown=markdown(result), description="How the night went"
    )
    if result.error:
        raise NightFailedError(result)
    return result


def _run_name() -> str:
    chosen = flow_run.parameters.get("watch") or configuration.load().watch
    started = flow_run.scheduled_start_time
    return f"{watches.load(chosen).name} {started:%Y-%m-%d}"


def _as_task(watch: str) -> Step:
    def step(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:
        one: Task[[], T] = Task(
            action,
            name=name,
            task_run_name=f"{name} · {watch} {flow_run.scheduled_start_time:%Y-%m-%d}",
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=FETCH_RETRIES if asks_registry else 0,
            retry_delay_seconds=FETCH_RETRY_SECONDS,
            retry_condition_fn=_may_help,
        )
        return one()

    return step


def _may_help(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Asking again helps against an outage, not against a verdict such as 403."""
    failure = state.data
    return isinstance(failure, NoAnswerError) and failure.transient
