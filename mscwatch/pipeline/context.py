"""What a run carries: its order, its result, and what the steps pass on to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mscwatch.channels import Routes
from mscwatch.clock import Clock, utc_now
from mscwatch.errors import MscwatchError
from mscwatch.model import Digest, LookupResult, Proof, WatchedTrial
from mscwatch.registry.client import Client
from mscwatch.registry.landing import Landing
from mscwatch.registry.proof import Sweep
from mscwatch.screening.decisions import Decisions
from mscwatch.settings import Settings
from mscwatch.store import ledger, sql, working
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from mscwatch.watch import Watch


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a run is to do: its settings, its watch, and what the person who starts it asks for."""

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
    """How a run went; `run --json` prints most of it. `error` is what went wrong, if anything."""

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

    def begin_again(self) -> None:
        """Forget what was read and stored: the working file was broken, and none of it was published."""
        self.outcome, self.error, self.news = RunOutcome.RUNNING, None, None
        self.total_count = self.fetched = None
        self.new = self.changed = self.owed = 0
        self.events = {}

    @property
    def data_date(self) -> str:
        """The date of `stamp`, as ISO 8601."""
        return self.stamp.date().isoformat()

    @property
    def stamp(self) -> datetime:
        """The registry's data timestamp, or the start of the run where the registry gives none (UTC)."""
        return self.data_timestamp or self.started_at

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0

    def as_json(self) -> dict[str, Any]:
        """What `run --json` prints (contract, section 1); times are ISO 8601 in UTC."""
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


@dataclass(slots=True)
class RunContext:
    """What every step of a run works with; the steps fill `result`."""

    order: RunOrder
    result: RunResult
    client: Client
    routes: Routes
    _duckdb: sql.Connection | None = None  # in which the steps open the working file

    @contextmanager
    def warehouse(self) -> Iterator[sql.Connection]:
        """The working file, opened for one step: between steps it is whole on the disk, and holds no memory."""
        data_dir, memory_limit = self.order.data_dir, self.order.settings.memory_limit
        kept = self._duckdb or working.instance(data_dir, memory_limit)
        self._duckdb = None  # an error closes it
        with working.open_warehouse(data_dir, memory_limit, kept) as con:
            yield con
        self._duckdb = kept

    def close(self) -> None:
        """Let go of DuckDB, at the end of the run."""
        if self._duckdb:
            self._duckdb.close()
            self._duckdb = None


@dataclass(frozen=True, slots=True)
class WarehouseState:
    """What the working file held when the run began."""

    last: ledger.LastRun | None  # the last trusted run
    watch_edited: bool  # since that run
    decisions: Decisions  # of people, as this run applies them
    readings_changed: int  # trials and links that today's rules and decisions read differently
    is_behind: bool = False  # the published file lacks what a killed run or an earlier version wrote
    is_resumed: bool = False  # this run committed and published before its working file broke


class SweepResult(NamedTuple):
    """The topic as the registry gave it, its files, and the trials of the watch that are missing from it."""

    sweep: Sweep
    landing: Landing
    known: int  # number of trials in the watch
    missing: list[WatchedTrial]


LookedUp = list[tuple[WatchedTrial, LookupResult]]
WRITTEN_OUTCOMES = (RunOutcome.BASELINE, RunOutcome.PUBLISHED)  # of a run that committed what it read


def proof_row(context: RunContext, proof: Proof, lookups: LookedUp) -> dict[str, Any]:
    """The column `runs.proof`: the checks, the verdicts on the missing trials, and what asking cost."""
    traffic = context.client.traffic
    return proof.checks | {
        "reasons": list(proof.reasons),
        "verdicts": {answer.nct_id: answer.verdict.value for _, answer in lookups},
        "requests": traffic.requests,
        "retries": traffic.retries,
        "bytes": traffic.bytes,
        "retried_because": traffic.causes[:20],
    }


def run_row(context: RunContext) -> dict[str, Any]:
    """The columns of `runs` that are known when the run ends. Also counts the requests into the result."""
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
