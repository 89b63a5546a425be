"""The first step of a run: open the working file, replace it where a kill broke it, and begin the run."""

from __future__ import annotations

import logging

from mscwatch.errors import BrokenFileError
from mscwatch.pipeline import operator_notices
from mscwatch.pipeline.context import RunContext, WarehouseState
from mscwatch.store import decisions, ledger, publish, recovery, working

log = logging.getLogger(__name__)


def open_warehouse(context: RunContext) -> WarehouseState:
    """Begin the run in the ledger; the published state first takes the place of a broken working file.

    Raises `ConfigError` when the data directory belongs to another watch or the decisions cannot be read, and
    `WarehouseError` when the working file cannot be opened or recovered.
    """
    try:
        return _begun(context)
    except BrokenFileError as error:
        log.warning("%s", error)
    recovery.restore_published(context.order.data_dir)
    if notice := operator_notices.recovery_notice(context.order.data_dir):
        log.warning("%s", notice.summary)
        context.result.warnings.append(notice.summary)
    return _begun(context)


def _begun(context: RunContext) -> WarehouseState:
    order, result = context.order, context.result
    with context.warehouse() as con:
        working.refuse_other_watch(working.meta(con, "watch"), order.watch.name, order.data_dir.path)
        decided = decisions.load_or_restore(con, order.settings.decisions)
        last = ledger.last_trusted_run(con)
        ledger.begin_run(con, result.run_id, order.watch.name, result.started_at)
        ledger.explain_doubt(con)
        operator_notices.settle_addresses(con, context)
        if last:
            operator_notices.note_recovery(con, context)
        digest = working.meta(con, "watch_hash")
        edited = digest is not None and not order.watch.has_digest(digest)
        changed = decisions.apply(con, decided, order.watch.relevance.rules)
        behind = publish.is_behind(con, order.data_dir)
        return WarehouseState(
            last, edited, decided, changed if order.data_dir.published.exists() else 0, behind
        )
