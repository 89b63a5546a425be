"""The steps of a run from its first question to its commit, each a function of `RunContext`.

`pipeline.run` puts them in order; `pipeline.closing` has the steps that follow.
"""

from __future__ import annotations

import gc
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from mscwatch.changes import plan
from mscwatch.errors import RefusedError
from mscwatch.masking import masked
from mscwatch.model import Issue, Proof, RegistryVersion
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
from mscwatch.registry import api_drift
from mscwatch.registry.proof import prove_sweep
from mscwatch.registry.sweep import sweep
from mscwatch.store import commit, conclusions, ctgov, ledger, load, schema, sql
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import RunOutcome
from mscwatch.watches import review_topic

log = logging.getLogger(__name__)


@contextmanager
def _cycle_collector_off() -> Iterator[None]:
    """JSON holds no reference cycles, and looking for them doubles the time that parsing records takes."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def ask_version(context: RunContext) -> RegistryVersion:
    """Ask which API and which data set answer. Raises `NoAnswerError` when the registry gives no usable answer."""
    context.client.reset_retry_budget()
    version = context.client.version()
    context.result.api_version, context.result.data_timestamp = version.api_version, version.data_timestamp
    return version


def is_unchanged(version: RegistryVersion, state: WarehouseState, *, force: bool) -> bool:
    """Whether there is nothing to read: same data, same watch file, and the last run was trusted."""
    return (
        not force
        and state.last is not None
        and state.last.is_latest
        and not state.watch_edited
        and version.data_timestamp is not None
        and version.data_timestamp == state.last.data_timestamp
    )


@_cycle_collector_off()
def read(context: RunContext, version: RegistryVersion) -> SweepResult:
    """Read the whole topic onto the disk. Records whose bytes are as stored are not parsed, unless the run is forced.

    Raises `NoAnswerError`, `QueryRejectedError`, or `RefusedError` for an answer that cannot be a whole topic.
    """
    order, result, client = context.order, context.result, context.client
    client.reset_retry_budget()
    result.warnings += order.watch.query.warnings()
    with context.warehouse() as con:
        watched = commit.watched(con)
        known = {} if order.force else load.known_fingerprints(con)
    topic, landing = sweep(
        client,
        order.watch.query.parameters(),
        order.data_dir.landing / result.run_id,
        before=version,
        page_size=order.settings.page_size,
        known=known,
    )
    result.data_timestamp = topic.after.data_timestamp
    result.total_count, result.fetched = topic.total_count, topic.distinct
    missing = [trial for trial in watched if trial.nct_id not in landing.ids]
    return SweepResult(topic, landing, len(watched), missing)


def prove(context: RunContext, swept: SweepResult) -> Proof:
    """Decide whether what was read can be trusted. Raises `RefusedError`, with every reason, when it cannot."""
    proof = prove_sweep(
        swept.sweep,
        swept.landing.ids,
        known=swept.known,
        missing=[trial.nct_id for trial in swept.missing],
        expect=context.order.watch.expect,
        accepted=context.order.accept,
    )
    context.result.warnings += proof.warnings
    if not proof.trusted:
        with context.warehouse() as con:
            ledger.finish_run(con, context.result.run_id, {"proof": proof_row(context, proof, [])})
        accept = ' or `mscwatch run --accept "REASON"`' if proof.acceptable else ""
        raise RefusedError(
            f"The registry's answer was not trusted: {'; '.join(proof.reasons)}. Nothing was published; "
            f"look at the registry, then run again{accept}."
        )
    return proof


def look_up_missing(context: RunContext, swept: SweepResult) -> LookedUp:
    """Ask for each trial that the search no longer shows, by itself.

    Raises `NoAnswerError` when a lookup has no usable answer (an outage is never a verdict), and `RefusedError` when
    the registry's data moved meanwhile.
    """
    context.client.reset_retry_budget()
    lookups = [(trial, context.client.lookup(trial.nct_id)) for trial in swept.missing]
    if lookups and context.client.version() != swept.sweep.after:
        raise RefusedError(
            "The registry's data moved while it was asked for missing trials. Nothing was changed; run again later."
        )
    return lookups


def compare_vocabulary(context: RunContext, state: WarehouseState) -> list[Issue]:
    """The registry's values and fields that are new or gone, when its API version is not that of the last run."""
    return api_drift.find_drift(
        context.client,
        context.result.api_version,
        last_seen=state.last.api_version if state.last else None,
        mapped=ctgov.mapped_paths(),
    )


