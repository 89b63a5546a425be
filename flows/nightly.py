"""One run as a Prefect flow: each step of `mscwatch.pipeline.run.run_watch` is a task, in the same order.

What the steps do does not depend on Prefect: one that it cannot run, because its server died meanwhile, runs all the
same.

Prefect retries only the tasks that ask the registry; every other step runs once, and what it leaves is owed to the
next run. Nothing is cached: a task with the inputs of last night must run all the same. The state of the flow run
is named after the outcome. Baseline, Published and Unchanged are completed; Refused, Failed and Owed are failed and
say why.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from prefect import flow
from prefect.blocks.system import Secret
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.tasks import Task

from mscwatch.errors import ConfigError, MscwatchError, NoAnswerError, StillOwedError
from mscwatch.flows.artifacts import show_in_prefect
from mscwatch.flows.run_log import log_to_prefect
from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.pipeline.run import Step, run_watch
from mscwatch.pipeline.summary import sentence
from mscwatch.settings import load_settings, secret_names
from mscwatch.watches import load_watch

T = TypeVar("T")

FLOW_NAME = "mscwatch-nightly"
FETCH_RETRIES = 1
FETCH_RETRY_SECONDS = 60


class RunFailedError(MscwatchError):
    """The failure of a flow run; `result` says how the run went."""

    def __init__(self, result: RunResult) -> None:
        super().__init__(str(result.error))
        self.result = result
        self.exit_code = result.exit_code


@flow(name=FLOW_NAME, flow_run_name=lambda: _run_name(), persist_result=False)  # noqa: PLW0108  set below
def nightly(
    watch: str = "",
    force: bool = False,
    accept: str = "",
    secret_blocks: dict[str, str] | None = None,
) -> RunResult:
    """Run a watch once (default: the configured one), as the schedule does.

    `secret_blocks` names, for secret settings such as `smtp_url`, the Secret blocks of Prefect that hold their values.
    Raises `RunFailedError` when the run failed, was refused, or still owes alerts; `ConfigError` and `LockedError`
    when it could not begin.
    """
    log_to_prefect()
    settings = load_settings(watch=watch or None, **_secrets(secret_blocks or {}))
    return _run_as_tasks(RunOrder(settings, load_watch(settings.watch), force=force, accept=accept))


@dataclass(slots=True)
class KeptNight:
    """What became of a night, kept where Prefect cannot lose it."""

    has_begun: bool = False
    result: RunResult | None = None
    error: BaseException | None = None


def run_as_flow(order: RunOrder, kept: KeptNight) -> None:
    """Run just this order as the flow `nightly`, whatever the environment says by now, and fill `kept`.

    Raises what `nightly` raises, and what Prefect raises while its server does not answer: `kept` tells them apart.
    """

    @flow(name=FLOW_NAME, flow_run_name=lambda: _named(order.watch.name), persist_result=False)
    def nightly(watch: str, force: bool, accept: str) -> RunResult:  # noqa: ARG001  Prefect's pages show them
        kept.has_begun = True
        log_to_prefect()
        try:
            return _run_as_tasks(order, kept)
        except BaseException as error:
            kept.error = error
            raise

    nightly(order.settings.watch, order.force, order.accept)


def _run_as_tasks(order: RunOrder, kept: KeptNight | None = None) -> RunResult:
    result = run_watch(order, step=_as_task(order.watch.name))
    if kept:
        kept.result = result
    show_in_prefect(order, result)
    # Prefect unpacks the state: the caller of the flow gets the result or the error.
    return cast("RunResult", _state(result))


def _state(result: RunResult) -> State[Any]:
    """The state of the flow run, named after the outcome."""
    if result.error:
        name = "Owed" if isinstance(result.error, StillOwedError) else result.outcome.value.title()
        return Failed(name=name, message=str(result.error), data=RunFailedError(result))
    return Completed(name=result.outcome.value.title(), message=sentence(result), data=result)


def _secrets(blocks: dict[str, str]) -> dict[str, str]:
    """The values of secret settings, by name, read now: a deployment holds only the names of the blocks.

    Raises `ConfigError` for a setting that is no secret one, and for a block that cannot be read.
    """
    values = {}
    for setting, block in blocks.items():
        if setting not in secret_names():
            raise ConfigError(
                f"secret_blocks: {setting} is no secret setting. Name one of {', '.join(secret_names())}."
            )
        try:
            values[setting] = str(Secret.load(block).get())  # type: ignore[union-attr]
        except Exception as error:  # noqa: BLE001  whatever Prefect raises
            raise ConfigError(
                f"The Secret block {block} for {setting} cannot be read ({type(error).__name__}). "
                "Create it on Prefect's page of blocks, or correct the parameter secret_blocks."
            ) from None  # the cause may hold the secret, and Prefect's log would show it
    return values


def _run_name() -> str:
    chosen = flow_run.parameters.get("watch") or load_settings().watch
    return _named(load_watch(chosen).name)


def _named(watch: str) -> str:
    return f"{watch} {flow_run.scheduled_start_time:%Y-%m-%d}"


def _as_task(watch: str) -> Step:
    """Runs each step as a task: once, and again only where Prefect retries it, also while Prefect's server is dead."""

    def step(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:
        done: list[T] = []
        failed: list[Exception] = []

        def attempt() -> T:
            failed.clear()
            try:
                done.append(action())
            except Exception as error:
                failed.append(error)
                raise
            return done[0]

        # The step's own error, which is raised below, or one of Prefect's, which ends nothing.
        with suppress(Exception):
            task: Task[[], T] = Task(
                attempt,
                name=name,
                task_run_name=f"{name} ({_named(watch)})",
                cache_policy=NO_CACHE,
                persist_result=False,
                retries=FETCH_RETRIES if asks_registry else 0,
                retry_delay_seconds=FETCH_RETRY_SECONDS,
                retry_condition_fn=_is_transient,
            )
            task()
        if failed:
            raise failed[0]
        return done[0] if done else action()

    return step


def _is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether asking again may help: it does after an outage, not after a refusal such as 403."""
    failure = state.data
    return isinstance(failure, NoAnswerError) and failure.transient
