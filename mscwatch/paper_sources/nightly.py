"""One night's search for papers: two to six requests, proven or not kept. Nothing that it raises ends a night."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from mscwatch.errors import MscwatchError, NoAnswerError
from mscwatch.paper_sources.clients import ARTICLES_AT_ONCE, EuropePmc, PubMed
from mscwatch.paper_sources.full_texts import FullTexts, ask, needing, with_numbers
from mscwatch.papers.joining import join_preprints, to_ask_again
from mscwatch.papers.model import Paper
from mscwatch.papers.search import (
    Expectation,
    SearchFacts,
    SearchProof,
    declared_queries,
    number_queries,
    prove_search,
    topic_query,
)
from mscwatch.vocabulary import PaperSource, SearchOutcome

log = logging.getLogger(__name__)

LAST_START = 34.0  # seconds: no request begins later, so that the step ends within 60
MOST_NEW = 400  # papers that PubMed is asked for in one night: two requests
MOST_REQUESTS = 6  # of one night; what of them is left goes to full texts


@dataclass(frozen=True, slots=True)
class Sources:
    """The two clients."""

    europepmc: EuropePmc
    pubmed: PubMed

    @property
    def requests(self) -> int:
        return self.europepmc.traffic.requests + self.pubmed.traffic.requests

    @property
    def seconds(self) -> float:
        """Spent on asking, waits included."""
        return self.europepmc.traffic.seconds + self.pubmed.traffic.seconds


@dataclass(frozen=True, slots=True)
class SearchOrder:
    """What a night's search starts from."""

    expect: Expectation
    last_proven: date | None
    numbers: tuple[str, ...] = ()  # of the topic's trials
    known: frozenset[str] = frozenset()  # PMIDs that PubMed told of already
    waiting: tuple[str, ...] = ()  # PMIDs found earlier that PubMed did not tell of yet
    watched: tuple[str, ...] = ()  # PMIDs that count or wait: PubMed is asked in turn if they were retracted
    turn: int = 0  # how many searches came before: it chooses the batch of numbers
    texts_read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # numbers in full texts, by PMCID
    texts_closed: frozenset[str] = frozenset()  # PMCIDs whose text was not open of late
    most_requests: int = MOST_REQUESTS


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one source, as a row of `searches` tells it."""

    source: PaperSource
    subject: str  # topic, numbers, articles, full texts
    outcome: SearchOutcome
    hit_count: int | None = None
    fetched: int | None = None
    requests: int = 0
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a night's search found. `papers` is empty unless every question was proven."""

    papers: tuple[Paper, ...]
    asked: tuple[Asked, ...]

    @property
    def is_proven(self) -> bool:
        return all(question.outcome is SearchOutcome.PROVEN for question in self.asked)

    @property
    def problem(self) -> str:
        """What went wrong, in a sentence; empty when nothing did."""
        bad = [question for question in self.asked if question.outcome is not SearchOutcome.PROVEN]
        return "; ".join(str(reason) for question in bad for reason in question.proof.get("reasons", []))


class _Search:
    def __init__(self, sources: Sources, order: SearchOrder, clock: Callable[[], float]) -> None:
        self.sources, self.order, self.clock = sources, order, clock
        self.end = clock() + LAST_START
        self.asked: list[Asked] = []

    def put(
        self, source: PaperSource, subject: str, question: Callable[[], tuple[list[Paper], SearchProof]]
    ) -> list[Paper]:
        """Ask one question and note how it went. Raises `_NotProvenError` when it is not proven."""
        before = self.sources.requests
        try:
            if self.clock() > self.end:
                raise NoAnswerError("the time for papers was used up")
            papers, proof = question()
        except MscwatchError as error:
            late = self.clock() > self.end
            outcome = SearchOutcome.SKIPPED if late else SearchOutcome.FAILED
            self.note(source, subject, outcome, before, {"reasons": [str(error)]})
            raise _NotProvenError from error
        outcome = SearchOutcome.PROVEN if proof.trusted else SearchOutcome.REFUSED
        self.note(
            source, subject, outcome, before, proof.checks | {"reasons": list(proof.reasons)}, len(papers)
        )
        if not proof.trusted:
            raise _NotProvenError
        return papers

    def note(
        self,
        source: PaperSource,
        subject: str,
        outcome: SearchOutcome,
        before: int,
        proof: dict[str, Any],
        fetched: int | None = None,
    ) -> None:
        requests = self.sources.requests - before
        self.asked.append(Asked(source, subject, outcome, proof.get("hit_count"), fetched, requests, proof))


