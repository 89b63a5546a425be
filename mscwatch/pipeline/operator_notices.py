"""Notices that a night owes beside its events, and what becomes of addresses that refuse: decided in `notices`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mscwatch.digest import notices
from mscwatch.model import Issue, Notice
from mscwatch.pipeline.context import RunContext
from mscwatch.store import addresses, ledger
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import RunOutcome

NIGHTS_OWED = 30  # then an alert is given up (contract, section 6, "Telling")


def settle_addresses(con: Connection, context: RunContext) -> None:
    """Bring what earlier nights noted of addresses to today's settings: a changed setting is tried again."""
    routes, successors = context.routes, context.routes.successors()
    addresses.move(con, successors)
    again = []
    for one in addresses.switched_off(con).values():
        if one.address not in routes.channels:
            addresses.switch_on(con, [one.address])
            again += [successors[one.address.channel]] if one.address.channel in successors else []
        elif routes.channels[one.address].setting != one.setting:
            addresses.switch_on(con, [one.address])
            again.append(one.address)
    if again:
        because = "its setting changed"
        _tell_operator(con, context, notices.channel_on(context.result.run_id, again, because))


def note_incident(con: Connection, context: RunContext) -> None:
    """The operator hears of a refused, failed or missing night once, and once when it is over."""
    result, last = context.result, ledger.last_trusted_run(con)
    said = notices.incident(
        result.run_id,
        result.watch,
        result.outcome,
        str(result.error),
        is_open=ledger.incident_is_open(con),
    )
    if said is None and last:
        limit = context.order.settings.late_after
        said = notices.late(result.watch, last.started_at, result.started_at, limit, result.outcome)
    if said:
        _tell_operator(con, context, said)


def note_drift(con: Connection, context: RunContext, drifted: list[Issue]) -> None:
    """Keep what moved in the registry's vocabulary, and tell the operator in one notice."""
    if drifted:
        result = context.result
        ledger.note_issues(con, drifted, result.run_id)
        _tell_operator(con, context, notices.drift(result.run_id, result.api_version, drifted))


def recovery_notice(data_dir: DataDir) -> Notice | None:
    """What there is to say of a broken working file; None where none is kept."""
    if not data_dir.broken.exists():
        return None
    written = datetime.fromtimestamp(data_dir.broken.stat().st_mtime, UTC)
    return notices.working_file_recovered(str(data_dir.broken), written)


def note_recovery(con: Connection, context: RunContext) -> None:
    """The operator hears of a broken working file once, from whichever run comes to it."""
    if said := recovery_notice(context.order.data_dir):
        _tell_operator(con, context, said)


def note_week(con: Connection, context: RunContext) -> None:
    """Once a week, where it is wanted, everybody gets the last seven days counted."""
    watch, settings, result = context.order.watch, context.order.settings, context.result
    today = result.started_at.replace(tzinfo=UTC).astimezone(ZoneInfo(settings.timezone)).date()
    if result.outcome is RunOutcome.BASELINE or not notices.weekly_is_due(today, settings.weekly):
        return
    since = result.started_at - timedelta(days=7)
    events = ledger.events_since(con, since, watch.alerts.kinds, watch.alerts.relevance)
    week = notices.weekly(watch.name, watch.title, today, events, ledger.nights_since(con, since))
    ledger.enqueue_notice(con, week, result.run_id, context.routes.news)


def give_up(con: Connection, context: RunContext) -> None:
    """Stop trying what has been owed for too long, and say so to the operator."""
    for one in addresses.give_up(con, NIGHTS_OWED):
        said = notices.gave_up(one.address, one.count, NIGHTS_OWED, one.error, one.last_sent)
        _tell_operator(con, context, said)


def _tell_operator(con: Connection, context: RunContext, notice: Notice) -> None:
    reached = context.routes.operator_except(addresses.switched_off(con))
    ledger.enqueue_notice(con, notice, context.result.run_id, reached)
