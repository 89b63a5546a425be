"""Clients of Europe PMC and of PubMed's E-utilities. What their answers mean is decided in `mscwatch.papers`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from requests import codes

from mscwatch.papers.europepmc import read_page
from mscwatch.papers.full_text import numbers_in_full_text
from mscwatch.papers.model import Paper
from mscwatch.papers.pubmed import FoundNumbers, read_articles, read_search
from mscwatch.papers.search import SearchFacts
from mscwatch.registry.http import Politeness, PoliteSession

PAGE = 1_000  # results: the most that Europe PMC gives at once
MOST_PAGES = 5
ARTICLES_AT_ONCE = 200  # PMIDs in one `efetch`
MOST_HITS = 10_000  # PMIDs in one `esearch`


class EuropePmc(PoliteSession):
    """Europe PMC's search, and the full texts of its open papers."""

    service = "Europe PMC"
    address_setting = "MSCWATCH_EUROPEPMC_URL"

    def search(self, query: str) -> tuple[list[Paper], SearchFacts]:
        """All papers of a query, each once, with what is needed to prove it. Raises `NoAnswerError`.

        A list longer than five pages is left unended, which the proof refuses.
        """
        papers: dict[str, Paper] = {}
        counts: list[int] = []
        unread, cursor = 0, "*"
        for _ in range(MOST_PAGES):
            page = read_page(self.ask("/search", self._parameters(query, cursor)).json, cursor)
            papers |= {paper.paper_id: paper for paper in page.papers}
            counts.append(page.hit_count)
            unread += page.unread
            if page.next_cursor is None or len(papers) + unread >= page.hit_count:
                cursor = ""
                break
            cursor = page.next_cursor
        facts = SearchFacts(
            hit_counts=tuple(counts),
            pmids=frozenset(paper.pmid for paper in papers.values() if paper.pmid),
            distinct=len(papers) + unread,
            cursor_ended=not cursor,
            unread=unread,
        )
        return list(papers.values()), facts

    def count(self, query: str) -> int:
        """How many papers a query finds. Raises `NoAnswerError`."""
        parameters = self._parameters(query, "*") | {"pageSize": "1", "resultType": "idlist"}
        return read_page(self.ask("/search", parameters).json, "*").hit_count

    def numbers_in_full_text(self, pmcid: str) -> tuple[str, ...] | None:
        """The numbers in the methods of an open paper; None where its text is not open. Raises `NoAnswerError`."""
        answer = self.ask(f"/{pmcid}/fullTextXML", kind=bytes, verdicts={codes.not_found})
        return None if answer.status == codes.not_found else numbers_in_full_text(answer.body)

    def _parameters(self, query: str, cursor: str) -> dict[str, str]:
        return {
            "query": query,
            "format": "json",
            "resultType": "core",
            "pageSize": str(PAGE),
            "cursorMark": cursor,
            "synonym": "false",
        }


class PubMed(PoliteSession):
    """PubMed's `efetch` and `esearch`, which want to know the tool and a mail address."""

    service = "PubMed"
    address_setting = "MSCWATCH_PUBMED_URL"

    def __init__(
        self, base_url: str, politeness: Politeness, *, contact: str = "", api_key: str = "", **waits: Any
    ) -> None:
        super().__init__(base_url, politeness, **waits)
        self._who = {"tool": "mscwatch"}
        self._who |= {"email": contact} if contact else {}
        self._who |= {"api_key": api_key} if api_key else {}

    def articles(self, pmids: Sequence[str]) -> list[Paper]:
        """The papers of these PMIDs; one that PubMed does not know is missing. Raises `NoAnswerError`."""
        papers: list[Paper] = []
        for start in range(0, len(pmids), ARTICLES_AT_ONCE):
            some = ",".join(pmids[start : start + ARTICLES_AT_ONCE])
            parameters = self._who | {"db": "pubmed", "retmode": "xml", "id": some}
            papers += read_articles(self.ask("/efetch.fcgi", parameters, kind=bytes).body)
        return papers

    def declaring(self, query: str) -> FoundNumbers:
        """The PMIDs whose journals declared one of the numbers of a query. Raises `NoAnswerError`."""
        parameters = self._who | {"db": "pubmed", "retmode": "json", "retmax": str(MOST_HITS), "term": query}
        return read_search(self.ask("/esearch.fcgi", parameters).json)
