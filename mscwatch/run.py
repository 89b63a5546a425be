"""A night, top to bottom: the one order of steps, whoever calls them.

`run_night` decides nothing about trials (that is `night`) and knows neither Prefect nor the terminal. Each step goes
through `step(name, action)`, so a flow can make it a task and the command line can call it plainly.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from mscwatch import channels, digest, night
from mscwatch.errors import ConfigError, MscwatchError, RefusedError, StillOwedError
from mscwatch.model import Digest, Notice, Outcome, Proof, RegistryVersion, Sweep
from mscwatch.registry.client import Client, user_agent
from mscwatch.registry.landing import Landing
from mscwatch.registry.sweep import sweep
from mscwatch.settings import Settings
from mscwatch.store import commit, ledger, publish, working
from mscwatch.store.places import Places, locked
from mscwatch.tell import tell
from mscwatch.watch import Watch

log = logging.getLogger(__name__)

T = TypeVar("T")


class Step(Protocol):
    """Runs one step of a night. `asks_registry` marks the steps that may be tried again as a whole."""

    def __call__(self, name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T: ...


def plainly(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:  # noqa: ARG001  as Step says
    """A step without Prefect."""
    return action()


@dataclass(frozen=True, slots=True)
class Order:
    """What a night is to do: its settings, its watch, and what the person who starts it asks for."""

    settings: Settings
    watch: Watch
    force: bool = False
    accept: str = ""

    @property
    def places(self) -> Places:
        return Places(self.settings.data_dir)


@dataclass(slots=True)
class NightResult:
    """How a night went: what `run --json` prints, and what went wrong, if anything."""

    run_id: str
    watch: str
    started_at: datetime
    outcome: Outcome = Outcome.RUNNING
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
        return (self.data_timestamp or self.started_at).date().isoformat()

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
class Opened:
    """What the working file knew when the night began."""

    last: ledger.LastNight | None
    watch_edited: bool


def run_night(order: Order, step: Step = plainly, client: Client | None = None) -> NightResult:
    """Run one night and say how it went.

    Expected failures come back as `NightResult.error`; a lock held by another run, an unusable setting or an
    unwritable directory are raised, because then there is no night.
    """
    addressed = channels_of(order.settings)
    asking = client or client_of(order.settings)
    started = datetime.now(UTC).replace(tzinfo=None)
    run_id = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    result = NightResult(run_id, order.watch.name, started)

    def do(name: str, action: Callable[[], T], *, asks_registry: bool = False) -> T:
        def timed() -> T:
            begun, waited = time.monotonic(), asking.traffic.seconds
            try:
                return action()
            finally:
                elapsed = time.monotonic() - begun
                result.work_seconds += max(0.0, elapsed - (asking.traffic.seconds - waited))

        return step(name, timed, asks_registry=asks_registry)

    with locked(order.places):
        opened = do("open the warehouse", lambda: open_warehouse(order, result))
        try:
            version = do("ask for the version", asking.version, asks_registry=True)
            result.api_version, result.data_timestamp = version.api_version, version.data_timestamp
            if is_unchanged(version, opened, force=order.force):
                do("close an unchanged night", lambda: close(order, result, asking, Outcome.UNCHANGED))
            else:
                reading, landing = do(
                    "read the registry", lambda: read(order, result, asking, version), asks_registry=True
                )
                proof = do("prove the reading", lambda: prove(order, result, reading, landing))
                do("commit", lambda: store(order, result, opened, proof, landing, asking))
                do("publish", lambda: publish.publish(order.places))
        except MscwatchError as error:
            result.error = error
            outcome = Outcome.REFUSED if isinstance(error, RefusedError) else Outcome.FAILED
            do("close a night that failed", lambda: close(order, result, asking, outcome))
        except BaseException:
            result.error = MscwatchError("the run broke off")
            close(order, result, asking, Outcome.FAILED)
            raise
        attempts = do("tell", lambda: tell_owed(order, result, addressed))
        if attempts and order.places.published.exists():
            do("publish what was told", lambda: publish.publish(order.places))
    return result


def open_warehouse(order: Order, result: NightResult) -> Opened:
    """Open the run in the ledger. Raises `ConfigError` when the data directory belongs to another watch."""
    with working.opened(order.places, order.settings.memory_limit) as con:
        owner = working.meta(con, "watch")
        if owner not in (None, order.watch.name):
            msg = (
                f"The data directory {order.places.data_dir} belongs to the watch {owner}, not to "
                f"{order.watch.name}. Set another MSCWATCH_DATA_DIR for it."
            )
            raise ConfigError(msg)
        last = ledger.last_night(con)
        ledger.begin_run(con, result.run_id, order.watch.name, result.started_at)
        ledger.resolve_doubt(con)
        edited = working.meta(con, "watch_hash") not in (None, order.watch.digest)
        return Opened(last, edited)


def is_unchanged(version: RegistryVersion, opened: Opened, *, force: bool) -> bool:
    """Whether there is nothing to read: same data, same watch file, and the last night went well."""
    return (
        not force
        and opened.last is not None
        and opened.last.is_latest
        and not opened.watch_edited
        and version.data_timestamp is not None
        and version.data_timestamp == opened.last.data_timestamp
    )


def read(
    order: Order, result: NightResult, client: Client, version: RegistryVersion
) -> tuple[Sweep, Landing]:
    """Walk the whole topic onto the disk."""
    client.renew_patience()
    folder = order.places.landing / result.run_id
    reading, landing = sweep(
        client, order.watch.query.parameters(), folder, before=version, page_size=order.settings.page_size
    )
    result.data_timestamp = reading.after.data_timestamp
    result.total_count, result.fetched = reading.total_count, reading.distinct
    return reading, landing


def prove(order: Order, result: NightResult, reading: Sweep, landing: Landing) -> Proof:
    """Decide whether the reading may be believed. Raises `RefusedError` with every reason when not."""
    with working.opened(order.places, order.settings.memory_limit) as con:
        known, missing = commit.missing_ids(con, landing)
        proof = night.prove(
            reading, known=known, missing=missing, expect=order.watch.expect, accepted=order.accept
        )
        ledger.finish_run(con, result.run_id, {"proof": proof.checks | {"reasons": list(proof.reasons)}})
    result.warnings += proof.warnings
    if not proof.trusted:
        msg = (
            f"The registry's answer was not trusted: {'; '.join(proof.reasons)}. Nothing was published; "
            'look at the registry, then run again or `mscwatch run --accept "REASON"`.'
        )
        raise RefusedError(msg)
    return proof


def store(
    order: Order, result: NightResult, opened: Opened, proof: Proof, landing: Landing, client: Client
) -> None:
    """Write the night in one transaction; before it nothing has happened, after it nothing can be lost."""
    circumstances = night.Circumstances(
        watch=order.watch,
        previous_night=(opened.last.data_timestamp or opened.last.started_at) if opened.last else None,
        watch_edited=opened.watch_edited,
        addresses=tuple(
            address for channel in channels_of(order.settings) for address in channel.addresses()
        ),
    )
    stamp = commit.Night(result.run_id, result.started_at, result.data_timestamp)
    with working.opened(order.places, order.settings.memory_limit) as con, working.transaction(con):
        written = commit.commit_night(con, landing, circumstances, stamp)
        result.new, result.changed, result.events = written.new, written.changed, dict(written.events)
        notice = night.summary_notice(circumstances, result.run_id, written.new)
        if notice:
            commit.owe_notice(con, notice, result.run_id, circumstances)
        result.outcome = Outcome.BASELINE if circumstances.is_baseline else Outcome.PUBLISHED
        working.set_meta(con, "watch", order.watch.name)
        working.set_meta(con, "watch_hash", order.watch.digest)
        working.set_meta(con, "watch_title", order.watch.title)
        working.set_meta(con, "banner", order.watch.banner)
        working.set_meta(con, "data_timestamp", str(result.data_timestamp or ""))
        ledger.finish_run(con, result.run_id, _row(result, client) | {"stored": written.stored})
        result.news = news(order, result, con, (notice,) if notice else ())
    log.info(
        "Committed: %d new, %d changed, %d event(s)%s.",
        result.new, result.changed, sum(result.events.values()), "" if proof.trusted else ", accepted",
    )  # fmt: skip


def news(
    order: Order, result: NightResult, con: working.Connection, notices: tuple[Notice, ...]
) -> Digest | None:
    """Tonight's news as one message, for whoever has no channel; None on a quiet night."""
    items = [
        item
        for item in ledger.news_items(con, "e.run_id = ?", [result.run_id])
        if night.is_told(item.event, item.trial.relevance, order.watch.alerts)
    ]
    if not items and not notices:
        return None
    return digest.compose(
        items,
        notices,
        title=order.watch.title,
        night=result.data_date,
        banner=order.watch.banner,
    )


