"""Full texts of open papers that a search for numbers found, where title, abstract and DataBank name none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from mscwatch.errors import MscwatchError, NoAnswerError
from mscwatch.paper_sources.clients import EuropePmc
from mscwatch.papers.kind import kind_of
from mscwatch.papers.model import Paper
from mscwatch.papers.numbers import numbers_of
from mscwatch.vocabulary import REPORTING_KINDS

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FullTexts:
    """The full texts that a search asked for, by PMCID. What stands in neither was not asked, or gave no answer."""

    read: dict[str, tuple[str, ...]] = field(default_factory=dict)  # with the numbers in them
    closed: list[str] = field(default_factory=list)  # not open, or not an article
    failed: list[str] = field(default_factory=list)  # asked again by the next search


def needing(papers: Iterable[Paper], found_by_number: Collection[str]) -> list[Paper]:
    """The papers whose full text must say which trial they report: they may be results, and name no number."""
    return [
        paper
        for paper in papers
        if paper.pmcid in found_by_number
        and not numbers_of([paper.title, paper.abstract, *paper.declared_numbers])
        and kind_of(paper).kind in REPORTING_KINDS
    ]


def ask(europepmc: EuropePmc, pmcids: Iterable[str], may_go_on: Callable[[], bool]) -> FullTexts:
    """Ask for full texts, one after the other, as long as `may_go_on`. Raises nothing for what the service does."""
    texts = FullTexts()
    for pmcid in pmcids:
        if not may_go_on():
            break
        try:
            numbers = europepmc.numbers_in_full_text(pmcid)
        except MscwatchError as error:
            may_help = isinstance(error, NoAnswerError) and error.transient
            (texts.failed if may_help else texts.closed).append(pmcid)
            log.warning("The full text of %s was not read: %s", pmcid, error)
            continue
        if numbers is None:
            texts.closed.append(pmcid)
        else:
            texts.read[pmcid] = numbers
    return texts


def with_numbers(paper: Paper, read: Mapping[str, tuple[str, ...]]) -> Paper:
    """The paper with the numbers of its full text, where that was read."""
    return replace(paper, methods=" ".join(read[paper.pmcid])) if read.get(paper.pmcid) else paper
