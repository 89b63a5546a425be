"""Full texts of open papers: only the number of the paper's own trial is read, and no odd answer ends a search."""

from __future__ import annotations

import pytest
import responses

from mscwatch.errors import NoAnswerError
from mscwatch.paper_sources.clients import EuropePmc
from mscwatch.paper_sources.full_texts import ask, needing, with_numbers
from mscwatch.papers.full_text import LARGEST, numbers_in_full_text
from mscwatch.papers.model import Paper
from mscwatch.registry.http import Politeness

BASE = "http://papers.example"


def article(body="", front="", back=""):
    parts = f"<front><article-meta>{front}</article-meta></front><body>{body}</body><back>{back}</back>"
    return f'<?xml version="1.0"?><!DOCTYPE article PUBLIC "x" "y.dtd"><article>{parts}</article>'.encode()


def section(title, text, attributes=""):
    return f"<sec {attributes}><title>{title}</title><p>{text}</p></sec>"


@pytest.mark.parametrize(
    "whole",
    [
        article(section("Materials and Methods", "It is registered: NCT00000001.")),
        article(section("2. Methodology", "x</p>" + section("2.1 Cells", "NCT 00000001") + "<p>")),
        article(section("Methods", "NCT00000001<sup>12</sup> and&nbsp;more &unknown;")),
        article(section("Methods", "It is NCT00000001<xref>12</xref>. Another trial was NCT00000009.")),
        article(section("Methods", "Registered as NCT00000001. The dose was that of NCT00000009.")),
        article(section("Experimental section", "NCT00000001")),
        article("<p>Patients gave consent. The trial was registered (NCT00000001).</p>"),
        article(back="<ack><title>Trial registration</title><p>NCT00000001</p></ack>"),
        article(section("Methods", "NCT00000001")).replace(
            b"<article>", b'<article xmlns="http://jats.example">'
        ),
        article(section("Main text", "x</p>" + section("Patients and methods", "NCT00000001") + "<p>")),
        article(section("", "NCT00000001", 'sec-type="methods"')),
        article(section("Study design and oversight", "NCT<bold>0000</bold>0001")),
        article(section("Ethics statement", "(NCT00000001)")),
        article(section("Patients", "ClinicalTrials.gov <ext-link>NCT00000001</ext-link>")),
        article(front="<abstract><sec><title>Trial registration</title><p>NCT00000001</p></sec></abstract>"),
        article(front='<related-object document-id="NCT00000001" source-type="clinical-trials-registry"/>'),
        article(back="<fn-group><fn><p>Trial registration: NCT00000001</p></fn></fn-group>"),
        article(back="<notes><p>ClinicalTrials.gov NCT00000001</p></notes>"),
        b"<pmc-articleset>"
        + article(section("Methods", "NCT00000001")).split(b'"y.dtd">')[1]
        + b"</pmc-articleset>",
    ],
)
def test_the_number_of_a_papers_own_trial_is_read_where_papers_put_it(whole):
    assert numbers_in_full_text(whole) == ("NCT00000001",)


@pytest.mark.parametrize(
    "whole",
    [
        article(section("Introduction", "An earlier trial (NCT00000009) showed less.")),
        article(section("Discussion", "NCT00000009 is under way.")),
        article(section("Methods", "x<table-wrap><p>NCT00000009</p></table-wrap>")),
        article(back="<ref-list><title>Registered trials</title><ref>NCT00000009</ref></ref-list>"),
        article(back="<fn-group><fn><p>Grant NCT00000009</p></fn></fn-group>"),
        article(
            section(
                "Introduction", "x</p>" + section("MSC for patients with cirrhosis", "NCT00000009") + "<p>"
            )
        ),
        article(
            section(
                "4. Discussion", "x</p>" + section("Earlier trials in ACLF patients", "NCT00000009") + "<p>"
            )
        ),
        article(section("Registered trials of MSC", "NCT00000009")),
        article(section("", "A company trial in patients, NCT00000009", 'sec-type="intro"')),
        article(
            back="<fn-group><fn><p>JD is investigator of a trial registered as NCT00000009</p></fn></fn-group>"
        ),
        article(section("Introduction", "x<fn><p>Registered as NCT00000009</p></fn>")),
        article(back='<ref-list><ref><related-object document-id="NCT00000009"/></ref></ref-list>'),
        article(section("Methods", "As in an earlier trial (NCT00000009), cells were given.")),
        article()[:-10]
        + b"<sub-article><body><sec><title>Methods</title><p>NCT00000009</p></sec></body></sub-article></article>",
    ],
)
def test_the_number_of_another_trial_is_not_read(whole):
    assert numbers_in_full_text(whole) == ()


def test_words_of_two_paragraphs_make_no_number():
    assert numbers_in_full_text(article(section("Methods", "NCT0000</p><p>0001"))) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><p>Just a moment",
        b"<html></html>",
        article(section("Methods", "NCT00000001"))[:90],
        b'<!DOCTYPE a [<!ENTITY b "c">]><article>&b;</article>',
        b"<article>" + b" " * LARGEST + b"</article>",
    ],
)
def test_what_is_no_article_is_no_answer(body):
    with pytest.raises(NoAnswerError, match="were not read"):
        numbers_in_full_text(body)


def test_an_article_of_very_deep_marks_is_read():
    deep = "<sec>" * 3_000 + "NCT00000001" + "</sec>" * 3_000
    assert numbers_in_full_text(article(section("Methods", deep))) == ("NCT00000001",)


@responses.activate
def test_a_text_that_fails_stops_no_other_and_only_an_outage_is_asked_again():
    answers = {
        "PMC1": {"status": 404},
        "PMC2": {"body": article(section("Methods", "NCT00000001"))},
        "PMC3": {"status": 503},
        "PMC4": {"body": b"<html>not an article</html>"},
        "PMC5": {"status": 400},
        "PMC6": {"body": article()},
    }
    for pmcid, answer in answers.items():
        responses.get(f"{BASE}/{pmcid}/fullTextXML", **answer)
    europepmc = EuropePmc(BASE, Politeness("a/1", min_interval=0, budget=0))
    texts = ask(europepmc, answers, lambda: True)
    assert texts.read == {"PMC2": ("NCT00000001",), "PMC6": ()}
    assert texts.closed == ["PMC1", "PMC4", "PMC5"]
    assert texts.failed == ["PMC3"]
    assert ask(europepmc, answers, lambda: False).read == {}


RESULTS = {"title": "Cells in cirrhosis: a randomized trial", "publication_types": ("Clinical Trial",)}


def test_only_a_paper_that_may_be_results_and_names_no_number_needs_its_full_text():
    silent = Paper(pmcid="PMC1", **RESULTS)
    papers = [
        silent,
        Paper(pmcid="PMC2", abstract="NCT00000002", **RESULTS),
        Paper(pmcid="PMC3", declared_numbers=("NCT00000003",), **RESULTS),
        Paper(pmcid="PMC4", title="Cells in cirrhosis: a systematic review"),
        Paper(pmcid="PMC5", **RESULTS),  # found by its topic, so its text holds no number of ours
        Paper(**RESULTS),
    ]
    assert needing(papers, {"PMC1", "PMC2", "PMC3", "PMC4"}) == [silent]
    assert with_numbers(silent, {"PMC1": ("NCT00000001",)}).methods == "NCT00000001"
    assert with_numbers(silent, {"PMC1": ()}) is silent