def close(order: Order, result: NightResult, client: Client, outcome: Outcome) -> None:
    """Finish the row of a night that wrote nothing else."""
    result.outcome = outcome
    with working.opened(order.places, order.settings.memory_limit) as con:
        ledger.finish_run(con, result.run_id, _row(result, client))


def tell_owed(order: Order, result: NightResult, addressed: tuple[channels.Channel, ...]) -> int:
    """Send what is owed, tonight's and earlier nights'; how many messages were tried."""
    with working.opened(order.places, order.settings.memory_limit) as con:
        told = tell(con, addressed, order.watch, result.data_date)
    result.owed = told.still_owed
    if told.still_owed and result.error is None:
        result.error = StillOwedError(
            f"{told.still_owed} alert(s) are still owed: {'; '.join(told.errors)}. The next run tries again."
        )
    return told.attempts


def _row(result: NightResult, client: Client) -> dict[str, Any]:
    result.requests = client.traffic.requests
    return {
        "finished_at": datetime.now(UTC).replace(tzinfo=None),
        "outcome": result.outcome.value,
        "api_version": result.api_version or None,
        "data_timestamp": result.data_timestamp,
        "total_count": result.total_count,
        "fetched": result.fetched,
        "new": result.new,
        "changed": result.changed,
        "requests": client.traffic.requests,
        "bytes": client.traffic.bytes,
        "error": str(result.error) if result.error else None,
    }


def channels_of(settings: Settings) -> tuple[channels.Channel, ...]:
    """The channels that the settings switch on. Raises `ConfigError` for unusable ones."""
    return channels.configured(
        smtp_url=settings.smtp_url.get_secret_value(),
        email_from=settings.email_from,
        email_to=settings.email_to,
        slack_webhook_url=settings.slack_webhook_url.get_secret_value(),
    )


def client_of(settings: Settings) -> Client:
    """A registry client as the settings describe it."""
    return Client(
        settings.api_url,
        user_agent=user_agent(settings.user_agent, settings.contact),
        min_interval=settings.min_interval,
        timeout=settings.timeout,
        budget=settings.retry_budget,
    )
