"""The first step of a run: open the working file, replace it where it is broken, and begin the run."""

from __future__ import annotations

import logging

from mscwatch.errors import BrokenFileError
from mscwatch.pipeline import alarm, operator_notices
from mscwatch.pipeline.context import WRITTEN_OUTCOMES, RunContext, WarehouseState
from mscwatch.store import addresses, damage, decisions, ledger, publish, recovery, sql, working

log = logging.getLogger(__name__)


def recover(context: RunContext, error: BrokenFileError) -> None:
    """Put the published state in the place of the broken working file; the result's warnings say so.

    Raises `BrokenFileError` where nothing sound is published, `WarehouseError` where it cannot be put in place.
    """
    log.warning("%s", error)
    order = context.order
    recovery.restore_published(order.data_dir, order.settings.memory_limit)
    if notice := operator_notices.recovery_notice(order.data_dir):
        log.warning("%s", notice.summary)
        context.result.warnings.append(notice.summary)


def open_warehouse(context: RunContext) -> WarehouseState:
    """Begin the run in the ledger, unless it is there as published: then its working file broke afterwards.

    Raises `BrokenFileError` for a broken working file, `ConfigError` when the data directory belongs to another watch
    or the decisions cannot be read, and `WarehouseError` when the working file cannot be opened.
    """
    order, result = context.order, context.result
    addresses.remember_people(order.data_dir, context.routes.channels)
    damage.require_sound(order.data_dir)  # before anything is written into it
    with context.warehouse() as con:
        working.refuse_other_watch(sql.meta(con, "watch"), order.watch.name, order.data_dir.path)
        decided = decisions.load_or_restore(con, order.settings.decisions)
        last = ledger.last_trusted_run(con)
        is_resumed = ledger.outcome_of(con, result.run_id) in WRITTEN_OUTCOMES
        if not is_resumed:
            result.begin_again()
            result.run_id = ledger.next_run_id(con, result.run_id)
            ledger.begin_run(con, result.run_id, order.watch.name, result.started_at)
        ledger.explain_doubt(con)
        operator_notices.settle_addresses(con, context)
        if last and (notice := operator_notices.recovery_notice(order.data_dir)):
            operator_notices.notify(con, context, notice)
        alarm.record(con, context)
        digest = sql.meta(con, "watch_hash")
        edited = digest is not None and not order.watch.has_digest(digest)
        changed = decisions.apply(con, decided, order.watch.relevance.rules)
        behind = publish.is_behind(con, order.data_dir)
    alarm.clear(context)
    changed = changed if order.data_dir.published.exists() else 0
    return WarehouseState(last, edited, decided, changed, behind, is_resumed)
