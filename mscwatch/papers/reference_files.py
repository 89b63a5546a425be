"""The entries of files that reference managers and databases export: RIS, NBIB (PubMed's MEDLINE format), CSV. Pure.

Sources: the RIS tags as `rispy` knows them, NLM's list of MEDLINE elements, and the columns that PubMed, Europe PMC,
Scopus and Web of Science write. The content decides the format, not the name of the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import rispy

from mscwatch.errors import ConfigError
from mscwatch.vocabulary.patterns import pattern_of

LONGEST = 1_000_000  # characters of one cell of a CSV file
LONGEST_HEADER = 10_000
Entry = Mapping[str, list[str]]  # texts by the name of a field of `Paper`

_RIS = pattern_of(r"^TY  ?-", re.MULTILINE)
_NBIB = pattern_of(r"^PMID *-", re.MULTILINE)
_RIS_LINE = pattern_of(r"^([A-Z][A-Z0-9]) {1,2}- ?(.*)$")
_NBIB_LINE = pattern_of(r"^([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$")
_OF_PUBMED = pattern_of(r"pubmed|medline|europe pmc", re.IGNORECASE)
_AUTHORS = pattern_of(r";|(?<=[A-Z.]), ")  # between the authors in one cell

# Fields of `Paper`, each with the names under which files have it, the surest first.
_OF_RIS = {
    "title": ("title", "primary_title"),
    "authors": ("authors", "first_authors"),
    "journal": ("journal_name", "secondary_title", "alternate_title3", "alternate_title2"),
    "date": ("date", "year", "publication_year"),
    "abstract": ("abstract", "notes_abstract"),
    "doi": ("doi",),
    "pmid": ("pmid",),
    "numbers": ("accession_number", "urls", "custom2", "notes"),
    "types": ("type_of_work",),
}
_OF_NBIB = {
    "title": ("TI", "BTI"),
    "authors": ("AU", "CN"),
    "journal": ("JT", "TA"),
    "date": ("DEP", "DP"),
    "abstract": ("AB",),
    "doi": ("LID", "AID"),
    "pmid": ("PMID",),
    "numbers": ("PMC",),
    "types": ("PT",),
    "declared": ("SI",),
    "retracted": ("RIN",),
}
_OF_CSV = {
    "title": ("title", "articletitle", "documenttitle"),
    "authors": ("authors", "author", "authorstring", "firstauthor"),
    "journal": ("journalbook", "journal", "journaltitle", "sourcetitle", "publicationtitle"),
    "date": ("publishedon", "publicationdate", "publicationyear", "year", "pubyear", "date"),
    "abstract": ("abstract", "abstractnote", "abstracttext"),
    "doi": ("doi",),
    "pmid": ("pmid", "pubmedid"),
    "numbers": ("paperid", "pmcid", "url", "notes", "extra", "externalid", "extid"),
    "types": ("publicationtype", "publicationtypes", "documenttype"),
}


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a file, and a note where its encoding is a guess.

    Raises `ConfigError`, as a clause that follows the file's name, for what is no text.
    """
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # its byte order mark
    for encoding in ["utf-16"] if is_wide else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            note = "It is not UTF-8 and was read as Windows-1252." if encoding == "cp1252" else ""
            return text.replace("\r\n", "\n").replace("\r", "\n"), note
    raise ConfigError("is no text in UTF-8, UTF-16 or Windows-1252. Export it again as UTF-8.")


def entries_of(text: str) -> tuple[str, Iterator[Entry]]:
    """The format of a text (RIS, NBIB or CSV), and its entries.

    Raises `ConfigError`, as a clause that follows the file's name, for none of the three and, while the entries are
    read, for broken CSV.
    """
    if _RIS.search(text):
        return "RIS", _ris(text)
    if _NBIB.search(text):
        return "NBIB", _nbib(text)
    header = next((line for line in text.split("\n") if line.strip()), "")[:LONGEST_HEADER]
    between = max(",;\t", key=header.count)
    columns = [_plain_name(name) for name in next(csv.reader([header], delimiter=between), [])]
    if not set(columns) & set(_OF_CSV["title"]):
        raise ConfigError(
            "is neither RIS nor NBIB nor CSV with a column Title. Export it again in one of these."
        )
    return "CSV", _csv(text[text.index(header) :], between)


def _ris(text: str) -> Iterator[Entry]:
    """The entries of a RIS file, each read by itself, so that one without an end spoils no other."""
    for block in _blocks(_RIS, text):
        lines: list[str] = []
        for line in block.split("\n"):
            if match := _RIS_LINE.match(line):
                if match[1] == "ER":
                    break
                lines.append(f"{match[1]}  - {match[2]}")  # the tag may have lost a blank
            else:  # it continues the line before
                lines[-1] += f" {line.strip()}"
        [entry] = rispy.loads("\n".join([*lines, "ER  - "]), enforce_list_tags=False, skip_unknown_tags=True)
        if _OF_PUBMED.search(f"{entry.get('name_of_database')} {entry.get('database_provider')}"):
            entry["pmid"] = entry.get("accession_number", "")  # of another database it is no PMID
        yield _named(entry, _OF_RIS)


def _nbib(text: str) -> Iterator[Entry]:
    for block in _blocks(_NBIB, text):
        entry: dict[str, list[str]] = {}
        tag = ""
        for line in block.split("\n"):
            if match := _NBIB_LINE.match(line):
                tag = match[1]
                entry.setdefault(tag, []).append(match[2].strip())
            elif tag and line.startswith(" "):
                entry[tag][-1] += f" {line.strip()}"
        for name in ("LID", "AID"):
            entry[name] = [
                value.removesuffix("[doi]").strip() for value in entry.get(name, []) if "[doi]" in value
            ]
        yield _named(entry, _OF_NBIB)


def _blocks(begins: re.Pattern[str], text: str) -> Iterator[str]:
    """The text from each beginning of an entry to the next."""
    starts = [match.start() for match in begins.finditer(text)]
    return (text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def _csv(text: str, between: str) -> Iterator[Entry]:
    rows = csv.reader(io.StringIO(text), delimiter=between, strict=True)
    limit = csv.field_size_limit(LONGEST)
    try:
        columns = [_plain_name(name) for name in next(rows)]
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _of_row(dict(zip(columns, row, strict=False)))
    except csv.Error as error:
        raise ConfigError(f"is broken CSV in line {rows.line_num}: {error}. Export it again.") from error
    finally:
        csv.field_size_limit(limit)


def _of_row(row: dict[str, str]) -> Entry:
    if row.get("source", "").strip().upper() == "MED":  # Europe PMC's word for PubMed
        row["pmid"] = row.get("externalid") or row.get("extid", "")
    entry = _named(row, _OF_CSV)
    entry["authors"] = _AUTHORS.split(next(iter(entry["authors"]), ""))
    return entry


def _named(entry: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The texts of an entry by field, the surest first; every field has a list."""
    found: dict[str, list[str]] = {}
    for field, keys in names.items():
        for key in keys:
            value = entry.get(key) or []
            found.setdefault(field, []).extend(value if isinstance(value, list) else [value])
    return found


def _plain_name(column: str) -> str:
    return re.sub(r"[^a-z]", "", column.lower())
