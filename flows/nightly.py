"""One night as a Prefect flow: each step of `mscwatch.pipeline.run.run_night` is a task, in that order and no other.

Only what asks the registry is tried again as a task; everything else is done once or is owed. Nothing is cached: a
task with the same inputs as last night must run all the same. The state of the flow run is named after the night's
outcome: Baseline, Published and Unchanged are completed, Refused, Failed and Owed are failed with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from prefect import flow, get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.tasks import Task

from mscwatch.errors import MscwatchError, NoAnswerError, StillOwedError
from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.pipeline.run import Step, run_watch
from mscwatch.pipeline.summary import event_rows, markdown, sentence
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from mscwatch.watches import load_watch

T = TypeVar("T")

FETCH_RETRIES = 1
FETCH_RETRY_SECONDS = 60


class NightFailedError(MscwatchError):
    """What a flow run fails with; carries how the night went."""

    def __init__(self, result: RunResult) -> None:
        super().__init__(str(result.error))
        self.result = result
        self.exit_code = result.exit_code


@flow(name="mscwatch-nightly", flow_run_name=lambda: _run_name(), persist_result=False)  # noqa: PLW0108  set below
def nightly(watch: str = "", force: bool = False, accept: str = "") -> RunResult:
    """Run one night of a watch (default: the configured one). Fails when the night failed, was refused, or owes."""
    settings = load_settings(**({"watch": watch} if watch else {}))
    order = RunOrder(settings, load_watch(settings.watch), force=force, accept=accept)
    result = run_watch(order, step=_as_task(order.watch.name))
    _leave_artifacts(order, result)
    return cast("RunResult", _state(result))  # Prefect unpacks it: the caller gets the result, or the error


def _state(result: RunResult) -> State[Any]:
    """The flow run's state, named after how the night went."""
    if result.error:
        name = "Owed" if isinstance(result.error, StillOwedError) else result.outcome.value.title()
        return Failed(name=name, message=str(result.error), data=NightFailedError(result))
    return Completed(name=result.outcome.value.title(), message=sentence(result), data=result)


def _leave_artifacts(order: RunOrder, result: RunResult) -> None:
    """How the night went, its events, and where the report lies. No night fails because Prefect takes no artifact."""
    key, report = f"mscwatch-{order.watch.name}", order.data_dir.report
    about = f"{order.watch.banner} How the night went".strip()
    try:
        create_markdown_artifact(key=key, markdown=markdown(result), description=about)
        if result.outcome is RunOutcome.PUBLISHED and result.events:
            with queries.open_published(DataDir(order.settings.data_dir)) as con:
                rows = event_rows(queries.events(con, run_id=result.run_id))
            create_table_artifact(
                key=f"{key}-events", table=rows, description="What happened, event by event"
            )
        if report.exists():
            link = report.resolve().as_uri()
            create_link_artifact(key=f"{key}-report", link=link, link_text=str(report.resolve()))
    except Exception as error:  # noqa: BLE001  whatever Prefect's server answers
        get_run_logger().warning("An artifact of this night is missing: %s", error)


def _run_name() -> str:
    chosen = flow_run.parameters.get("watch") or load_settings().watch
    started = flow_run.scheduled_start_time
    return f"{load_watch(chosen).name} {started:%Y-%m-%d}"


def _as_task(watch: str) -> Step:
    def step(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:
        one: Task[[], T] = Task(
            action,
            name=name,
            task_run_name=f"{name} ({watch} {flow_run.scheduled_start_time:%Y-%m-%d})",
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
