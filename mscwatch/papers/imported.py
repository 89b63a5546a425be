"""The papers of a file that a person exported from a database or a reference manager. Pure.

An entry that cannot be used is named with the reason, and the others are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mscwatch.errors import ConfigError
from mscwatch.papers.citation import latest_day
from mscwatch.papers.europepmc import doi_of, plain_text
from mscwatch.papers.model import Paper
from mscwatch.papers.reference_files import Entry, decoded, entries_of
from mscwatch.vocabulary.patterns import pattern_of

MOST = 20_000  # entries; PubMed exports 10,000 at once

_PMID = pattern_of(
    # inside a line it is another paper's: "Comment in: Lancet. PMID: 777"
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/|\bMED[:/]|^\s*PMID:? ?)0*([1-9]\d{0,7})\b",
    re.IGNORECASE | re.MULTILINE,
)
_PMCID = pattern_of(r"\b(PMC\d{1,9})\b")
_PREPRINT = pattern_of(r"\b(PPR\d{1,10})\b")
_BARE = pattern_of(r"0*([1-9]\d{0,7})(?:\.0)?")  # a spreadsheet may have made a decimal of it
_DATE = pattern_of(r"\b((?:19|20)\d\d)(?:[-/ ](\d\d?|[A-Z][a-z]{2})[a-z]*(?:[-/ ](\d\d?)\b)?)?")
_SURNAME_FIRST = pattern_of(r"^([^,]+), *(.+)$")


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The papers of a file, each once, and what was left out, in words.

    `entries` is how many the file has; `note` says what is to be known about how it was read, or is empty.
    """

    form: str  # RIS, NBIB or CSV
    entries: int
    papers: tuple[Paper, ...]
    left_out: tuple[str, ...]
    note: str = ""


def read_file(content: bytes) -> ImportedFile:
    """The papers of an exported file.

    Raises `ConfigError`, as a clause that follows the file's name, for a file that is none of the three formats, is no
    text, or has too many entries.
    """
    text, note = decoded(content)
    form, entries = entries_of(text)
    papers: list[Paper] = []
    left_out = []
    count = 0
    for count, entry in enumerate(entries, start=1):
        if count > MOST:
            raise ConfigError(f"has more than {MOST} entries. Split it.")
        paper = _paper(entry)
        if paper.title and paper.paper_id:
            papers.append(paper)
        else:
            missing = "neither a PMID nor a DOI" if paper.title else "no title"
            shown = paper.title[:60] or paper.paper_id
            left_out.append(f"entry {count}{f' ({shown})' if shown else ''} has {missing}")
    if not count:
        raise ConfigError(f"is {form} without an entry.")
    return ImportedFile(form, count, tuple(_each_once(papers)), tuple(left_out), note)


def _paper(entry: Entry) -> Paper:
    published, year = _published(entry["date"])
    return Paper(
        title=plain_text(_first(entry, "title")).rstrip("."),
        pmid=_pmid(entry),
        pmcid=_number(entry, _PMCID),
        doi=next(filter(None, map(doi_of, (*entry["doi"], *entry["numbers"]))), ""),
        preprint_id=_number(entry, _PREPRINT),
        authors=tuple(_authors(entry["authors"])),
        journal=plain_text(_first(entry, "journal")),
        year=year,
        published_on=published,
        publication_types=tuple(plain_text(kind) for text in entry["types"] for kind in text.split(";")),
        abstract=plain_text(_first(entry, "abstract")),
        declared_numbers=tuple(map(plain_text, entry.get("declared", []))),
        is_retracted=bool(entry.get("retracted")),
    )


def _first(entry: Entry, field: str) -> str:
    return next((text for text in entry[field] if text.strip()), "")


def _pmid(entry: Entry) -> str:
    bare = next((match[1] for text in entry["pmid"] if (match := _BARE.fullmatch(text.strip()))), "")
    return bare or _number(entry, _PMID)


def _number(entry: Entry, pattern: re.Pattern[str]) -> str:
    return next((match[1] for text in entry["numbers"] if (match := pattern.search(text))), "")


def _authors(texts: Iterable[str]) -> Iterator[str]:
    """Names as "Surname AB"."""
    for text in texts:
        name = plain_text(text).rstrip(".")
        if match := _SURNAME_FIRST.match(name):
            yield f"{match[1]} {''.join(part[0] for part in re.split(r'[ .-]+', match[2]) if part)}"
        elif name:
            yield name


def _published(texts: Iterable[str]) -> tuple[date | None, int | None]:
    """The earliest day that the dates of an entry can mean, and its year."""
    days = []
    for text in texts:
        compact = re.sub(r"^((?:19|20)\d\d)(\d\d)(\d\d)$", r"\1-\2-\3", text.strip())
        if match := _DATE.search(compact):
            days.append(latest_day(int(match[1]), match[2] or "", match[3] or ""))
    first = min(days, default=None)
    return first, first.year if first else None


def _each_once(papers: Iterable[Paper]) -> list[Paper]:
    """Papers without those that share a PMID or DOI with another; the one with more numbers stays."""
    kept: dict[str, Paper] = {}
    for paper in sorted(papers, key=lambda paper: (not paper.pmid, not paper.doi)):
        keys = [key for key in (paper.pmid, paper.doi, paper.preprint_id) if key]
        if not any(key in kept for key in keys):
            kept |= dict.fromkeys(keys, paper)
    return list({id(paper): paper for paper in kept.values()}.values())
