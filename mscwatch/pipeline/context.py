"""The nouns of one night at work: what is ordered, how it goes, and what the steps hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mscwatch.channels import Routes
from mscwatch.clock import Clock, utc_now
from mscwatch.errors import MscwatchError
from mscwatch.model import Digest, LookupResult, Proof, Sweep, WatchedTrial
from mscwatch.registry.client import Client
from mscwatch.registry.landing import Landing
from mscwatch.screening.decisions import Decisions
from mscwatch.settings import Settings
from mscwatch.store import ledger, working
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from mscwatch.watch import Watch


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a night is to do: its settings, its watch, and what the person who starts it asks for."""

    settings: Settings
    watch: Watch
    force: bool = False
    accept: str = ""
    clock: Clock = utc_now

    @property
    def data_dir(self) -> DataDir:
        return DataDir(self.settings.data_dir)


@dataclass(slots=True)
class RunResult:
    """How a night went: what `run --json` prints, and what went wrong, if anything."""

    run_id: str
    watch: str
    started_at: datetime
    outcome: RunOutcome = RunOutcome.RUNNING
    api_version: str = ""
    data_timestamp: datetime | None = None
    total_count: int | None = None
    fetched: int | None = None
    new: int = 0
    changed: int = 0
    events: dict[str, int] = field(default_factory=dict)
    owed: int = 0
    requests: int = 0
    work_seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)
    error: MscwatchError | None = None
    news: Digest | None = None

    @property
    def data_date(self) -> str:
        """The day that the registry's data are of; tonight where the registry does not say."""
        return self.stamp.date().isoformat()

    @property
    def stamp(self) -> datetime:
        """The data timestamp; the time of the run where the registry gives none."""
        return self.data_timestamp or self.started_at

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0

    def as_json(self) -> dict[str, Any]:
        """The object of the contract; times are ISO 8601 in UTC."""
        shown = {
            name: getattr(self, name)
            for name in (
                "run_id", "watch", "outcome", "total_count", "fetched", "new", "changed", "events", "owed",
                "requests", "warnings",
            )
        }  # fmt: skip
        shown["started_at"] = self.started_at.isoformat() + "Z"
        shown["data_timestamp"] = self.data_timestamp.isoformat() + "Z" if self.data_timestamp else None
        shown["work_seconds"] = round(self.work_seconds, 3)
        if self.error:
            shown["error"] = str(self.error)
        return shown


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every step of one night works with; `result` fills as the night goes on."""

    order: RunOrder
    result: RunResult
    client: Client
    routes: Routes

    def warehouse(self) -> working.OpenWarehouse:
        """The working file, opened for one step."""
        return working.open_warehouse(self.order.data_dir, self.order.settings.memory_limit)


@dataclass(frozen=True, slots=True)
class WarehouseState:
    """What the working file knew when the night began."""

    last: ledger.LastRun | None
    watch_edited: bool
    decided: Decisions  # what people decided, as this night obeys it
    readings_changed: int  # trials and links that today's rules and decisions change
    is_behind: bool = False  # the published file lacks what a killed run wrote


class SweepResult(NamedTuple):
    """The topic as it was read tonight, where it lies, and the trials of the watch that it lacks."""

    sweep: Sweep
    landing: Landing
    known: int  # trials of the watch
    missing: list[WatchedTrial]


LookedUp = list[tuple[WatchedTrial, LookupResult]]


def proof_row(context: RunContext, judged: Proof, found: LookedUp) -> dict[str, Any]:
    """The proof as it is kept: the checks, what the missing trials' verdicts were, and what asking cost."""
    traffic = context.client.traffic
    return judged.checks | {
        "reasons": list(judged.reasons),
        "verdicts": {one.nct_id: one.verdict.value for _, one in found},
        "requests": traffic.requests,
        "retries": traffic.retries,
        "bytes": traffic.bytes,
        "retried_because": traffic.causes[:20],
    }


def run_row(context: RunContext) -> dict[str, Any]:
    """What the run's row says when the run ends; counts its requests into the result."""
    result, traffic = context.result, context.client.traffic
    result.requests = traffic.requests
    return {
        "finished_at": context.order.clock(),
        "outcome": result.outcome.value,
        "api_version": result.api_version or None,
        "data_timestamp": result.data_timestamp,
        "total_count": result.total_count,
        "fetched": result.fetched,
        "new": result.new,
        "changed": result.changed,
        "requests": traffic.requests,
        "bytes": traffic.bytes,
        "error": str(result.error) if result.error else None,
    }
