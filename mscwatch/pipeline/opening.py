"""The first step of a night: the working file opened, mended where a killed run left it broken, and the run begun."""

from __future__ import annotations

import logging

from mscwatch.errors import BrokenFileError
from mscwatch.pipeline import operator_notices
from mscwatch.pipeline.context import RunContext, WarehouseState
from mscwatch.store import decisions, ledger, publish, recovery, working

log = logging.getLogger(__name__)


def open_warehouse(context: RunContext) -> WarehouseState:
    """Open the run in the ledger, where need be with the published state in the place of a broken working file.

    Raises `ConfigError` when the data directory belongs to another watch.
    """
    data_dir, result = context.order.data_dir, context.result
    try:
        return _opened(context)
    except BrokenFileError as error:
        log.warning("%s", error)
    recovery.put_published(data_dir)
    if said := operator_notices.recovery_notice(data_dir):
        log.warning("%s", said.summary)
        result.warnings.append(said.summary)
    return _opened(context)


def _opened(context: RunContext) -> WarehouseState:
    order, result = context.order, context.result
    with context.warehouse() as con:
        working.refuse_other_watch(working.meta(con, "watch"), order.watch.name, order.data_dir.path)
        told = decisions.in_force(con, order.settings.decisions)
        last = ledger.last_trusted_run(con)
        ledger.begin_run(con, result.run_id, order.watch.name, result.started_at)
        ledger.explain_doubt(con)
        operator_notices.settle_addresses(con, context)
        if last:
            operator_notices.note_recovery(con, context)
        edited = working.meta(con, "watch_hash") not in (None, order.watch.digest)
        changed = decisions.apply(con, told, order.watch.relevance.rules)
        behind = publish.is_behind(con, order.data_dir)
        return WarehouseState(last, edited, told, changed if order.data_dir.published.exists() else 0, behind)
