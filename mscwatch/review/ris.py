"""Included trials and their papers for reference managers (RIS). Pure.

A registration is a web page (`TY ELEC`, as Zotero and EndNote understand it) with its NCT number as accession number;
a paper is an article with its PMID. Every value is one line, so that no title can end its record and begin another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rispy

from mscwatch.digest import plain

VALUE = 2_000  # characters
DOI = re.compile(r"\bdoi: ?(10\.\d{4,9}/\S+?)[.;,]?(?:\s|$)", re.IGNORECASE)
# PubMed's form: "Author AB, Author C. Title. Journal. Year …", with a title that has no full stop of its own
NLM = re.compile(
    r"(?P<authors>\w[^.]* [A-Z]{1,3}(?:, [^.,]+ [A-Z]{1,3})*(?:, et al)?)\. (?P<title>[^.?]{15,}[.?]) "
    r"(?P<journal>[^.;:]{2,80})\. (?P<year>(?:19|20)\d\d)\b"
)


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy has no types
    """Without the running number before each record, at which some readers stop."""

    def set_header(self, count: int) -> str:  # noqa: ARG002  as rispy names it
        return ""


def references(trials: Iterable[Mapping[str, Any]], papers: Iterable[Mapping[str, Any]]) -> str:
    """RIS text of trials (rows of `trials` with the `reason` why they are included) and of papers.

    A paper is `paper, pmid, citation` as in `publications`, `doi` where Table 2 knows one, and `reports`: which
    trials, and how sure that is.
    """
    entries = [*map(_registration, trials), *map(_article, papers)]
    text: str = rispy.dumps([_clean(entry) for entry in entries], implementation=_Writer)
    return text


def _registration(trial: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type_of_reference": "ELEC",
        "id": trial["nct_id"],
        "title": trial["official_title"] or trial["brief_title"],
        "short_title": trial["brief_title"],
        "authors": [trial["lead_sponsor"]],
        "year": str(trial["study_first_posted_date"] or "")[:4],
        "accession_number": trial["nct_id"],
        "name_of_database": "ClinicalTrials.gov",
        "keywords": [*trial["conditions"], *trial["intervention_names"]],
        "notes": [f"{trial['overall_status']}; included: {trial['reason']}"],
        "urls": [trial["url"]],
    }


def _article(paper: Mapping[str, Any]) -> dict[str, Any]:
    """A paper; its citation is taken apart only where it has PubMed's form, and is kept whole in the notes."""
    citation, pmid = plain(paper["citation"] or "", VALUE), paper["pmid"] or ""
    known = NLM.match(citation)
    doi = DOI.search(citation)
    entry: dict[str, Any] = {
        "type_of_reference": "JOUR",
        "id": paper["paper"],
        "title": known["title"].rstrip(".") if known else citation,
        "authors": re.split(r", ", known["authors"]) if known else [],
        "journal_name": known["journal"] if known else "",
        "year": known["year"] if known else "",
        "doi": doi[1] if doi else paper.get("doi"),
        "accession_number": pmid,
        "name_of_database": "PubMed" if pmid else "",
        "notes": [f"reports {paper['reports']}", citation],
    }
    if pmid.isascii() and pmid.isdigit():
        entry["urls"] = [f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"]
    return entry


def _clean(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Every value on one line; what is empty is left out."""
    cleaned = {}
    for name, value in entry.items():
        texts = list(_texts(value))
        if texts:
            cleaned[name] = texts if isinstance(value, list) else texts[0]
    return cleaned


def _texts(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if text := plain(str(one or ""), VALUE):
            yield text
