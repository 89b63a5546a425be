"""Included trials and their papers as RIS, for reference managers. Pure.

A registration is a web page (`TY ELEC`, which Zotero and EndNote understand) with its NCT number as accession number.
A paper is an article with its PMID. Every value is on one line, so that no title can end its record and begin another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rispy

from mscwatch.digest import plain
from mscwatch.vocabulary.patterns import pattern_of

VALUE = 2_000  # characters
DOI = pattern_of(r"\bdoi: ?(10\.\d{4,9}/\S+?)[.;,]?(?:\s|$)", re.IGNORECASE)
# PubMed's form: "Author AB, Author C. Title. Journal. Year …", with a title that has no full stop of its own
NLM = pattern_of(
    r"(?P<authors>\w[^.]* [A-Z]{1,3}(?:, [^.,]+ [A-Z]{1,3})*(?:, et al)?)\. (?P<title>[^.?]{15,}[.?]) "
    r"(?P<journal>[^.;:]{2,80})\. (?P<year>(?:19|20)\d\d)\b"
)


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy has no types
    """Leaves out the number before each record, because some readers stop at it."""

    def set_header(self, count: int) -> str:  # noqa: ARG002  as rispy names it
        return ""


def references(trials: Iterable[Mapping[str, Any]], papers: Iterable[Mapping[str, Any]]) -> str:
    """The RIS text of trials (rows of `trials`, with the `reason` why each is included) and of papers.

    A paper has `paper, pmid, citation` as in `publications`, `doi` where Table 2 has one, and `reports`: its trials,
    and how sure each link is.
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
    """A paper. Its citation is split only where it has PubMed's form; the notes always hold it whole."""
    citation, pmid = plain(paper["citation"] or "", VALUE), paper["pmid"] or ""
    parts = NLM.match(citation)
    doi = DOI.search(citation)
    entry: dict[str, Any] = {
        "type_of_reference": "JOUR",
        "id": paper["paper"],
        "title": parts["title"].rstrip(".") if parts else citation,
        "authors": re.split(r", ", parts["authors"]) if parts else [],
        "journal_name": parts["journal"] if parts else "",
        "year": parts["year"] if parts else "",
        "doi": doi[1] if doi else paper.get("doi"),
        "accession_number": pmid,
        "name_of_database": "PubMed" if pmid else "",
        "notes": [f"reports {paper['reports']}", citation],
    }
    if pmid.isascii() and pmid.isdigit():
        entry["urls"] = [f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"]
    return entry


def _clean(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with every value on one line, without empty ones."""
    cleaned = {}
    for name, value in entry.items():
        texts = list(_texts(value))
        if texts:
            cleaned[name] = texts if isinstance(value, list) else texts[0]
    return cleaned


def _texts(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if text := plain(str(item or ""), VALUE):
            yield text
