"""Which papers of a search are one paper: an article and its preprint. Pure.

Europe PMC names the article in the preprint's entry ("Preprint of"), by its PMID.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from mscwatch.papers.model import Paper
from mscwatch.vocabulary import PaperSource


def join_preprints(papers: Iterable[Paper]) -> list[Paper]:
    """The papers, without the preprints whose article is among them.

    The article has their identifiers in `also`, and counts as told by Europe PMC, which tells of preprints.
    """
    papers = list(papers)
    articles = {paper.pmid for paper in papers if paper.pmid}
    preprints: dict[str, list[str]] = {}
    for paper in papers:
        if paper.preprint_of in articles:
            preprints.setdefault(paper.preprint_of, []).extend(paper.identifiers)
    return [
        _with(paper, preprints.get(paper.pmid, [])) for paper in papers if paper.preprint_of not in articles
    ]


def _with(paper: Paper, preprints: list[str]) -> Paper:
    also = tuple(dict.fromkeys((*paper.also, *preprints)))
    return replace(paper, also=also, source=PaperSource.EUROPEPMC) if preprints else paper


def to_ask_again(papers: Iterable[Paper], known: Container[str]) -> list[str]:
    """PMIDs about which these papers bring news: known ones that they retract or correct, and articles of preprints."""
    named: dict[str, None] = {}
    for paper in papers:
        named |= dict.fromkeys(pmid for pmid in paper.corrects if pmid in known)
        named |= dict.fromkeys(filter(None, [paper.preprint_of]))
    return list(named)
