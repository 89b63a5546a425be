"""Files of papers as databases and reference managers export them, and what becomes of odd ones."""

from __future__ import annotations

from datetime import date

import pytest

from mscwatch.errors import ConfigError
from mscwatch.papers.imported import read_file

RIS = """Provider: a database
TY  - JOUR
AU  - Casiraghi, Federica
AU  - Perico, N.
TI  - Third-party cells before liver transplantation:
 a randomized trial
JO  - Am J Transplant
PY  - 2021/08//
AB  - Twenty patients received cells. NCT02260375.
DO  - https://doi.org/10.1111/AJT.16468
AN  - 33370477
DB  - PubMed
ER  -

TY  - JOUR
T1  - A paper of another database
AN  - 20051234
ID  - 12
DB  - Embase
DO  - 10.1000/other
Y1  - 2020
ER  -
"""
NBIB = """
PMID- 33370477
STAT- MEDLINE
LID - 10.1111/ajt.16468 [doi]
TI  - Third-party cells before liver transplantation:
      a randomized trial.
AB  - Twenty patients received
      cells.
AU  - Casiraghi F
AU  - Perico N
PT  - Journal Article
PT  - Randomized Controlled Trial
SI  - ClinicalTrials.gov/NCT02260375
DP  - 2021 Aug
JT  - American journal of transplantation
RIN - Am J Transplant. 2023. PMID: 1

PMID- 17903050
TI  - Phase 1 trial
DP  - 2007
"""
OF_PUBMED = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
    '33370477,"Third-party cells: a ""randomized"" trial.","Casiraghi F, Perico N, Podestà MA.",x,Casiraghi F,'
    "Am J Transplant,2021,2020/12/29,PMC123,,10.1111/ajt.16468\n"
)


def test_ris_is_read_and_a_number_of_another_database_is_no_pmid():
    found = read_file(RIS.encode())
    first, second = found.papers
    assert (found.form, found.entries, found.left_out) == ("RIS", 2, ())
    assert first.title == "Third-party cells before liver transplantation: a randomized trial"
    assert (first.pmid, first.doi, first.journal) == ("33370477", "10.1111/ajt.16468", "Am J Transplant")
    assert first.authors == ("Casiraghi F", "Perico N")
    assert first.published_on == date(2021, 8, 31)
    assert "NCT02260375" in first.abstract
    assert (second.paper_id, second.published_on) == ("DOI:10.1000/other", date(2020, 12, 31))


def test_nbib_is_read_with_declared_numbers_kinds_and_a_retraction():
    first, second = read_file(NBIB.encode()).papers
    assert (first.pmid, first.doi, first.published_on) == (
        "33370477",
        "10.1111/ajt.16468",
        date(2021, 8, 31),
    )
    assert first.declared_numbers == ("ClinicalTrials.gov/NCT02260375",)
    assert "Randomized Controlled Trial" in first.publication_types
    assert first.is_retracted
    assert first.abstract == "Twenty patients received cells."
    assert (second.pmid, second.year, second.is_retracted) == ("17903050", 2007, False)


def test_csv_of_pubmed_is_read():
    [paper] = read_file(OF_PUBMED.encode()).papers
    assert (paper.pmid, paper.pmcid, paper.doi) == ("33370477", "PMC123", "10.1111/ajt.16468")
    assert paper.title == 'Third-party cells: a "randomized" trial'
    assert paper.authors == ("Casiraghi F", "Perico N", "Podestà MA")
    assert paper.journal == "Am J Transplant"


@pytest.mark.parametrize(
    ("header", "row", "paper_id"),
    [
        ("SOURCE,EXTERNAL_ID,TITLE", "MED,33370477,T", "PMID:33370477"),
        ("SOURCE,EXTERNAL_ID,TITLE", "PPR,PPR298811,T", "PPR:PPR298811"),
        ("Authors;Title;Year;PubMed ID", "Doe J.;T;2021;33370477.0", "PMID:33370477"),
        ("paper_id\ttitle", "PMID:33370477\tT", "PMID:33370477"),
        ("Title,Url", "T,https://pubmed.ncbi.nlm.nih.gov/33370477/", "PMID:33370477"),
        ("Title,Url", "T,https://doi.org/10.1000/Abc", "DOI:10.1000/abc"),
    ],
)
def test_csv_of_others_is_read(header, row, paper_id):
    [paper] = read_file(f"{header}\n{row}\n".encode()).papers
    assert (paper.paper_id, paper.title) == (paper_id, "T")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines_are_told_apart(encoding, end):
    found = read_file(("  \n" + OF_PUBMED).replace("\n", end).encode(encoding))
    assert found.papers[0].authors[2] == "Podestà MA"
    assert ("Windows-1252" in found.note) == (encoding == "cp1252")


def test_what_cannot_be_used_is_named_and_the_others_are_kept():
    text = RIS.replace("DO  - 10.1000/other\n", "").removesuffix("ER  -\n") + "TY  - JOUR\nER  -\n" + RIS
    found = read_file(text.encode())
    assert (found.entries, len(found.papers)) == (5, 2)
    assert found.left_out == (
        "entry 2 (A paper of another database) has neither a PMID nor a DOI",
        "entry 3 has no title",
    )


@pytest.mark.parametrize(
    ("note", "paper_id"),
    [
        ("Comment in: Lancet 2019. PMID: 777", "DOI:10.1000/a"),
        ("Review of: X (PMID 777)\nPMID: 0123", "PMID:123"),
        ("pmid 123", "PMID:123"),
    ],
)
def test_a_pmid_inside_a_line_of_a_note_is_another_papers(note, paper_id):
    [paper] = read_file(f'Title,DOI,Notes\nT,10.1000/a,"{note}"\n'.encode()).papers
    assert paper.paper_id == paper_id


def test_a_paper_stands_once_also_under_its_other_number():
    rows = "Title,PMID,DOI\nT,,10.1000/a\nT,1,10.1000/A\nT,1,\nU,,10.1000/b\n"
    assert [paper.paper_id for paper in read_file(rows.encode()).papers] == ["PMID:1", "DOI:10.1000/b"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither RIS nor NBIB nor CSV"),
        (b"%PDF-1.7\x00\x01", "is no text"),
        (b"<html><body>Sign in</body></html>", "neither RIS"),
        (b"Title,PMID\n", "without an entry"),
        (b'Title,PMID\n"T,1\n', "broken CSV in line"),
        (b"Title,PMID\n" + b"T" * 1_000_001 + b",1\n", "broken CSV in line 2"),
        (b"Title,PMID\n" + b"T,1\n" * 20_001, "more than 20000 entries"),
        ("﻿Title,PMID\nT,1\n".encode("utf-16")[:-1], "is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_clause(content, reason):
    with pytest.raises(ConfigError, match=reason):
        read_file(content)


def test_markup_and_control_characters_do_not_get_in():
    row = "<b>T</b>&#x1b;[31m \u202eevil,1\n"
    [paper] = read_file(f"Title,PMID\n{row}".encode()).papers
    assert paper.title == "T [31m evil"
