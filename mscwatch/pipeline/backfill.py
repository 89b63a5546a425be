"""Reading the registry's own history into the warehouse, trial by trial, as far as it has not been read.

Off unless somebody asks for it. Each trial is one transaction, so a reading that breaks off goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mscwatch.changes.backfill import backfill
from mscwatch.clock import Clock
from mscwatch.errors import ConfigError, MscwatchError, WarehouseError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.wiring import politeness
from mscwatch.registry.history import HistoryAnswer, HistoryClient, history_url
from mscwatch.registry.lookup import nct_number
from mscwatch.store import ledger, review_claims, working
from mscwatch.store.backfill import first_sight, keep_backfill, note_answer, unread_trials
from mscwatch.store.data_dir import locked
from mscwatch.store.publish import publish_copy
from mscwatch.store.sql import Connection

log = logging.getLogger(__name__)


@dataclass(slots=True)
class HistoriesRead:
    """What a reading of histories brought: trials by the registry's answer, and what was written of them."""

    answers: Counter[HistoryAnswer] = field(default_factory=Counter)
    versions: int = 0
    events: int = 0
    reaches_back_to: date | None = None
    requests: int = 0


def history_client(order: RunOrder) -> HistoryClient:
    """A client of the history as the settings describe it. Raises `ConfigError` where its address cannot be told."""
    return HistoryClient(history_url(order.settings.api_url), politeness(order.settings))


def read_histories(
    order: RunOrder, asked: Sequence[str] = (), history: HistoryClient | None = None
) -> HistoriesRead:
    """Read the history of these trials, or of all core and unsure ones in the watch that were never asked for.

    The published file is replaced at the end, also when the reading broke off after some trials. Raises
    `WarehouseError` before the first proven night, `MscwatchError` for a trial that no night has seen, `ConfigError`,
    `LockedError`, and `NoAnswerError` when the registry gives no usable answer.
    """
    history = history or history_client(order)
    numbers = [_number(text) for text in asked]
    data_dir, done = order.data_dir, HistoriesRead()
    if not data_dir.working.exists():
        raise _too_early(order)
    with locked(data_dir):
        try:
            with working.open_warehouse(data_dir, order.settings.memory_limit) as con:
                working.refuse_other_watch(working.meta(con, "watch"), order.watch.name, data_dir.path)
                _refuse_without_night(con, order)
                _read_all(con, history, unread_trials(con, numbers), done, order.clock)
                with working.transaction(con):
                    review_claims.recompute(con)  # the registry as of the review's date is known better now
        except BaseException:
            if done.answers:
                publish_copy(data_dir, order.settings.keep_published)
            raise
        publish_copy(data_dir, order.settings.keep_published)  # also what a killed reading left unpublished
    done.requests = history.traffic.requests
    return done


def backfill_sentence(done: HistoriesRead) -> str:
    """A reading in a line."""
    if not done.answers:
        return "No history to read: that of every trial asked for is in the warehouse."
    back = f" back to {done.reaches_back_to}" if done.reaches_back_to else ""
    said = (
        f"Read the history of {done.answers[HistoryAnswer.TOLD]} trial(s): {done.versions} earlier version(s){back}, "
        f"{done.events} event(s) before the watch began, told to nobody."
    )
    if unknown := done.answers[HistoryAnswer.NOT_FOUND]:
        said += f" The registry has none of {unknown} trial(s)."
    if merged := done.answers[HistoryAnswer.FORWARDED]:
        said += f" {merged} trial(s) were merged into others."
    return said


def _read_all(
    con: Connection, history: HistoryClient, trials: Sequence[str], done: HistoriesRead, clock: Clock
) -> None:
    for place, nct_id in enumerate(trials, start=1):
        history.reset_retry_budget()
        first = first_sight(con, nct_id)
        reading = history.read(nct_id, until=first.observed_at.date())
        found = backfill(reading.versions, first) if reading.verdict is HistoryAnswer.TOLD else None
        now = clock()
        with working.transaction(con):
            if found:
                keep_backfill(con, first, found)
            note_answer(con, nct_id, reading.verdict, now, reading.listed, found)
        done.answers[reading.verdict] += 1
        said = f"no history ({reading.verdict.replace('_', ' ')})"
        if found:
            done.versions += len(found.versions)
            done.events += len(found.events)
            done.reaches_back_to = min(found.reaches_back_to, done.reaches_back_to or found.reaches_back_to)
            said = f"{len(found.versions)} earlier version(s), back to {found.reaches_back_to}"
        log.info("%s (%d of %d): %s.", nct_id, place, len(trials), said)


def _number(text: str) -> str:
    number = nct_number(text)
    if number is None:
        msg = f"{text[:40]!r} is no NCT number. Give one like NCT02223897."
        raise ConfigError(msg)
    return number


def _refuse_without_night(con: Connection, order: RunOrder) -> None:
    if ledger.last_trusted_run(con) is None:
        raise _too_early(order)


def _too_early(order: RunOrder) -> MscwatchError:
    return WarehouseError(
        f"No night is in {order.data_dir.path} yet, and a history belongs to trials that a night has seen. "
        "Run `mscwatch run` first."
    )
