"""Reads the registry's own history into the warehouse, trial by trial, as far as it was not read before.

Only on request. Each trial is one transaction, so the next reading goes on where one broke off.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mscwatch.changes.backfill import backfill
from mscwatch.clock import Clock
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.wiring import politeness
from mscwatch.record import nct_number
from mscwatch.registry.history import HistoryAnswer, HistoryClient, history_url
from mscwatch.store import ledger, review_claims, sql, working
from mscwatch.store.backfill import first_sight, note_answer, store_backfill, unread_trials
from mscwatch.store.data_dir import locked
from mscwatch.store.publish import publish_copy
from mscwatch.store.sql import Connection

log = logging.getLogger(__name__)


@dataclass(slots=True)
class HistoriesRead:
    """What a reading brought: trials by the registry's answer, what was written, and how many requests it took."""

    answers: Counter[HistoryAnswer] = field(default_factory=Counter)
    versions: int = 0
    events: int = 0
    reaches_back_to: date | None = None
    requests: int = 0


def read_histories(order: RunOrder, nct_ids: Sequence[str] = ()) -> HistoriesRead:
    """Read the history of these trials, or of all core and unsure ones in the watch whose history was never read.

    The published file is replaced at the end, also when the reading broke off after some trials. Raises
    `WarehouseError` before the first proven run, `MscwatchError` for a trial that no run has seen, `ConfigError` for
    a malformed number, an MSCWATCH_API_URL that tells no address of the history, or another watch's data directory,
    `LockedError` while a run is at work, and `NoAnswerError` when the registry gives no usable answer.
    """
    history = HistoryClient(history_url(order.settings.api_url), politeness(order.settings))
    numbers = [_number(text) for text in nct_ids]
    data_dir, done = order.data_dir, HistoriesRead()
    if not data_dir.working.exists():
        raise _too_early(order)
    with locked(data_dir):
        try:
            with working.open_warehouse(data_dir, order.settings.memory_limit) as con:
                working.refuse_other_watch(sql.meta(con, "watch"), order.watch.name, data_dir.path)
                _refuse_before_first_run(con, order)
                _read_all(con, history, unread_trials(con, numbers), done, order.clock)
                with sql.transaction(con):
                    review_claims.recompute(con)  # more is known of the registry at the review's date
        except BaseException:
            if done.answers:
                publish_copy(data_dir, order.settings.keep_published)
            raise
        publish_copy(data_dir, order.settings.keep_published)  # with what a killed reading left unpublished
    done.requests = history.traffic.requests
    return done


def backfill_sentence(done: HistoriesRead) -> str:
    """A reading in one line."""
    if not done.answers:
        return "No history to read: that of every trial asked for is in the warehouse."
    back = f" back to {done.reaches_back_to}" if done.reaches_back_to else ""
    sentence = (
        f"Read the history of {done.answers[HistoryAnswer.TOLD]} trial(s): {done.versions} earlier version(s){back}, "
        f"{done.events} event(s) before the watch began, which are not sent."
    )
    if unknown := done.answers[HistoryAnswer.NOT_FOUND]:
        sentence += f" The registry has no history of {unknown} trial(s)."
    if merged := done.answers[HistoryAnswer.FORWARDED]:
        sentence += f" {merged} trial(s) were merged into others."
    return sentence


def _read_all(
    con: Connection, history: HistoryClient, trials: Sequence[str], done: HistoriesRead, clock: Clock
) -> None:
    for number, nct_id in enumerate(trials, start=1):
        history.reset_retry_budget()
        first = first_sight(con, nct_id)
        reading = history.read(nct_id, until=first.observed_at.date())
        past = backfill(reading.versions, first) if reading.verdict is HistoryAnswer.TOLD else None
        with sql.transaction(con):
            if past:
                store_backfill(con, first, past)
            note_answer(con, nct_id, reading.verdict, clock(), reading.listed, past)
        done.answers[reading.verdict] += 1
        summary = f"no history ({reading.verdict.replace('_', ' ')})"
        if past:
            done.versions += len(past.versions)
            done.events += len(past.events)
            done.reaches_back_to = min(past.reaches_back_to, done.reaches_back_to or past.reaches_back_to)
            summary = f"{len(past.versions)} earlier version(s), back to {past.reaches_back_to}"
        log.info("%s (%d of %d): %s.", nct_id, number, len(trials), summary)


def _number(text: str) -> str:
    number = nct_number(text)
    if number is None:
        raise ConfigError(f"{text[:40]!r} is no NCT number. Give one like NCT02223897.")
    return number


def _refuse_before_first_run(con: Connection, order: RunOrder) -> None:
    if ledger.last_trusted_run(con) is None:
        raise _too_early(order)


def _too_early(order: RunOrder) -> WarehouseError:
    return WarehouseError(
        f"No night is in {order.data_dir.path} yet, and a history belongs to trials that a night has seen. "
        "Run `mscwatch run` first."
    )