class _NotProvenError(Exception):
    """A question was not proven, so nothing of the night's search is kept."""


def look_for_papers(
    sources: Sources, order: SearchOrder, clock: Callable[[], float] = time.monotonic
) -> Harvest:
    """Search the topic and a batch of its trials' numbers; fetch what PubMed says of new papers, and some full texts.

    Nothing is raised for what the services do. A question that is not proven ends the search without a paper.
    """
    search = _Search(sources, order, clock)
    try:
        found = {paper.paper_id: paper for paper in _of_topic(search)}
        numbered = {paper.paper_id: paper for paper in _of_numbers(search)}
        found |= numbered
        articles = _articles(search, found.values(), _declaring(search))
    except _NotProvenError:
        return Harvest((), tuple(search.asked))
    told = [_joined(found.get(paper.paper_id), paper) for paper in articles if _tells(paper, found, order)]
    papers = list((found | {paper.paper_id: paper for paper in told}).values())
    read = _full_texts(search, needing(papers, {paper.pmcid for paper in numbered.values() if paper.pmcid}))
    papers = [with_numbers(paper, read) for paper in papers]
    return Harvest(tuple(join_preprints(papers)), tuple(search.asked))


def _tells(paper: Paper, found: Mapping[str, Paper], order: SearchOrder) -> bool:
    """Whether PubMed's entry is worth keeping: of a known paper, asked about again, an entry without abstract is not.

    What the paper was judged on may have come from Europe PMC, and would seem to have changed.
    """
    is_again = paper.pmid in order.known and paper.paper_id not in found
    return not is_again or bool(paper.abstract) or paper.is_retracted


def _of_topic(search: _Search) -> list[Paper]:
    order, europepmc = search.order, search.sources.europepmc
    whole = order.last_proven is None

    def question() -> tuple[list[Paper], SearchProof]:
        papers, facts = europepmc.search(topic_query(order.expect, order.last_proven))
        proof = prove_search(facts, expect=order.expect, whole=whole)
        if not whole and order.expect.min is not None and proof.trusted:
            everything = europepmc.count(order.expect.query)
            if everything < order.expect.min:
                reason = (
                    f"its whole query finds {everything} papers, fewer than the {order.expect.min} expected"
                )
                proof = replace(proof, reasons=(*proof.reasons, reason))
        return papers, proof

    return search.put(PaperSource.EUROPEPMC, "topic", question)


def _of_numbers(search: _Search) -> list[Paper]:
    query = _in_turn(number_queries(search.order.numbers), search.order.turn)
    if not query:
        return []

    def question() -> tuple[list[Paper], SearchProof]:
        found, facts = search.sources.europepmc.search(query)
        return found, prove_search(facts)

    return search.put(PaperSource.EUROPEPMC, "numbers", question)


def _declaring(search: _Search) -> list[str]:
    """PMIDs whose journals declared a number of the topic."""
    pmids: list[str] = []
    query = _in_turn(declared_queries(search.order.numbers), search.order.turn)

    def question() -> tuple[list[Paper], SearchProof]:
        answer = search.sources.pubmed.declaring(query)
        pmids.extend(answer.pmids)
        distinct = len(set(answer.pmids))
        facts = SearchFacts((answer.count,), frozenset(answer.pmids), distinct, cursor_ended=True)
        return [], prove_search(facts)

    if query:
        search.put(PaperSource.PUBMED, "numbers", question)
    return pmids


