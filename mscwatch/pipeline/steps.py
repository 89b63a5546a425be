"""The steps of a night after its opening, each a function of `RunContext`; `run` puts them in order."""

from __future__ import annotations

import json
import logging
import shutil

from mscwatch import digest
from mscwatch.changes import plan
from mscwatch.channels import heartbeat
from mscwatch.errors import ChannelError, MscwatchError, RefusedError, StillOwedError
from mscwatch.model import Digest, Issue, Notice, Proof, RegistryVersion
from mscwatch.pipeline import operator_notices
from mscwatch.pipeline.context import (
    LookedUp,
    RunContext,
    RunOrder,
    RunResult,
    SweepResult,
    WarehouseState,
    proof_row,
    run_row,
)
from mscwatch.pipeline.delivery import deliver
from mscwatch.registry import api_drift
from mscwatch.registry.proof import prove_sweep
from mscwatch.registry.sweep import sweep
from mscwatch.report import render_page
from mscwatch.store import commit, ctgov, decisions, ledger, load, news, remote, review_claims, working
from mscwatch.store.publish import publish_copy
from mscwatch.store.report import page_is_behind, read_answers, write_page
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import RunOutcome

log = logging.getLogger(__name__)


def ask_version(context: RunContext) -> RegistryVersion:
    """Which API and which data answer tonight."""
    context.client.reset_retry_budget()
    version = context.client.version()
    context.result.api_version, context.result.data_timestamp = version.api_version, version.data_timestamp
    return version


def is_unchanged(version: RegistryVersion, opened: WarehouseState, *, force: bool) -> bool:
    """Whether there is nothing to read: same data, same watch file, and the last night went well."""
    return (
        not force
        and opened.last is not None
        and opened.last.is_latest
        and not opened.watch_edited
        and version.data_timestamp is not None
        and version.data_timestamp == opened.last.data_timestamp
    )


def read(context: RunContext, version: RegistryVersion) -> SweepResult:
    """Walk the whole topic onto the disk; what is stored letter by letter is not read again, unless it is forced."""
    order, result, client = context.order, context.result, context.client
    client.reset_retry_budget()
    with context.warehouse() as con:
        watched = commit.watched(con)
        known = {} if order.force else load.known_fingerprints(con)
    found, landing = sweep(
        client,
        order.watch.query.parameters(),
        order.data_dir.landing / result.run_id,
        before=version,
        page_size=order.settings.page_size,
        known=known,
    )
    result.data_timestamp = found.after.data_timestamp
    result.total_count, result.fetched = found.total_count, found.distinct
    missing = [trial for trial in watched if trial.nct_id not in landing.ids]
    return SweepResult(found, landing, len(watched), missing)


def prove(context: RunContext, reading: SweepResult) -> Proof:
    """Decide whether the reading may be believed. Raises `RefusedError` with every reason when not."""
    proof = prove_sweep(
        reading.sweep,
        reading.landing.ids,
        known=reading.known,
        missing=[trial.nct_id for trial in reading.missing],
        expect=context.order.watch.expect,
        accepted=context.order.accept,
    )
    context.result.warnings += proof.warnings
    if not proof.trusted:
        _note_proof(context, proof, [])
        way_out = ' or `mscwatch run --accept "REASON"`' if proof.acceptable else ""
        msg = (
            f"The registry's answer was not trusted: {'; '.join(proof.reasons)}. Nothing was published; "
            f"look at the registry, then run again{way_out}."
        )
        raise RefusedError(msg)
    return proof


def ask_for_missing(context: RunContext, reading: SweepResult) -> LookedUp:
    """Ask for each trial that the search no longer shows, by itself; an outage is never a verdict."""
    context.client.reset_retry_budget()
    found = [(trial, context.client.lookup(trial.nct_id)) for trial in reading.missing]
    if found and context.client.version() != reading.sweep.after:
        msg = "The registry's data moved while it was asked for missing trials. Nothing was changed; run again later."
        raise RefusedError(msg)
    return found


def compare_vocabulary(context: RunContext, opened: WarehouseState) -> list[Issue]:
    """When the registry's API version is not the last night's: which of its values and fields are new or gone."""
    return api_drift.look(
        context.client,
        context.result.api_version,
        last_seen=opened.last.api_version if opened.last else None,
        mapped=ctgov.mapped_paths(),
    )


def store(
    context: RunContext,
    opened: WarehouseState,
    reading: SweepResult,
    proof: Proof,
    found: LookedUp,
    drifted: list[Issue],
) -> None:
    """Write the night; when its transaction ends nothing can be lost, before that nothing is told or published.

    What reads whole views follows with the file opened anew: what a large night touched stays in DuckDB's memory.
    Where that fails, the night is there all the same; the run is called failed, and the next one reads again.
    """
    order, result = context.order, context.result
    circumstances = plan.PlanContext(
        watch=order.watch,
        previous_night=(opened.last.data_timestamp or opened.last.started_at) if opened.last else None,
        watch_edited=opened.watch_edited,
        addresses=context.routes.news,
        stamp=result.stamp,
        merged_into=frozenset(one.target for _, one in found if one.target),
        screening=opened.decided.screening,
    )
    stamp = commit.RunStamp(result.run_id, result.started_at, result.data_timestamp)
    with context.warehouse() as con, working.transaction(con):
        written = commit.commit_run(con, reading.landing, found, circumstances, stamp)
        result.new, result.changed, result.events = written.new, written.changed, dict(written.events)
        result.outcome = RunOutcome.BASELINE if circumstances.is_baseline else RunOutcome.PUBLISHED
        entered = (result.fetched or 0) if circumstances.is_baseline else written.new + written.back
        notice = plan.summary_notice(circumstances, result.run_id, entered, written.left)
        notices = (notice,) if notice else ()
        for one in notices:
            ledger.enqueue_notice(con, one, result.run_id, context.routes.news)
        operator_notices.note_incident(con, context)
        operator_notices.note_drift(con, context, drifted)
        _note_facts(con, order, result)
        ledger.finish_run(
            con,
            result.run_id,
            run_row(context) | {"stored": written.stored, "proof": proof_row(context, proof, found)},
        )
    with context.warehouse() as con:
        with working.transaction(con):
            review_claims.refresh(con)
        result.news = _news(con, context, notices)
        result.warnings += [f"{order.settings.decisions}: {one}" for one in decisions.unknown_decisions(con)]
    log.info(
        "Committed: %d new, %d changed, %d event(s).", result.new, result.changed, sum(result.events.values())
    )
    _forget_old_landings(order)


