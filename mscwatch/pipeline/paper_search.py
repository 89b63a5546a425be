"""The search for papers, between commit and publish. Whatever happens to it, the night goes on."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mscwatch.changes import plan
from mscwatch.changes.publications import publication_found, publication_retracted
from mscwatch.digest import notices
from mscwatch.digest.subscriptions import wants
from mscwatch.model import Address, Delivery, Event
from mscwatch.paper_sources.nightly import SearchOrder, look_for_papers
from mscwatch.papers.judgement import Judgement, Topic, judge_paper
from mscwatch.papers.kind import kind_of
from mscwatch.papers.model import JudgedKind, Paper, TrialSketch
from mscwatch.papers.ranking import RankedPaper, rank_papers
from mscwatch.papers.search import Expectation
from mscwatch.pipeline import operator_notices, wiring
from mscwatch.pipeline.context import RunContext
from mscwatch.store import drafts, found_papers, ledger, paper_searches, publication_events, registry_ids, sql
from mscwatch.store.sql import Connection, insert, row_of
from mscwatch.vocabulary import REPORTING_KINDS, PaperKind, RunOutcome
from mscwatch.watch import Watch

log = logging.getLogger(__name__)


def search_papers(context: RunContext) -> None:
    """Look for papers, judge them, and raise the events of what counts since. A failure is a warning."""
    try:
        _search(context)
    except Exception as error:  # noqa: BLE001  whatever it is: the night is committed, and is published all the same
        warning = f"Papers were not searched: {error}"
        log.warning("%s", warning)
        context.result.warnings.append(warning)


def _search(context: RunContext) -> None:
    order, result = context.order, context.result
    asks = order.settings.papers_are_asked and bool(order.watch.papers.query)
    if not asks:
        with context.warehouse() as con, sql.transaction(con):
            _raise_events(con, context, is_first=False)
        return
    with context.warehouse() as con:
        search_order = search_order_of(con, order.watch, result.started_at)
        before, trials = paper_searches.nights_before(con), found_papers.sketches(con)
    sources = wiring.paper_sources(order.settings)
    harvest = look_for_papers(sources, search_order)
    result.work_seconds -= sources.seconds  # the whole step is added to it
    judged = judge_all(harvest.papers, trials)
    with context.warehouse() as con, sql.transaction(con):
        new = store_judged(con, judged, result.run_id, result.started_at)
        rows = map(row_of, harvest.asked)
        paper_searches.note_search(con, result.run_id, result.started_at, rows, new)
        if not before.any_searched:
            operator_notices.notify(con, context, notices.papers_begin(order.watch.name))
        if not harvest.is_proven and not before.last_went_wrong:
            operator_notices.notify(con, context, notices.papers_not_trusted(result.run_id, harvest.problem))
        _raise_events(con, context, is_first=harvest.is_proven and not before.any_proven)
    if not before.any_searched:
        result.warnings.append(notices.papers_begin(order.watch.name).summary)
    if harvest.problem:
        result.warnings.append(f"The search for papers was not trusted: {harvest.problem}")
    log.info("Papers: %d read, %d new, %d request(s).", len(harvest.papers), new, sources.requests)


@dataclass(frozen=True, slots=True)
class JudgedPaper:
    """A paper with its kind, the trials that it may report, on what each of these was judged (a hash), and its row."""

    paper: Paper
    kind: JudgedKind
    links: list[Judgement]
    seen: dict[str, str]
    draft: drafts.Draft | None = None


def judge_all(papers: Sequence[Paper], trials: Sequence[TrialSketch]) -> list[JudgedPaper]:
    """The kind of each paper, the trials of the topic that it may report, and the row that it drafts. Pure."""
    kinds = [kind_of(paper) for paper in papers]
    may_report = [number for number, kind in enumerate(kinds) if kind.kind in REPORTING_KINDS]
    ranked: dict[int, dict[str, RankedPaper]] = defaultdict(dict)
    for nct_id, best in rank_papers(trials, [papers[number] for number in may_report]).items():
        for candidate in best:
            ranked[may_report[candidate.paper]][nct_id] = candidate
    topic = Topic(trials)
    judged = []
    for number, (paper, kind) in enumerate(zip(papers, kinds, strict=True)):
        links = judge_paper(paper, kind.kind, topic, ranked[number])
        seen = {link.nct_id: _seen(paper, topic.trials[link.nct_id]) for link in links}
        judged.append(JudgedPaper(paper, kind, links, seen, drafts.read_draft(paper, kind.kind)))
    return judged


def store_judged(con: Connection, judged: Sequence[JudgedPaper], run_id: str, seen_at: datetime) -> int:
    """Write papers, links, numbers and drafts within the caller's transaction; returns how many papers are new."""
    new = found_papers.store_papers(con, ((item.paper, item.kind) for item in judged), run_id, seen_at)
    links = {item.paper.paper_id: item.links for item in judged if item.links}
    seen = {(nct_id, item.paper.paper_id): mark for item in judged for nct_id, mark in item.seen.items()}
    found_papers.store_links(con, links, seen, run_id, seen_at)
    registry_ids.store_numbers(con, [item.paper for item in judged])
    drafts.store_drafts(con, (item.draft for item in judged if item.draft), seen_at)
    found_papers.refresh(con)
    return new


