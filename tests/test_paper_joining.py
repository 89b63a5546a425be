"""An article and its preprint are one paper; an erratum or a retraction is no paper of results, and brings its subject up."""

from __future__ import annotations

from mscwatch.papers.europepmc import read_page
from mscwatch.papers.joining import join_preprints, to_ask_again
from mscwatch.papers.kind import judge
from mscwatch.papers.model import Paper

ARTICLE = Paper("Cells", pmid="1", doi="10.1000/a")
PREPRINT = Paper("Cells, early", doi="10.1101/b", preprint_id="PPR7", preprint_of="1")


def entry(**values):
    item = {"id": "2", "source": "MED", "title": "A title"} | values
    [paper] = read_page({"hitCount": 1, "resultList": {"result": [item]}}, "*").papers
    return paper


def relation(kind, number="1", source="MED"):
    return {"commentCorrection": [{"type": kind, "id": number, "source": source}]}


def test_the_preprint_of_an_article_at_hand_is_the_same_paper():
    [joined] = join_preprints([PREPRINT, ARTICLE])
    assert joined.identifiers == ("PMID:1", "DOI:10.1000/a", "DOI:10.1101/b", "PPR:PPR7")
    assert joined.title == "Cells"
    assert joined.source == "europepmc"  # it told of the preprint


def test_the_preprint_of_an_article_that_is_not_at_hand_stays_and_the_article_is_asked_for():
    assert join_preprints([PREPRINT]) == [PREPRINT]
    assert to_ask_again([PREPRINT, ARTICLE], set()) == ["1"]


def test_relations_are_read_as_europe_pmc_gives_them():
    assert entry(id="PPR7", source="PPR", commentCorrectionList=relation("Preprint of")).preprint_of == "1"
    assert entry(commentCorrectionList=relation("Preprint in", "PPR7", "PPR")).preprint_of == ""
    assert entry(commentCorrectionList=relation("Erratum for")).corrects == ("1",)
    assert entry(commentCorrectionList=relation("Retraction of")).corrects == ("1",)
    assert entry(commentCorrectionList=relation("Comment on")).corrects == ()
    assert entry(commentCorrectionList=relation("Retraction in")).is_retracted


def test_what_corrects_or_retracts_another_paper_is_a_comment_whatever_its_title():
    kind = judge(
        "Cells in cirrhosis: a randomized trial", publication_types=["Journal Article"], corrects=["1"]
    )
    assert (kind.kind, kind.reason) == ("comment", "the library calls it the erratum or retraction of PMID 1")
    erratum = Paper("T", pmid="2", corrects=("1", "9"))
    assert to_ask_again([erratum], {"1", "2"}) == ["1"]
