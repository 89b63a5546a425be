"""A stand-in of the paper sources: Europe PMC's search and full texts, and PubMed's E-utilities, on loopback.

It knows no query language. A query of registration numbers alone finds the papers that name one of them; any other
query is taken for the topic's and finds all papers, within its bound of time (`FIRST_IDATE`), and `EXT_ID`s besides.

A paper is a JSON object: `title` (needed), `pmid`, `pmcid`, `doi`, `preprint_id`, `authors` (texts), `journal`, `year`,
`published_on`, `indexed_on` (the day from which a search for new papers finds it), `abstract`, `publication_types`
(texts), `declared_numbers` (texts), `full_text` (its methods, which a search for numbers sees; open where the paper has
a `pmcid`), `is_retracted`, `preprint_of` and `corrects` (PMIDs: of the article of a preprint, of what an erratum or a
retraction is about).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import orjson

from mscwatch.record import part
from mscwatch.replica.endpoints import Response
from mscwatch.replica.snapshot import json_lines

StandInPaper = Mapping[str, Any]

EUROPEPMC = "/europepmc/webservices/rest"
PUBMED = "/entrez/eutils"
NUMBERS = re.compile(r'"[^"]+"(?: OR "[^"]+")*')
FULL_TEXT = re.compile(rf"{EUROPEPMC}/(PMC\d{{1,9}})/fullTextXML")
DECLARED = re.compile(r'"([^"]+)"\[si\]')
SINCE = re.compile(r"FIRST_IDATE:\[(\d{4}-\d\d-\d\d) TO")
EXTERNAL = re.compile(r"EXT_ID:(\d+)")


def papers_from_ndjson(path: str | Path) -> list[StandInPaper]:
    """The papers of an NDJSON file. Raises `ValueError`, naming the line, for one that is no paper; `OSError`."""
    papers: list[StandInPaper] = []
    for place, _, paper in json_lines(path):
        if not isinstance(part(paper, "title"), str):
            raise ValueError(f"{place}: no paper with a title")  # noqa: TRY004
        papers.append(paper)
    return papers


def answer_for_papers(papers: Sequence[StandInPaper], path: str, query: Mapping[str, str]) -> Response | None:
    """The answer of one of the two services; None for another path."""
    if path == f"{EUROPEPMC}/search":
        return _json(_search(papers, query))
    if asked := FULL_TEXT.fullmatch(path):
        return _full_text(papers, asked[1])
    if path == f"{PUBMED}/esearch.fcgi":
        return _json(_declaring(papers, query))
    if path == f"{PUBMED}/efetch.fcgi":
        wanted = query.get("id", "").split(",")
        articles = "".join(_article(paper) for paper in papers if str(paper.get("pmid")) in wanted)
        body = f'<?xml version="1.0" ?>\n<PubmedArticleSet>{articles}</PubmedArticleSet>'
        return Response(200, {"Content-Type": "text/xml; charset=utf-8"}, body.encode())
    return None


def _search(papers: Sequence[StandInPaper], query: Mapping[str, str]) -> dict[str, Any]:
    asked = query.get("query", "").strip()
    size = int(query["pageSize"]) if query.get("pageSize", "").isdigit() else 25
    if not asked or not 1 <= size <= 1_000:  # noqa: PLR2004  as Europe PMC allows
        return {"errCode": 404, "errMsg": "No search criteria provided, or an invalid page size."}
    found = [paper for paper in papers if _matches(paper, asked)]
    start = int(cursor) if (cursor := query.get("cursorMark", "*")).isdigit() else 0
    page = found[start : start + size]
    following = str(start + len(page)) if page else cursor
    return {
        "version": "stand-in",
        "hitCount": len(found),
        "nextCursorMark": following,
        "request": {"queryString": asked, "cursorMark": cursor, "pageSize": size},
        "resultList": {"result": [_result(paper) for paper in page]},
    }


def _matches(paper: StandInPaper, asked: str) -> bool:
    if NUMBERS.fullmatch(asked):
        text = orjson.dumps(paper).decode().casefold()
        return any(number.casefold() in text for number in re.findall(r'"([^"]+)"', asked))
    if str(paper.get("pmid")) in EXTERNAL.findall(asked):
        return True
    since = SINCE.search(asked)
    return since is None or str(paper.get("indexed_on") or paper.get("published_on") or "") >= since[1]


def _result(paper: StandInPaper) -> dict[str, Any]:
    preprint = paper.get("preprint_id")
    identifier = preprint or paper.get("pmid") or paper.get("doi")
    result = {
        "id": str(identifier),
        "source": "PPR" if preprint else "MED" if paper.get("pmid") else "AGR",
        "title": f"{paper['title']}.",
        "authorString": ", ".join(paper.get("authors", [])) + ".",
        "authorList": {"author": [{"fullName": name} for name in paper.get("authors", [])]},
        "journalInfo": {"journal": {"title": paper.get("journal", "")}},
        "pubYear": str(paper.get("year", "")),
        "firstPublicationDate": paper.get("published_on"),
        "abstractText": paper.get("abstract", ""),
        "pubTypeList": {"pubType": paper.get("publication_types", [])},
    }
    if relations := [
        {"id": str(paper[key]), "source": "MED", "type": relation}
        for key, relation in (("preprint_of", "Preprint of"), ("corrects", "Retraction of"))
        if paper.get(key)
    ]:
        result["commentCorrectionList"] = {"commentCorrection": relations}
    return result | {key: str(paper[key]) for key in ("pmid", "pmcid", "doi") if paper.get(key)}


def _declaring(papers: Sequence[StandInPaper], query: Mapping[str, str]) -> dict[str, Any]:
    asked = set(DECLARED.findall(query.get("term", "")))
    known = [paper for paper in papers if paper.get("pmid")]
    found = [str(paper["pmid"]) for paper in known if asked & {*paper.get("declared_numbers", [])}]
    count = str(len(found))
    result: dict[str, Any] = {"count": count, "retmax": count, "retstart": "0", "idlist": found}
    if not found:
        result["errorlist"] = {"phrasesnotfound": sorted(asked), "fieldsnotfound": []}
    return {"header": {"type": "esearch", "version": "stand-in"}, "esearchresult": result}


def _full_text(papers: Sequence[StandInPaper], pmcid: str) -> Response:
    """The text of an open paper; an empty 404 for any other, as the service answers."""
    for paper in papers:
        if paper.get("pmcid") == pmcid and paper.get("full_text"):
            methods = f"{_tagged('title', 'Methods')}{_tagged('p', paper['full_text'])}"
            body = f'<?xml version="1.0" ?>\n<article><body><sec sec-type="methods">{methods}</sec></body></article>'
            return Response(200, {"Content-Type": "application/xml"}, body.encode())
    return Response(404, {}, b"")


def _article(paper: StandInPaper) -> str:
    authors = "".join(
        f"<Author><LastName>{escape(surname)}</LastName><Initials>{escape(initials)}</Initials></Author>"
        for surname, _, initials in (name.rpartition(" ") for name in paper.get("authors", []))
    )
    types = list(paper.get("publication_types", []))
    types += ["Retracted Publication"] if paper.get("is_retracted") else []
    numbers = "".join(_tagged("AccessionNumber", number) for number in paper.get("declared_numbers", []))
    bank = f"<DataBankList><DataBank><AccessionNumberList>{numbers}</AccessionNumberList></DataBank></DataBankList>"
    published = str(paper.get("published_on") or paper.get("year") or "").split("-")
    day = "".join(map(_tagged, ("Year", "Month", "Day"), published))
    ids = "".join(
        f'<ArticleId IdType="{kind}">{escape(str(paper[key]))}</ArticleId>'
        for kind, key in (("pubmed", "pmid"), ("doi", "doi"), ("pmc", "pmcid"))
        if paper.get(key)
    )
    return (
        f"<PubmedArticle><MedlineCitation>{_tagged('PMID', paper['pmid'])}<Article>"
        f"<Journal>{_tagged('Title', paper.get('journal', ''))}<JournalIssue><PubDate>{day}</PubDate></JournalIssue>"
        f"</Journal>{_tagged('ArticleTitle', paper['title'])}"
        f"<Abstract>{_tagged('AbstractText', paper.get('abstract', ''))}</Abstract>"
        f"<AuthorList>{authors}</AuthorList>{bank if numbers else ''}"
        f"<PublicationTypeList>{''.join(_tagged('PublicationType', kind) for kind in types)}</PublicationTypeList>"
        f"</Article></MedlineCitation><PubmedData><ArticleIdList>{ids}</ArticleIdList></PubmedData></PubmedArticle>"
    )


def _tagged(name: str, text: Any) -> str:
    return f"<{name}>{escape(str(text))}</{name}>"


def _json(content: dict[str, Any]) -> Response:
    return Response(200, {"Content-Type": "application/json;charset=UTF-8"}, orjson.dumps(content))