def search_order_of(con: Connection, watch: Watch, now: datetime) -> SearchOrder:
    """What a search of the watch's topic starts from."""
    expect = Expectation(" ".join(watch.papers.query.split()), watch.papers.min, watch.papers.sentinels)
    return SearchOrder(
        expect,
        paper_searches.last_proven(con),
        numbers=tuple(registry_ids.topic_numbers(con)),
        known=frozenset(found_papers.pmids(con, "told_by_pubmed")),
        waiting=tuple(found_papers.pmids(con, "NOT told_by_pubmed")),
        watched=tuple(found_papers.watched_pmids(con)),
        turn=paper_searches.searches_before(con),
        texts_read=paper_searches.texts_read(con),
        texts_closed=paper_searches.texts_closed(con, now),
    )


def _seen(paper: Paper, trial: TrialSketch) -> str:
    """A hash of what a pair was judged on."""
    record = repr((trial.titles, trial.enrollment, trial.started_on, trial.ended_on, sorted(trial.numbers)))
    return hashlib.sha256(f"{found_papers.content_hash(paper)} {record}".encode()).hexdigest()[:20]


def _raise_events(con: Connection, context: RunContext, *, is_first: bool) -> None:
    """Raise what counts now and did not before. What the first search finds is told in one summary."""
    result, watch = context.result, context.order.watch
    is_first = is_first or result.outcome is RunOutcome.BASELINE
    found = [
        publication_found(
            *row[:2],
            row[2] or "",
            PaperKind(row[3]).in_words,
            row[4],
            row[5],
            is_baseline=is_first and row[4] is not None,  # what a person accepted is always news
        )
        for row in publication_events.newly_counting(con)
    ]
    retracted = [publication_retracted(*row) for row in publication_events.newly_retracted(con)]
    publication_events.note_retractions(con)
    publication_events.lower_what_was_known(con, result.run_id)
    events = publication_events.not_raised_yet(con, [*found, *retracted])
    stamp = {"run_id": result.run_id, "observed_at": result.started_at}
    insert(con, "events", (row_of(event) | stamp for event in events))
    for event in events:
        result.events[event.kind.value] = result.events.get(event.kind.value, 0) + 1
    ledger.enqueue(con, _deliveries(con, events, watch, context.routes.news))
    if is_first and (summed := sum(event.is_baseline for event in events)):
        notice = notices.papers_found(result.run_id, summed)
        ledger.enqueue_notice(con, notice, result.run_id, context.routes.news)


def _deliveries(
    con: Connection, events: Sequence[Event], watch: Watch, addresses: Sequence[Address]
) -> list[Delivery]:
    told = []
    for event in events:
        relevance, group, area = publication_events.standing(con, event.nct_id)
        if plan.is_alert(event, relevance, area, watch.alerts):
            told += [
                Delivery(event.event_id, address)
                for address in addresses
                if wants(address, event, group, watch.subscriptions)
            ]
    return told
