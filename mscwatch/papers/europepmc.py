"""What Europe PMC's search answers, read. Pure.

Source: the REST service 6.9 as recorded. Errors come with HTTP 200; texts hold inline HTML; only `resultType=core` has
abstracts, affiliations and lists of publication types.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from mscwatch.errors import NoAnswerError
from mscwatch.papers.model import Paper
from mscwatch.record import part
from mscwatch.vocabulary import PaperSource
from mscwatch.vocabulary.patterns import pattern_of

Item = TypeVar("Item")

LONGEST = 40_000  # characters of one text that are kept
MOST = 500  # authors or places of one paper
TAG = pattern_of(r"</?[a-zA-Z][^<>]{0,200}>")
RETRACTED = pattern_of(r"^retraction in$|^retracted publication$", re.IGNORECASE)
CORRECTS = pattern_of(
    r"^(?:erratum for|retraction of|partial retraction of|expression of concern for)$", re.IGNORECASE
)
PREPRINT_OF = pattern_of(r"^preprint of$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. `next_cursor` is None where the list ends with this page."""

    hit_count: int
    papers: tuple[Paper, ...]
    next_cursor: str | None
    unread: int = 0  # results without a title or an identifier


def read_page(content: Any, cursor: str) -> SearchPage:
    """The page that answers `cursor`. Raises `NoAnswerError` for an error body, or for another shape than the known."""
    if not isinstance(content, dict):
        raise _unusable("an answer that is no object", transient=True)
    if "errCode" in content or "error" in content:
        said = _line(content.get("errMsg") or content.get("error"))[:200]
        raise _unusable(f'the error "{said}"', transient=False)
    hit_count, listed = content.get("hitCount"), part(content, "resultList", "result")
    if type(hit_count) is not int or hit_count < 0 or not isinstance(listed, list):
        raise _unusable("an answer without a count or a list of results", transient=True)
    papers = [paper for item in listed if isinstance(item, dict) and (paper := _paper(item))]
    following = content.get("nextCursorMark")
    goes_on = bool(listed) and isinstance(following, str) and following not in {"", cursor}
    return SearchPage(hit_count, tuple(papers), following if goes_on else None, len(listed) - len(papers))


def plain_text(value: Any) -> str:
    """A text without markup, on one line: tags removed, entities read once."""
    return _line(TAG.sub(" ", html.unescape(TAG.sub(" ", str(value or "")[:LONGEST])))) if value else ""


def _paper(item: dict[str, Any]) -> Paper | None:
    """One result; None where it has no title or nothing that identifies it."""
    source, identifier = item.get("source"), _line(item.get("id"))
    pmid = _digits(item.get("pmid")) or (_digits(identifier) if source == "MED" else "")
    types, relations = tuple(_types(item)), list(_relations(item))
    paper = Paper(
        title=plain_text(item.get("title")).rstrip("."),
        pmid=pmid,
        pmcid=_line(item.get("pmcid")) if re.fullmatch(r"PMC\d{1,9}", _line(item.get("pmcid"))) else "",
        doi=doi_of(item.get("doi")),
        preprint_id=identifier if source == "PPR" and re.fullmatch(r"PPR\d{1,10}", identifier) else "",
        authors=tuple(_authors(item)),
        affiliations=tuple(dict.fromkeys(_affiliations(item))),
        journal=_journal(item),
        year=_year(item.get("pubYear")),
        published_on=_first_day(item),
        publication_types=types,
        abstract=plain_text(item.get("abstractText")),
        is_retracted=any(
            RETRACTED.match(kind) for kind in (*types, *(relation for relation, _ in relations))
        ),
        corrects=tuple(_pmids(relations, CORRECTS)),
        preprint_of=next(_pmids(relations, PREPRINT_OF), "") if source == "PPR" else "",
        source=PaperSource.EUROPEPMC,
    )
    return paper if paper.title and paper.paper_id else None


def doi_of(value: Any) -> str:
    """A DOI in small letters, without an address before it; empty for anything else."""
    text = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", _line(value), flags=re.IGNORECASE).lower()
    return text if re.fullmatch(r"10\.\d{4,9}/\S{1,200}", text) else ""


def _authors(item: dict[str, Any]) -> Iterator[str]:
    if listed := _inner(item, "authorList", "author", dict):
        for author in listed[:MOST]:
            if name := author.get("fullName") or author.get("collectiveName"):
                yield plain_text(name)
    else:
        names = plain_text(item.get("authorString")).rstrip(".")
        yield from (name for name in names.split(", ")[:MOST] if name)


def _affiliations(item: dict[str, Any]) -> Iterator[str]:
    for author in _inner(item, "authorList", "author", dict)[:MOST]:
        for place in _inner(author, "authorAffiliationDetailsList", "authorAffiliation", dict)[:20]:
            if text := plain_text(place.get("affiliation")):
                yield text


def _journal(item: dict[str, Any]) -> str:
    title = part(item, "journalInfo", "journal", "title") or item.get("journalTitle")
    return plain_text(title or part(item, "bookOrReportDetails", "publisher"))


def _types(item: dict[str, Any]) -> Iterator[str]:
    listed: list[Any] = _inner(item, "pubTypeList", "pubType", str) or [item.get("pubType")]
    yield from (plain_text(kind) for kind in listed if isinstance(kind, str))


def _relations(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How other papers stand to this one, each with its PMID; empty for one without."""
    for entry in _inner(item, "commentCorrectionList", "commentCorrection", dict):
        pmid = _digits(entry.get("id")) if entry.get("source", "MED") == "MED" else ""
        yield plain_text(entry.get("type")), pmid


def _pmids(relations: list[tuple[str, str]], wanted: re.Pattern[str]) -> Iterator[str]:
    return (pmid for relation, pmid in relations if pmid and wanted.match(relation))


def _first_day(item: dict[str, Any]) -> date | None:
    printed = part(item, "journalInfo", "printPublicationDate")
    stated = (item.get("firstPublicationDate"), item.get("electronicPublicationDate"), printed)
    return min((day for day in map(_day, stated) if day), default=None)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _year(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"(?:1[89]|20)\d\d", text) else None


def _inner(item: dict[str, Any], outer: str, inner: str, kind: type[Item]) -> list[Item]:
    """The items of a kind in a list that is wrapped in an object, as the service nests them."""
    value = part(item, outer, inner)
    return [each for each in value if isinstance(each, kind)] if isinstance(value, list) else []


def _digits(value: Any) -> str:
    """A PMID: up to eight digits without leading zeros; empty for anything else."""
    text = str(value).strip().lstrip("0") if isinstance(value, str | int) else ""
    return text if re.fullmatch(r"[1-9]\d{0,8}", text) else ""


def _line(value: Any) -> str:
    if not isinstance(value, str | int):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(value)[:LONGEST])
    return " ".join(printable.split())


def _unusable(what: str, *, transient: bool) -> NoAnswerError:
    return NoAnswerError(f"Europe PMC gave {what}. Nothing of this search was kept.", transient=transient)