@_cycle_collector_off()
def store(
    context: RunContext,
    state: WarehouseState,
    swept: SweepResult,
    proof: Proof,
    lookups: LookedUp,
    drift: list[Issue],
) -> None:
    """Write the run in one transaction. Before it ends nothing is sent or published; after it nothing can be lost.

    What reads whole views follows with the file opened again, because DuckDB keeps in memory what a large run
    touched. If that fails, the data are stored all the same; the run counts as failed, and the next one reads again.
    """
    order, result = context.order, context.result
    plan_context = plan.PlanContext(
        watch=order.watch,
        previous_run=(state.last.data_timestamp or state.last.started_at) if state.last else None,
        watch_edited=state.watch_edited,
        addresses=context.routes.news,
        stamp=result.stamp,
        merged_into=frozenset(answer.target for _, answer in lookups if answer.target),
        decisions=state.decisions,
    )
    stamp = commit.RunStamp(result.run_id, result.started_at, result.data_timestamp)
    with context.warehouse() as con, sql.bulk_transaction(con):
        written = commit.commit_run(con, swept.landing, lookups, plan_context, stamp)
        result.new, result.changed, result.events = written.new, written.changed, dict(written.events)
        result.outcome = RunOutcome.BASELINE if plan_context.is_baseline else RunOutcome.PUBLISHED
        entered = (result.fetched or 0) if plan_context.is_baseline else written.new + written.back
        notice = plan.summary_notice(plan_context, result.run_id, entered, written.left)
        if notice:
            ledger.enqueue_notice(con, notice, result.run_id, context.routes.news)
        if not context.routes.news:
            ledger.owe_printing(con, result.run_id)
        operator_notices.note_incident(con, context)
        operator_notices.note_drift(con, context, drift)
        operator_notices.note_unread(con, context, swept.sweep.set_aside, written.failures)
        _note_facts(con, order, result)
        ledger.finish_run(
            con,
            result.run_id,
            run_row(context) | {"stored": written.stored, "proof": proof_row(context, proof, lookups)},
        )
    with context.warehouse() as con, sql.transaction(con):
        conclusions.refresh(con)
        operator_notices.note_decisions_without_effect(con, context)
    log.info(
        "Committed: %d new, %d changed, %d event(s).", result.new, result.changed, sum(result.events.values())
    )
    _delete_old_landings(order)


def _note_facts(con: Connection, order: RunOrder, result: RunResult) -> None:
    schema.show_review(con, shown=order.watch.review.table)
    facts = {
        "watch": order.watch.name,
        "watch_title": order.watch.title,
        "watch_hash": order.watch.digest,
        "review_topic": review_topic(order.watch),
        "banner": order.watch.banner,
        "source": masked(order.settings.api_url),
        "query": json.dumps(order.watch.query.parameters()),
        "data_timestamp": str(result.data_timestamp or ""),
    }
    sql.set_meta(con, facts)


def _delete_old_landings(order: RunOrder) -> None:
    """Delete the landed pages of all but the last runs. Folders are named by run, so names sort by time."""
    folders = sorted(path for path in order.data_dir.landing.iterdir() if path.is_dir())
    for folder in folders[: -order.settings.keep_landed]:
        shutil.rmtree(folder, ignore_errors=True)