def publish(context: RunContext) -> None:
    """Put a checked copy of the working file in place."""
    publish_copy(context.order.data_dir, context.order.settings.keep_published)


def report_is_due(context: RunContext) -> bool:
    """Whether the page is wanted and older than what is published, by this run or by any command since the last."""
    return context.order.settings.report and page_is_behind(context.order.data_dir)


def report(context: RunContext) -> None:
    """Write the page of what is published; a failure is a warning, and tried next time."""
    try:
        write_page(context.order.data_dir.report, render_page(*read_answers(context.order.data_dir)))
    except Exception as error:  # noqa: BLE001  whatever it is: people were told, and the night is good
        said = f"The report was not written, an older one may stand there: {error}"
        log.warning("%s", said)
        context.result.warnings.append(said)


def export(context: RunContext) -> None:
    """Bring the export at MSCWATCH_EXPORT_URL up to what is published; a failure is a warning, and tried next time."""
    order = context.order
    if not order.data_dir.published.exists():
        return
    try:
        url, earlier = order.settings.export_url.get_secret_value(), order.settings.keep_published
        remote.keep(order.data_dir, url, context.result.run_id, earlier)
    except MscwatchError as error:
        context.result.warnings.append(str(error))


def close(context: RunContext, outcome: RunOutcome) -> None:
    """Finish the row of a night that wrote nothing else, and tell the operator of an incident once."""
    context.result.outcome = outcome
    with context.warehouse() as con, working.transaction(con):
        operator_notices.note_incident(con, context)
        ledger.finish_run(con, context.result.run_id, run_row(context))
        if outcome is RunOutcome.UNCHANGED:
            review_claims.refresh(con)  # with a run that was killed before it came to that


def deliver_owed(context: RunContext) -> int:
    """Send what is owed, tonight's and earlier nights'; how many messages were tried (0 if nothing is published)."""
    result = context.result
    with context.warehouse() as con:
        operator_notices.note_week(con, context)
        operator_notices.give_up(con, context)
        told = deliver(
            con,
            context.routes,
            context.order.watch,
            run_id=result.run_id,
            night=result.data_date,
            clock=context.order.clock,
        )
    result.owed = told.still_owed
    if told.still_owed and result.error is None:
        result.error = StillOwedError(f"{told.still_owed} alert(s) are still owed: {'; '.join(told.errors)}.")
    return told.attempts if context.order.data_dir.published.exists() else 0


def ping_monitor(context: RunContext) -> None:
    """Tell the monitor of a good night, whoever else could not be told; that it does not answer is a warning."""
    if context.result.outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}:
        return
    try:
        heartbeat.ping(context.order.settings.heartbeat_url.get_secret_value())
    except ChannelError as error:
        context.result.warnings.append(str(error))
        log.warning("%s", error)


def _news(con: Connection, context: RunContext, notices: tuple[Notice, ...]) -> Digest | None:
    """Tonight's news as one message, for whoever has no channel; None on a quiet night."""
    watch, result = context.order.watch, context.result
    items = [
        item
        for item in news.news_items(con, "e.run_id = ?", [result.run_id])
        if plan.is_told(item.event, item.trial.relevance, watch.alerts)
    ]
    if not items and not notices:
        return None
    return digest.compose(items, notices, title=watch.title, night=result.data_date, banner=watch.banner)


def _note_facts(con: Connection, order: RunOrder, result: RunResult) -> None:
    facts = {
        "watch": order.watch.name,
        "watch_title": order.watch.title,
        "watch_hash": order.watch.digest,
        "banner": order.watch.banner,
        "source": remote.masked(order.settings.api_url),
        "query": json.dumps(order.watch.query.parameters()),
        "data_timestamp": str(result.data_timestamp or ""),
    }
    working.set_meta(con, facts)


def _note_proof(context: RunContext, proof: Proof, found: LookedUp) -> None:
    with context.warehouse() as con:
        ledger.finish_run(con, context.result.run_id, {"proof": proof_row(context, proof, found)})


def _forget_old_landings(order: RunOrder) -> None:
    """Keep the landed pages of the last nights; folders are named by run, so names sort by time."""
    folders = sorted(path for path in order.data_dir.landing.iterdir() if path.is_dir())
    for folder in folders[: -order.settings.keep_landed]:
        shutil.rmtree(folder, ignore_errors=True)
