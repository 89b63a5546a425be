"""What is asked of the paper sources fits, and a search that is not proven changes nothing."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from mscwatch.paper_sources.nightly import SearchOrder, Sources, look_for_papers
from mscwatch.papers.model import Paper
from mscwatch.papers.search import (
    LONGEST_QUERY,
    Expectation,
    SearchFacts,
    declared_queries,
    number_queries,
    prove_search,
    topic_query,
)
from mscwatch.vocabulary import PaperSource

EXPECT = Expectation('"liver" AND "mesenchymal"', min=2, sentinels=("11", "12"))


def facts(**values):
    whole = {
        "hit_counts": (3, 3),
        "pmids": frozenset({"11", "12", "13"}),
        "distinct": 3,
        "cursor_ended": True,
    }
    return SearchFacts(**whole | values)


def test_a_whole_search_is_proven():
    assert prove_search(facts(), expect=EXPECT, whole=True).trusted


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"hit_counts": ()}, "no page"),
        ({"hit_counts": (3, 4), "distinct": 4}, "moved"),
        ({"distinct": 2}, "announced 3 papers and gave 2"),
        ({"cursor_ended": False}, "did not end"),
        ({"pmids": frozenset({"11"})}, "misses 12"),
        ({"hit_counts": (1,), "distinct": 1}, "fewer than the 2 expected"),
    ],
)
def test_a_search_is_refused_with_its_reason(values, reason):
    proof = prove_search(facts(**values), expect=EXPECT, whole=True)
    assert any(reason in said for said in proof.reasons)


def test_a_search_of_a_few_days_need_not_find_the_least_number():
    few = facts(hit_counts=(2,), distinct=2, pmids=frozenset({"11", "12"}))
    assert prove_search(few, expect=Expectation("q", min=100, sentinels=("11",))).trusted


def test_a_search_for_numbers_has_nothing_to_expect():
    assert prove_search(facts(hit_counts=(0,), distinct=0, pmids=frozenset())).trusted


def test_the_first_search_asks_for_everything():
    assert topic_query(EXPECT, None) == EXPECT.query


def test_a_later_search_asks_since_the_last_with_overlap_and_for_the_sentinels():
    assert topic_query(EXPECT, date(2026, 3, 20)) == (
        '("liver" AND "mesenchymal") AND (FIRST_IDATE:[2026-03-06 TO 3000-01-01] OR EXT_ID:11 OR EXT_ID:12)'
    )


@pytest.mark.parametrize("queries", [number_queries, declared_queries])
def test_numbers_are_asked_in_batches_that_fit(queries):
    numbers = [f"NCT{number:08}" for number in range(200)]
    asked = queries(numbers)
    assert max(map(len, asked)) <= LONGEST_QUERY
    assert len(asked) <= 4
    assert all(sum(number in query for query in asked) == 1 for number in numbers)


def test_without_numbers_nothing_is_asked():
    assert number_queries([]) == []


def test_a_known_paper_that_is_found_again_keeps_the_words_of_pubmed():
    asked, traffic = [], SimpleNamespace(requests=0, seconds=0.0)
    told = Paper("As Europe PMC has it", pmid="1", source=PaperSource.EUROPEPMC)
    found = ([told], facts(hit_counts=(1,), distinct=1, pmids=frozenset({"1"})))

    def articles(pmids):
        asked.extend(pmids)
        return [
            Paper("As PubMed has it", pmid=pmid, abstract="Cells.", told_by_pubmed=True) for pmid in pmids
        ]

    sources = Sources(
        SimpleNamespace(search=lambda _: found, traffic=traffic),
        SimpleNamespace(articles=articles, traffic=traffic),
    )
    harvest = look_for_papers(sources, SearchOrder(Expectation("cells"), None, known=frozenset({"1"})))
    assert asked == ["1"]
    [paper] = harvest.papers
    assert (paper.title, paper.source, paper.told_by_pubmed) == ("As PubMed has it", "europepmc", True)
