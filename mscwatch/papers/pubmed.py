"""What PubMed's E-utilities answer, read: `efetch` as XML, `esearch` as JSON. Pure.

Source: NLM's DTD of 2025 and recorded answers. Errors come with HTTP 200, and an HTML page can come where XML was
asked.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from mscwatch.errors import NoAnswerError
from mscwatch.papers.citation import MONTHS, latest_day
from mscwatch.papers.europepmc import doi_of, plain_text
from mscwatch.papers.model import Paper
from mscwatch.record import part
from mscwatch.vocabulary import PaperSource

CORRECTS = frozenset({"ErratumFor", "RetractionOf", "PartialRetractionOf", "ExpressionOfConcernFor"})
MOST = 500  # authors of one paper


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """An answer of `esearch`: the count of hits, and the PMIDs of this page."""

    count: int
    pmids: tuple[str, ...]


def read_articles(body: bytes) -> list[Paper]:
    """The articles of an `efetch` answer. Books are left out. Raises `NoAnswerError` for anything but articles."""
    root = _root(body)
    if (said := root.findtext(".//ERROR") or root.findtext(".//Error")) is not None:
        raise _unusable(f'the error "{plain_text(said)[:200]}"', transient=False)
    if root.tag != "PubmedArticleSet":
        raise _unusable(f"<{plain_text(root.tag)[:40]}> where articles were asked", transient=True)
    papers = (_paper(article) for article in root.iterfind("PubmedArticle"))
    return [paper for paper in papers if paper.title and paper.pmid]


def read_search(content: Any) -> FoundNumbers:
    """The answer of `esearch` (`retmode=json`).

    Raises `NoAnswerError` for an error body, and where PubMed dropped a phrase: then it searched for something else.
    A phrase that it knows in no paper counts as dropped only when other phrases were searched in its place.
    """
    result = part(content, "esearchresult")
    if not isinstance(result, dict):
        said = part(content, "error")
        raise _unusable(f'the error "{plain_text(said)[:200]}"' if said else "another shape", transient=True)
    if said := result.get("ERROR"):
        raise _unusable(f'the error "{plain_text(said)[:200]}"', transient=False)
    count, listed = str(result.get("count")), result.get("idlist")
    if not count.isdigit() or not isinstance(listed, list):
        raise _unusable("an answer without a count or a list", transient=True)
    if int(count) and (dropped := _dropped(result)):
        raise _unusable(f"hits for a query without {', '.join(dropped)[:200]}", transient=False)
    return FoundNumbers(
        int(count), tuple(pmid for pmid in map(str, listed) if re.fullmatch(r"[1-9]\d{0,8}", pmid))
    )


def _dropped(result: dict[str, Any]) -> list[str]:
    """Fields and quoted phrases that PubMed ignored. Numbers that it does not know are no hits, as they should be."""
    dropped = []
    for lists, keys in (
        ("errorlist", ("fieldsnotfound", "fieldnotfound")),
        ("warninglist", ("phrasesignored",)),
    ):
        for key in keys:
            listed = part(result, lists, key)
            dropped += [plain_text(phrase) for phrase in listed] if isinstance(listed, list) else []
    return dropped


def _root(body: bytes) -> Element:
    """The root of an XML answer. Entities that a document declares itself are refused, so none can unfold."""
    if b"<!ENTITY" in body[:100_000]:
        raise _unusable("XML that declares entities", transient=False)
    try:
        return ET.fromstring(body)  # noqa: S314  expat loads nothing from outside, and no entity is declared
    except ET.ParseError as error:
        what = "an HTML page" if b"<html" in body[:2_000].lower() else "truncated or invalid XML"
        raise _unusable(f"{what} where articles were asked", transient=True) from error


def _paper(article: Element) -> Paper:
    types = tuple(_all(article, "MedlineCitation/Article/PublicationTypeList/PublicationType"))
    corrections = [
        (entry.get("RefType", ""), (entry.findtext("PMID") or "").strip())
        for entry in article.iterfind("MedlineCitation/CommentsCorrectionsList/CommentsCorrections")
    ]
    ids = {
        entry.get("IdType"): (entry.text or "").strip()
        for entry in article.iterfind("PubmedData/ArticleIdList/ArticleId")
    }
    published = _published(article)
    return Paper(
        title=_one(article, "MedlineCitation/Article/ArticleTitle").rstrip("."),
        pmid=_one(article, "MedlineCitation/PMID"),
        pmcid=ids.get("pmc", "") if re.fullmatch(r"PMC\d{1,9}", ids.get("pmc", "")) else "",
        doi=doi_of(ids.get("doi")),
        authors=tuple(_authors(article)),
        affiliations=tuple(
            dict.fromkeys(
                _all(article, "MedlineCitation/Article/AuthorList/Author/AffiliationInfo/Affiliation")
            )
        )[:MOST],
        journal=_one(article, "MedlineCitation/Article/Journal/Title"),
        year=published.year if published else None,
        published_on=published,
        publication_types=types,
        abstract=" ".join(_abstract(article)),
        declared_numbers=tuple(
            _all(article, "MedlineCitation/Article/DataBankList/DataBank/AccessionNumberList/AccessionNumber")
        ),
        is_retracted="Retracted Publication" in types
        or any(kind == "RetractionIn" for kind, _ in corrections),
        corrects=tuple(pmid for kind, pmid in corrections if kind in CORRECTS and pmid.isdigit()),
        source=PaperSource.PUBMED,
        told_by_pubmed=True,
    )


def _authors(article: Element) -> Iterator[str]:
    for author in [*article.iterfind("MedlineCitation/Article/AuthorList/Author")][:MOST]:
        surname = _one(author, "LastName")
        name = f"{surname} {_one(author, 'Initials')}".strip() if surname else _one(author, "CollectiveName")
        if name:
            yield name


def _abstract(article: Element) -> Iterator[str]:
    """The parts of the abstract, each with its label."""
    for section in article.iterfind("MedlineCitation/Article/Abstract/AbstractText"):
        label, text = section.get("Label"), plain_text("".join(section.itertext()))
        if text:
            yield f"{plain_text(label)}: {text}" if label else text


def _published(article: Element) -> date | None:
    """The earliest day: electronic publication or the issue. A month alone is its last day."""
    places = ("MedlineCitation/Article/ArticleDate", "MedlineCitation/Article/Journal/JournalIssue/PubDate")
    days = [_day(entry) for place in places for entry in article.iterfind(place)]
    return min((day for day in days if day), default=None)


def _day(entry: Element) -> date | None:
    # In free text, such as "2000 Nov-Dec" or "1998 Dec-1999 Jan", the end counts.
    free = entry.findtext("MedlineDate") or ""
    stated = [*re.finditer(r"(?:1[89]|20)\d\d", entry.findtext("Year") or free)]
    if not stated:
        return None
    named = [word for word in re.findall(r"[A-Z][a-z]{2}", free[stated[-1].end() :]) if word in MONTHS]
    month = (entry.findtext("Month") or (named[-1] if named else "")).strip()
    return latest_day(int(stated[-1][0]), month, (entry.findtext("Day") or "").strip())


def _one(parent: Element, path: str) -> str:
    element = parent.find(path)
    return "" if element is None else plain_text("".join(element.itertext()))


def _all(parent: Element, path: str) -> Iterator[str]:
    for element in parent.iterfind(path):
        if text := plain_text("".join(element.itertext())):
            yield text


def _unusable(what: str, *, transient: bool) -> NoAnswerError:
    return NoAnswerError(f"PubMed gave {what}. Nothing of this search was kept.", transient=transient)
