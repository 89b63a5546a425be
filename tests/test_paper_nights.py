"""Nights that look for papers: what is found, what is told, and that a faulty source costs a night nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import duckdb
import pytest

from mscwatch.paper_sources.nightly import Sources
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Response, Snapshot
from mscwatch.vocabulary import RunOutcome
from support.command import run_here
from support.orders import TABLE, WATCH, order_for, write_watch
from support.records import by_id, record
from support.sinks import WebhookSink
from support.snapshots import DAYS

PAPERS_WATCH = WATCH + '[papers]\nquery = "liver AND cells"\nmin = 1\nsentinels = ["33370477"]\n'
TRIALS = [record(number) for number in (1, 2, 3)]
KNOWN = {
    "pmid": "33370477",
    "title": "Third-party cells before liver transplantation: a randomized controlled trial",
    "authors": ["Casiraghi F", "Perico N"],
    "year": 2021,
    "published_on": "2021-01-10",
    "indexed_on": "2021-01-12",
    "publication_types": ["Randomized Controlled Trial"],
    "abstract": "Invented: 20 patients received cells. NCT00000001.",
}
NEW = {
    "pmid": "40000001",
    "doi": "10.1000/new",
    "title": "Cells in liver cirrhosis: a randomized trial",
    "authors": ["Doe J"],
    "year": 2022,
    "published_on": "2022-10-01",
    "indexed_on": "2022-10-06",
    "publication_types": ["Clinical Trial"],
    "abstract": "Invented: 10 patients received cells.",
    "declared_numbers": ["NCT00000002"],
}


def snapshots(*papers_of_nights):
    changed = [
        [record(1, descriptionModule={"briefSummary": f"Night {number}."}), *TRIALS[1:]]
        for number in range(3)
    ]
    return [
        Snapshot(day, by_id(records), papers=papers)
        for day, records, papers in zip(DAYS, changed, papers_of_nights, strict=False)
    ]


@pytest.fixture
def run_nights(tmp_path):
    """Run the nights of these papers; the results and the order. `spoil` answers in place of the paper sources."""

    def run(*papers_of_nights, spoil=None, force=False, watch=PAPERS_WATCH, **values):
        watch = write_watch(tmp_path, watch)
        results = []
        with Replica(snapshots(*papers_of_nights), intercept=spoil) as registry:
            urls = {"europepmc_url": registry.europepmc_url, "pubmed_url": registry.pubmed_url}
            order = order_for(
                registry.url, watch, force=force, **({"data_dir": tmp_path / "data"} | urls | values)
            )
            for _ in papers_of_nights:
                results.append(run_watch(order))
                registry.advance()
            results_requests = [target for _, target in registry.requests]
        return results, order, results_requests

    return run


def rows(order, query):
    with duckdb.connect(str(order.data_dir.published), read_only=True) as con:
        return con.execute(query).fetchall()


def about_papers(request):
    return request.path.startswith(("/europepmc", "/entrez"))


@pytest.mark.slow
def test_what_the_first_search_finds_is_one_summary(run_nights):
    [result], order, _ = run_nights([KNOWN])
    assert result.outcome is RunOutcome.BASELINE
    assert rows(
        order, "SELECT nct_id, grade, strength, counts FROM publications WHERE strength IS NOT NULL"
    ) == [("NCT00000001", "linked", "A", True)]
    assert rows(order, "SELECT kind, is_baseline FROM events WHERE kind LIKE 'publication%'") == [
        ("publication_found", True)
    ]
    assert any("MSCWATCH_PAPERS=off" in warning for warning in result.warnings)


@pytest.mark.slow
def test_a_paper_of_a_later_night_is_news_told_with_what_waits_and_where_the_page_is(run_nights):
    with WebhookSink() as slack:
        values = {"slack_webhook_url": slack.url, "page_url": "https://example.org/page.html"}
        results, order, _ = run_nights([KNOWN], [KNOWN, NEW], watch=PAPERS_WATCH + TABLE, **values)
    baseline, news = (str(post["blocks"]) for post in slack.posts)
    assert "links between trials and papers wait" in news
    assert "links between" not in baseline  # which has no event
    assert all("https://example.org/page.html" in message for message in (baseline, news))
    assert results[1].events.get("publication_found") == 1
    assert "NCT00000002" in news
    assert "which the registry does not list" in news
    assert rows(
        order, "SELECT found_by, kind, paper_id FROM papers WHERE found_by = 'europepmc' ORDER BY ALL"
    ) == [
        ("europepmc", "results", "PMID:33370477"),
        ("europepmc", "results", "PMID:40000001"),
    ]


PREPRINT = NEW | {"pmid": None, "doi": "10.1101/new", "preprint_id": "PPR7", "preprint_of": "40000001"}


@pytest.mark.slow
def test_a_preprint_and_its_article_are_one_paper_and_told_once(run_nights):
    results, order, _ = run_nights(
        [KNOWN], [KNOWN, PREPRINT | {"abstract": "Invented. NCT00000002."}], [KNOWN, PREPRINT, NEW]
    )
    assert [result.events.get("publication_found") for result in results] == [1, 1, None]
    assert rows(
        order, "SELECT paper_id, aliases, is_preprint FROM papers WHERE found_by = 'europepmc' ORDER BY 1"
    ) == [
        ("PMID:33370477", [], False),
        ("PMID:40000001", ["DOI:10.1101/new"], False),
    ]
    assert rows(order, "SELECT nct_id, paper_id, strength FROM publications WHERE pmid = '40000001'") == [
        ("NCT00000002", "PMID:40000001", "A")
    ]


@pytest.mark.slow
def test_a_search_asks_at_most_six_times_and_its_waiting_is_no_work(run_nights, monkeypatch):
    monkeypatch.setattr(Sources, "seconds", 1_000)
    results, _, requests = run_nights([KNOWN], [KNOWN, NEW])
    assert all(result.work_seconds < -900 for result in results)
    asked = [target for target in requests if target.startswith(("/europepmc", "/entrez"))]
    assert 2 <= len(asked) / 2 <= 6
    assert all("tool=mscwatch" in target for target in asked if target.startswith("/entrez"))


@pytest.mark.slow
def test_every_question_is_told(run_nights):
    _, order, _ = run_nights([KNOWN], watch=PAPERS_WATCH + TABLE)
    assert rows(
        order, "SELECT source, subject, outcome, hit_count FROM searches ORDER BY source, subject"
    ) == [
        ("europepmc", "numbers", "proven", 1),
        ("europepmc", "topic", "proven", 1),
        ("pubmed", "articles", "proven", 9),  # with the review's, in case one was retracted
        ("pubmed", "numbers", "proven", 0),
    ]
    assert rows(order, "SELECT proof->>'$.distinct' FROM searches WHERE subject = 'topic'") == [("1",)]


IN_METHODS = {
    "pmid": "40000005",
    "pmcid": "PMC900005",
    "title": "Cells in another liver disease: a randomized trial",
    "authors": ["Roe R"],
    "year": 2022,
    "published_on": "2022-10-01",
    "indexed_on": "2022-10-06",
    "publication_types": ["Clinical Trial"],
    "abstract": "Invented: 12 patients received cells.",
    "full_text": "Invented. The trial was registered as NCT00000003.",
}
CLOSED = IN_METHODS | {"pmid": "40000006", "pmcid": "PMC900006", "full_text": "", "journal": "NCT00000003"}


@pytest.mark.slow
def test_a_number_that_stands_in_the_methods_of_an_open_paper_links_it_once_and_for_good(run_nights):
    papers = [KNOWN, IN_METHODS, CLOSED]
    results, order, requests = run_nights([KNOWN], papers, papers)
    assert [result.events.get("publication_found") for result in results] == [1, None, 1]
    assert rows(
        order,
        "SELECT nct_id, strength, counts, basis FROM publications WHERE pmid = '40000005'",
    ) == [("NCT00000003", "B", True, "NCT00000003 stands in its methods")]
    assert rows(order, "SELECT nct_id, found_in FROM registry_ids WHERE paper_id = 'PMID:40000005'") == [
        (None, "methods")
    ]
    assert sum("/PMC900005/" in target for target in requests) == 1
    assert sum("/PMC900006/" in target for target in requests) == 1  # not open: asked again after half a year
    asked = rows(
        order,
        "SELECT proof->>'$.read', proof->>'$.closed' FROM searches WHERE subject = 'full texts' ORDER BY asked_at",
    )
    assert asked == [("{}", '["PMC900006"]'), ('{"PMC900005":["NCT00000003"]}', "[]")]  # one a night


@pytest.mark.slow
def test_full_texts_that_cannot_be_had_cost_nothing_but_themselves(run_nights):
    def spoil(request):
        return Response(503, {}, b"") if request.path.endswith("/fullTextXML") else None

    [result], order, _ = run_nights([KNOWN, IN_METHODS], spoil=spoil, retry_budget=0)
    assert not any("not trusted" in warning for warning in result.warnings)
    assert rows(order, "SELECT count(*) FROM found_papers") == [(2,)]
    assert rows(order, "SELECT proof->>'$.failed' FROM searches WHERE subject = 'full texts'") == [
        ('["PMC900005"]',)
    ]


FAULTS = {
    "maintenance": Response(503, {"Content-Type": "text/plain"}, b"This API is temporarily unavailable."),
    "an error inside 200": Response(
        200, {"Content-Type": "application/json"}, b'{"errCode":404,"errMsg":"x"}'
    ),
    "an HTML page": Response(200, {"Content-Type": "text/html"}, b"<html>Just a moment</html>"),
    "too fast": Response(429, {"Content-Type": "application/json"}, b'{"error":"API rate limit exceeded"}'),
    "half an answer": Response(200, {"Content-Type": "application/json"}, b'{"hitCount": 3, "resultL'),
    "fewer than announced": Response(
        200, {"Content-Type": "application/json"}, b'{"hitCount": 3, "resultList": {"result": []}}'
    ),
    "another shape": Response(200, {"Content-Type": "application/json"}, b"[]"),
}


# What is no answer is tested without nights, too; some of each service are nights every time.
LOOKED_AT = {
    *(("/europepmc", fault) for fault in ("an error inside 200", "fewer than announced")),
    *(("/entrez", fault) for fault in ("maintenance", "another shape")),
}


@pytest.mark.parametrize(
    ("service", "fault"),
    [
        pytest.param(*one, marks=() if one in LOOKED_AT else pytest.mark.slow)
        for one in product(("/europepmc", "/entrez"), FAULTS)
    ],
)
def test_a_faulty_source_costs_the_night_nothing(run_nights, fault, service):
    def spoil(request):
        return FAULTS[fault] if request.path.startswith(service) else None

    [result], order, _ = run_nights([KNOWN], spoil=spoil)
    assert (result.outcome, result.exit_code) == (RunOutcome.BASELINE, 0)
    assert rows(order, "SELECT count(*) FROM found_papers") == [(0,)]
    assert rows(order, "SELECT bool_or(outcome <> 'proven') FROM searches") == [(True,)]
    assert any("not trusted" in warning for warning in result.warnings)


@pytest.mark.slow
def test_after_a_faulty_night_everything_is_searched_again(run_nights):
    asked = []

    def spoil(request):
        asked.append(request)
        is_first_night = sum(item.path.endswith("/version") for item in asked) <= 2
        return FAULTS["another shape"] if is_first_night and about_papers(request) else None

    _, order, requests = run_nights([KNOWN], [KNOWN], spoil=spoil)
    assert not any("FIRST_IDATE" in target for target in requests)
    assert rows(order, "SELECT count(*) FROM found_papers") == [(1,)]


def test_a_topic_without_its_sentinel_is_refused(run_nights):
    [result], order, _ = run_nights([NEW])
    assert any("misses 33370477" in warning for warning in result.warnings)
    assert rows(order, "SELECT count(*) FROM found_papers") == [(0,)]


@pytest.mark.slow
def test_a_retraction_is_told_once(run_nights):
    retracted = KNOWN | {"is_retracted": True}
    results, order, _ = run_nights([KNOWN], [retracted], [retracted])
    assert [result.events.get("publication_retracted") for result in results] == [None, 1, None]
    assert rows(order, "SELECT is_retracted FROM papers WHERE pmid = '33370477'") == [(True,)]


@pytest.mark.slow
def test_a_paper_that_is_retracted_when_it_is_found_is_told_as_that_alone(run_nights):
    results, _, _ = run_nights([KNOWN], [KNOWN, NEW | {"is_retracted": True}])
    assert results[1].events.get("publication_found") is None
    assert results[1].events.get("publication_retracted") == 1


def test_switched_off_nothing_is_asked(run_nights):
    [result], order, requests = run_nights([KNOWN], papers=False)
    assert not any(target.startswith(("/europepmc", "/entrez")) for target in requests)
    assert rows(order, "SELECT count(*) FROM searches") == [(0,)]
    assert result.warnings == []


def test_invented_trials_are_never_asked_about_at_the_public_services(tmp_path):
    order = order_for("http://127.0.0.1:1/api/v2", write_watch(tmp_path, PAPERS_WATCH), data_dir=tmp_path)
    assert not order.settings.papers_are_asked
    public = order.settings.model_copy(update={"api_url": "https://clinicaltrials.gov/api/v2"})
    assert public.papers_are_asked
    assert not replace(order, settings=public.model_copy(update={"papers": False})).settings.papers_are_asked


@pytest.mark.slow
def test_a_paper_that_names_two_trials_waits_for_a_person(run_nights):
    both = NEW | {"declared_numbers": ["NCT00000002", "NCT00000003"]}
    results, order, _ = run_nights([KNOWN], [KNOWN, both])
    assert "publication_found" not in results[1].events
    waiting = rows(
        order, "SELECT nct_id, strength, grade, is_waiting FROM publications WHERE strength = 'C' ORDER BY 1"
    )
    assert [row[:3] for row in waiting] == [
        ("NCT00000002", "C", "candidate"),
        ("NCT00000003", "C", "candidate"),
    ]


def test_the_papers_are_listed_with_their_trials(run_nights):
    _, order, _ = run_nights([KNOWN])
    settings = {"MSCWATCH_DATA_DIR": str(order.data_dir.path)}
    listed = run_here(["papers", "NCT00000001"], settings)
    assert listed.returncode == 0, listed.stderr
    assert "PMID:33370477" in listed.stdout
    assert "NCT00000001 linked A" in listed.stdout
    unknown = run_here(["papers", "NCT00000003"], settings)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "No paper is known of NCT00000003" in unknown.stderr
    assert run_here(["papers", "NCT3"], settings).returncode == 2
    assert run_here(["papers", "--kind", "protocol"], settings).stdout == "No paper.\n"
    as_json = run_here(["papers", "--kind", "results", "--since", "2020-01-01", "--json"], settings).stdout
    assert [paper["paper_id"] for paper in json.loads(as_json)] == ["PMID:33370477"]


def graded(order, paper):
    return rows(
        order, f"SELECT nct_id, grade, is_waiting FROM publications WHERE pmid = '{paper}' ORDER BY ALL"
    )


@pytest.fixture
def reject(tmp_path):
    """Reject the link of trial 2 to a paper, by one of its numbers."""

    def decide(paper):
        settings = {"MSCWATCH_DATA_DIR": str(tmp_path / "data"), "MSCWATCH_WATCH": str(tmp_path / "all.toml")}
        words = ["links", "reject", "NCT00000002", paper, "--reason", "another trial", "--by", "A. Reader"]
        done = run_here(words, settings)
        assert done.returncode == 0, done.stderr

    return decide


BOTH = NEW | {"declared_numbers": [], "abstract": "Invented: 10 patients. NCT00000002, NCT00000003."}
REJECTED = [("NCT00000002", "rejected", False), ("NCT00000003", "candidate", True)]
WAITING = [("NCT00000002", "candidate", True), ("NCT00000003", "candidate", True)]


@pytest.mark.slow
def test_a_rejected_pair_comes_back_once_its_paper_changed_and_can_be_rejected_again(run_nights, reject):
    _, order, _ = run_nights([KNOWN], [KNOWN, BOTH])
    reject("40000001")
    assert graded(order, "40000001") == REJECTED
    run_nights([KNOWN, BOTH], force=True)
    assert graded(order, "40000001") == REJECTED
    rewritten = BOTH | {"abstract": "Invented: 12 patients. NCT00000002, NCT00000003."}
    run_nights([KNOWN, rewritten], force=True)
    assert graded(order, "40000001") == WAITING
    file = order.settings.decisions
    file.write_text(file.read_text().replace("another trial", "read again, still another trial"))
    run_nights([KNOWN, rewritten], force=True)
    assert graded(order, "40000001") == REJECTED


@pytest.mark.slow
def test_a_found_paper_is_rejected_by_its_doi_too(run_nights, reject):
    _, order, _ = run_nights([KNOWN], [KNOWN, BOTH])
    reject("10.1000/NEW")
    assert graded(order, "40000001") == REJECTED