def _articles(search: _Search, found: Collection[Paper], declared: Sequence[str]) -> list[Paper]:
    """What PubMed says of papers that are new, of those that were corrected, and of some that count or wait."""
    order = search.order
    new = [paper.pmid for paper in found if paper.pmid and paper.pmid not in order.known]
    new += [pmid for pmid in (*declared, *order.waiting) if pmid not in order.known]
    again = to_ask_again(found, {*order.known, *order.watched})
    # A paper that is known keeps PubMed's words: those of another source would pass for a change.
    known_again = [paper.pmid for paper in found if paper.pmid in order.known]
    wanted = list(dict.fromkeys((*again, *new, *known_again)))[:MOST_NEW]
    room = -len(wanted) % ARTICLES_AT_ONCE if wanted else ARTICLES_AT_ONCE
    start = order.turn * ARTICLES_AT_ONCE % max(1, len(order.watched))
    in_turn = [*order.watched[start:], *order.watched[:start]][:room]
    asked = list(dict.fromkeys([*wanted, *in_turn]))
    if not asked:
        return []

    def question() -> tuple[list[Paper], SearchProof]:
        papers = search.sources.pubmed.articles(asked)
        # PubMed may lag behind Europe PMC, so some may be missing; knowing none of them is no answer
        reasons = () if papers else (f"PubMed knows none of {len(asked)} papers",)
        return papers, SearchProof(reasons, {"hit_count": len(asked)})

    return search.put(PaperSource.PUBMED, "articles", question)


def _full_texts(search: _Search, papers: Sequence[Paper]) -> Mapping[str, tuple[str, ...]]:
    """The numbers in the full texts of papers that need them, by PMCID: what is known, and what is asked now.

    What fails is asked again by the next search, and spoils nothing: the papers are known without it.
    """
    order, sources = search.order, search.sources
    known = order.texts_read.keys() | order.texts_closed
    wanted = list(dict.fromkeys(paper.pmcid for paper in papers if paper.pmcid not in known))
    start = order.turn % max(1, len(wanted))  # so that one that fails every night keeps no other waiting
    wanted = [*wanted[start:], *wanted[:start]]

    def may_go_on() -> bool:
        return sources.requests < order.most_requests and search.clock() <= search.end

    before = sources.requests
    texts = ask(sources.europepmc, wanted, may_go_on) if wanted and may_go_on() else FullTexts()
    if sources.requests > before:
        proof = {"wanted": len(wanted), "read": texts.read, "closed": texts.closed, "failed": texts.failed}
        search.note(PaperSource.EUROPEPMC, "full texts", SearchOutcome.PROVEN, before, proof, len(texts.read))
    return {**order.texts_read, **texts.read}


def _in_turn(queries: list[str], turn: int) -> str:
    """The one batch of numbers that a source is asked in this night; empty where there is none."""
    return queries[turn % len(queries)] if queries else ""


def _joined(europepmc: Paper | None, pubmed: Paper) -> Paper:
    """One paper from both sources: PubMed's own words, with what only Europe PMC has."""
    if europepmc is None:
        return pubmed
    return replace(
        pubmed,
        pmcid=pubmed.pmcid or europepmc.pmcid,
        doi=pubmed.doi or europepmc.doi,
        abstract=pubmed.abstract or europepmc.abstract,
        affiliations=pubmed.affiliations or europepmc.affiliations,
        published_on=min(filter(None, (pubmed.published_on, europepmc.published_on)), default=None),
        is_retracted=pubmed.is_retracted or europepmc.is_retracted,
        corrects=tuple(dict.fromkeys((*pubmed.corrects, *europepmc.corrects))),
        source=PaperSource.EUROPEPMC,
    )
