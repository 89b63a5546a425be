"""The last steps of a run: it is published or closed, told, printed, exported; each a function of `RunContext`."""

from __future__ import annotations

import logging

from mscwatch import digest
from mscwatch.changes import plan
from mscwatch.channels import heartbeat
from mscwatch.errors import ChannelError, MscwatchError, StillOwedError, WarehouseError
from mscwatch.model import Digest
from mscwatch.pipeline import operator_notices
from mscwatch.pipeline.context import WRITTEN_OUTCOMES, RunContext, WarehouseState, run_row
from mscwatch.pipeline.delivery import deliver, note_unshown
from mscwatch.report import render_page
from mscwatch.store import conclusions, found_papers, ledger, news, remote, sql
from mscwatch.store.publish import publish_copy
from mscwatch.store.report import compiled_templates, page_is_behind, read_answers, write_page
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import RunOutcome

log = logging.getLogger(__name__)


def publish(context: RunContext) -> None:
    """Put a checked copy of the working file in place. Raises `WarehouseError` when that fails."""
    publish_copy(context.order.data_dir, context.order.settings.keep_published)


def report_is_due(context: RunContext) -> bool:
    """Whether the settings ask for the page and it is older than the published file, whoever published it."""
    return context.order.settings.report and page_is_behind(context.order.data_dir)


def report(context: RunContext) -> None:
    """Write the page of what is published. A failure is a warning, and the next run tries again."""
    try:
        page = render_page(*read_answers(context.order.data_dir), compiled_templates())
        write_page(context.order.data_dir.report, page)
    except Exception as error:  # noqa: BLE001  whatever it is: alerts were sent, and the run is good
        warning = f"The report was not written; an older one may be in its place: {error}"
        log.warning("%s", warning)
        context.result.warnings.append(warning)


def export(context: RunContext) -> None:
    """Bring the export up to the published file. A failure is a warning, and the next run tries again."""
    order = context.order
    if not order.data_dir.published.exists():
        return
    try:
        url, earlier = order.settings.export_url.get_secret_value(), order.settings.keep_published
        remote.refresh(order.data_dir, url, context.result.run_id, earlier)
    except MscwatchError as error:
        context.result.warnings.append(str(error))


def close(context: RunContext, outcome: RunOutcome) -> None:
    """Finish the row of a run that stored nothing, and notify the operator where an incident begins or ends."""
    context.result.outcome = outcome
    with context.warehouse() as con, sql.transaction(con):
        operator_notices.note_incident(con, context)
        ledger.finish_run(con, context.result.run_id, run_row(context))
        if outcome is RunOutcome.UNCHANGED:
            conclusions.refresh(con)  # perhaps a run was killed before it came to that
            operator_notices.note_decisions_without_effect(con, context)


def note_failure(context: RunContext, error: WarehouseError) -> None:
    """Put into the result an error that the working file could not take; what the run committed stays in the result."""
    result = context.result
    if result.outcome is RunOutcome.UNCHANGED:
        result.outcome = RunOutcome.FAILED
    if result.error is None or isinstance(result.error, StillOwedError):
        result.error = error
    elif str(error) != str(result.error):
        result.warnings.append(str(error))


def deliver_owed(context: RunContext) -> int:
    """Send what this run and earlier ones owe; what was owed to nobody is the result's `news`, to be printed.

    Returns the number of messages tried.
    """
    result = context.result
    with context.warehouse() as con:
        operator_notices.note_week(con, context)
        operator_notices.give_up(con, context)
        order, night = context.order, result.data_date
        sent = deliver(con, context.routes, order.watch, run_id=result.run_id, night=night, clock=order.clock)
        result.news = _news_to_print(con, context)
    result.owed = sent.still_owed
    if sent.still_owed and result.error is None:
        result.error = StillOwedError(f"{sent.still_owed} alert(s) are still owed: {'; '.join(sent.errors)}.")
    return sent.attempts


def must_publish_again(context: RunContext, state: WarehouseState, messages_tried: int) -> bool:
    """Whether the published file is to be replaced once more after telling (contract, section 6, "Nights").

    A night that published does so for its deliveries. An unchanged night does so only for what an earlier run or
    version wrote and did not publish, and for decisions of people; a refused or failed one never.
    """
    if context.result.outcome in WRITTEN_OUTCOMES:
        return messages_tried > 0
    is_late = state.is_behind or state.readings_changed > 0
    return is_late and context.result.outcome is RunOutcome.UNCHANGED


def ping_monitor(context: RunContext) -> None:
    """Call the monitor after a good run, even if an alert is owed. A failure is a warning."""
    if context.result.outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}:
        return
    try:
        heartbeat.ping(context.order.settings.heartbeat_url.get_secret_value())
    except ChannelError as error:
        context.result.warnings.append(str(error))
        log.warning("%s", error)


def note_printed(context: RunContext) -> None:
    """Note that the news in the result are printed: the run has come to its end, and whoever called it shows them."""
    with context.warehouse() as con:
        ledger.mark_printed(con)


def _news_to_print(con: Connection, context: RunContext) -> Digest | None:
    """What runs without a channel found and nobody was shown, as one message; None when there is nothing."""
    watch, result = context.order.watch, context.result
    runs = ledger.runs_to_print(con)
    found, notices = news.news_of_runs(con, runs)
    items = plan.alerts_among(found, watch.alerts)
    for item in items:
        if item.problem:
            note_unshown(con, item, result.run_id, context.routes.operator)
    if not items and not notices:
        if runs:
            ledger.mark_printed(con)  # there is nothing to print of them, tonight or later
        return None
    return digest.compose(
        items,
        notices,
        title=watch.title,
        night=result.data_date,
        banner=watch.banner,
        page_url=context.order.settings.page_url,
        waiting=found_papers.waiting(con),
    )
