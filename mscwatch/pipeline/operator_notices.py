"""Notices that a run enqueues beside its events, and addresses whose setting changed. `digest.notices` decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mscwatch.digest import notices
from mscwatch.model import Issue, Notice
from mscwatch.pipeline.context import RunContext
from mscwatch.store import addresses, ledger
from mscwatch.store.data_dir import DataDir
from mscwatch.store.decisions import stored
from mscwatch.store.sql import Connection
from mscwatch.store.without_effect import record_without_effect
from mscwatch.vocabulary import RunOutcome

NIGHTS_OWED = 30  # then an alert is given up (contract, section 6, "Telling")


def settle_addresses(con: Connection, context: RunContext) -> None:
    """Switch on again each address whose setting changed, and move what is owed at one that has a successor."""
    routes, successors = context.routes, context.routes.successors()
    addresses.move(con, successors)
    again = []
    for off in addresses.switched_off(con).values():
        if off.address not in routes.channels:
            addresses.switch_on(con, [off.address])
            again += [successors[off.address.channel]] if off.address.channel in successors else []
        elif routes.channels[off.address].setting != off.setting:
            addresses.switch_on(con, [off.address])
            again.append(off.address)
    if again:
        notify(con, context, notices.channel_on(context.result.run_id, again, "its setting changed"))


def note_incident(con: Connection, context: RunContext) -> None:
    """Notify once of an incident, once when it is over, and else of a gap without a good run."""
    result, last, is_open = context.result, ledger.last_trusted_run(con), ledger.incident_is_open(con)
    notice = notices.incident(result.run_id, result.watch, result.outcome, str(result.error), is_open=is_open)
    if notice is None and last:
        limit = context.order.settings.late_after
        notice = notices.late(result.watch, last.started_at, result.started_at, limit, result.outcome)
    if notice:
        notify(con, context, notice)


def note_drift(con: Connection, context: RunContext, drift: list[Issue]) -> None:
    """Store what moved in the registry's vocabulary, and notify in one message."""
    if drift:
        ledger.note_issues(con, drift, context.result.run_id)
        notify(con, context, notices.drift(context.result.run_id, context.result.api_version, drift))


def note_unread(
    con: Connection, context: RunContext, set_aside: Mapping[str, str], failures: Mapping[str, str]
) -> None:
    """Notify of the records that could not be read, when they are not those of the last run; and of failed rules."""
    found = []
    if set_aside.keys() - ledger.last_set_aside(con):
        found.append(notices.set_aside(context.result.run_id, set_aside))
    if failures:
        found.append(notices.rules_failed(context.result.run_id, failures))
    for notice in found:
        context.result.warnings.append(notice.summary)
        notify(con, context, notice)


def note_decisions_without_effect(con: Connection, context: RunContext) -> None:
    """Warn of decisions that find nothing to apply to, and notify once of each."""
    file, notice_id = str(context.order.settings.decisions), f"no_effect-{context.result.run_id}"
    idle, fresh = record_without_effect(con, stored(con), notice_id)
    if fresh:
        notify(con, context, notices.no_effect(notice_id, file, [str(one) for one in fresh]))
    context.result.warnings += [f"{file}: {one}" for one in idle]


def recovery_notice(data_dir: DataDir) -> Notice | None:
    """The notice of a broken working file that lies aside, or None; each run's is the same, so it is sent once."""
    if not data_dir.broken.exists():
        return None
    written = datetime.fromtimestamp(data_dir.broken.stat().st_mtime, UTC)
    return notices.working_file_recovered(str(data_dir.broken), written)


def note_week(con: Connection, context: RunContext) -> None:
    """Enqueue the weekly summary for every address, when the settings ask for one and it is due."""
    watch, settings, result = context.order.watch, context.order.settings, context.result
    today = result.started_at.replace(tzinfo=UTC).astimezone(ZoneInfo(settings.timezone)).date()
    if result.outcome is RunOutcome.BASELINE or not notices.weekly_is_due(today, settings.weekly):
        return
    since = result.started_at - timedelta(days=7)
    events = ledger.events_since(con, since, watch.alerts.kinds, watch.alerts.relevance)
    notice = notices.weekly(watch.name, watch.title, today, events, ledger.nights_since(con, since))
    ledger.enqueue_notice(con, notice, result.run_id, context.routes.news)


def give_up(con: Connection, context: RunContext) -> None:
    """Give up what was owed for too long, and notify of it."""
    for gone in addresses.give_up(con, NIGHTS_OWED):
        notice = notices.gave_up(gone.address, gone.count, NIGHTS_OWED, gone.error, gone.last_sent)
        notify(con, context, notice)


def notify(con: Connection, context: RunContext, notice: Notice) -> None:
    """Enqueue a notice at the operator's addresses that are not switched off."""
    reached = context.routes.operator_except(addresses.switched_off(con))
    ledger.enqueue_notice(con, notice, context.result.run_id, reached)
