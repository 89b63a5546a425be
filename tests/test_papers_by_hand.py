"""`papers --search` and `papers --import FILE`: what is stored, published and said, and that a bad one changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from mscwatch.cli.papers_by_hand import _sentences
from mscwatch.pipeline.papers_by_hand import MOST_NAMED, Looked
from mscwatch.pipeline.run import run_watch
from mscwatch.pipeline.summary import last_search
from mscwatch.replica import Replica, Response, Snapshot
from support.command import run_here
from support.orders import WATCH, order_for, write_watch
from support.records import by_id, record

PAPERS_WATCH = WATCH + '[papers]\nquery = "liver AND cells"\nmin = 1\nsentinels = ["33370477"]\n'
KNOWN = {
    "pmid": "33370477",
    "title": "Third-party cells before liver transplantation: a randomized controlled trial",
    "year": 2021,
    "publication_types": ["Randomized Controlled Trial"],
    "abstract": "Invented: 20 patients received cells. NCT00000001.",
}
FILE = "Title,PMID,Abstract\nA trial of cells: a randomized trial,40000002,10 patients received cells. NCT00000002\nT,,x\n"


@pytest.fixture
def papers(two_nights, tmp_path):
    """Run `papers …` on the warehouse of two nights; the services are a stand-in, or out of reach."""
    watch = write_watch(tmp_path, PAPERS_WATCH)

    def run(*words, registry=None, **values):
        settings = {
            "data_dir": two_nights.data_dir.path,
            "watch": watch,
            "min_interval": 0,
            "retry_budget": 0,
        }
        if registry:
            settings |= {"europepmc_url": registry.europepmc_url, "pubmed_url": registry.pubmed_url}
            settings |= {"api_url": registry.url}
        settings |= values
        return run_here(
            ["papers", *map(str, words)],
            {f"MSCWATCH_{key.upper()}": str(value) for key, value in settings.items()},
        )

    return run


@pytest.fixture
def stand_in():
    with Replica([Snapshot("2022-10-14T09:00:05", by_id([record(1)]), papers=[KNOWN])]) as registry:
        yield registry


def rows(order, query):
    with duckdb.connect(str(order.data_dir.published), read_only=True) as con:
        return con.execute(query).fetchall()


LINKS = "SELECT nct_id, pmid, strength, counts FROM publications WHERE strength IS NOT NULL"


@pytest.mark.slow
def test_a_search_now_is_proven_published_and_said(papers, stand_in, two_nights):
    done = papers("--search", registry=stand_in)
    assert done.returncode == 0, done.stderr
    assert "Europe PMC and PubMed: 4 requests" in done.stdout
    assert "1 more counts as a trial's publication; the next night that publishes reports it." in done.stdout
    assert rows(two_nights, LINKS) == [("NCT00000001", "33370477", "A", True)]
    assert rows(two_nights, "SELECT DISTINCT outcome, starts_with(run_id, 'search-') FROM searches") == [
        ("proven", True)
    ]
    status = run_here(["status"], {"MSCWATCH_DATA_DIR": str(two_nights.data_dir.path)}).stdout
    assert "(Europe PMC, PubMed): 2 hits, 1 new, proven." in status
    again = json.loads(papers("--search", "--json", registry=stand_in).stdout)
    assert (again["new"], again["counting"]) == (0, 0)


@pytest.mark.slow
def test_the_first_night_after_a_search_by_hand_still_says_that_it_asks_and_summarises(
    papers, stand_in, two_nights
):
    assert papers("--search", registry=stand_in).returncode == 0
    urls = {"europepmc_url": stand_in.europepmc_url, "pubmed_url": stand_in.pubmed_url}
    watch = two_nights.data_dir.path.parent / "all.toml"
    result = run_watch(order_for(stand_in.url, watch, force=True, data_dir=two_nights.data_dir.path, **urls))
    assert any("MSCWATCH_PAPERS=off" in warning for warning in result.warnings)
    assert rows(two_nights, "SELECT nct_id, is_baseline FROM events WHERE kind = 'publication_found'") == [
        ("NCT00000001", True)
    ]


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        (
            Response(
                200, {"Content-Type": "application/json"}, b'{"hitCount": 3, "resultList": {"result": []}}'
            ),
            3,
            "refused",
        ),
        (Response(503, {"Content-Type": "text/plain"}, b"This API is temporarily unavailable."), 4, "failed"),
    ],
)
def test_a_search_that_is_not_proven_changes_nothing_and_exits_as_a_night_would(
    papers, two_nights, answer, code, outcome
):
    before = two_nights.data_dir.published.read_bytes()
    spoil = lambda request: answer if request.path.startswith("/europepmc") else None  # noqa: E731
    with Replica([Snapshot(None, by_id([record(1)]))], intercept=spoil) as registry:
        done = papers("--search", registry=registry)
    assert done.returncode == code, done.stderr
    assert "changed nothing" in done.stderr
    assert two_nights.data_dir.published.read_bytes() == before
    status = run_here(["status", "--json"], {"MSCWATCH_DATA_DIR": str(two_nights.data_dir.path)}).stdout
    [question] = json.loads(status)["papers"]["last_search"]
    assert question["outcome"] == outcome
    assert question["reasons"]
    with duckdb.connect(str(two_nights.data_dir.working), read_only=True) as con:
        assert con.execute("SELECT DISTINCT outcome FROM searches").fetchall() == [(outcome,)]


def test_papers_that_are_switched_off_or_not_asked_for_are_not_searched(papers, stand_in, tmp_path):
    off = papers("--search", registry=stand_in, papers="off")
    assert (off.returncode, "MSCWATCH_PAPERS is off" in off.stderr) == (2, True)
    public = papers("--search", api_url="http://127.0.0.1:9/api/v2")
    assert (public.returncode, "MSCWATCH_EUROPEPMC_URL" in public.stderr) == (2, True)
    plain = write_watch(tmp_path)
    without = papers("--search", registry=stand_in, watch=plain)
    assert (without.returncode, "no table [papers]" in without.stderr) == (2, True)
    mixed = papers("--search", "NCT00000001", registry=stand_in)
    assert (mixed.returncode, "alone" in mixed.stderr) == (2, True)
    assert stand_in.requests == []


def test_a_run_at_work_or_no_warehouse_is_a_sentence(papers, stand_in, two_nights, tmp_path):
    with FileLock(two_nights.data_dir.lock):
        assert papers("--search", registry=stand_in).returncode == 6
    nowhere = papers("--search", registry=stand_in, data_dir=tmp_path / "empty")
    assert (nowhere.returncode, "Run `mscwatch run` first" in nowhere.stderr) == (1, True)


def test_a_file_of_a_persons_search_is_judged_by_the_same_rules_and_taken_once(papers, two_nights, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text(FILE)
    done = papers("--import", file)
    assert done.returncode == 0, done.stderr
    assert "2 entries, 1 paper read, 1 of them new." in done.stdout
    assert "Left out: entry 2 (T) has neither a PMID nor a DOI." in done.stdout
    state = [
        rows(two_nights, LINKS),
        rows(two_nights, "SELECT paper_id, found_by, first_run_id FROM papers WHERE found_by = 'person'"),
        rows(two_nights, "SELECT * FROM searches"),
    ]
    assert state[0] == [("NCT00000002", "40000002", "A", True)]
    assert len(state[2]) == 1
    again = papers("--import", file)
    assert "0 of them new" in again.stdout
    assert state == [
        rows(two_nights, LINKS),
        rows(two_nights, "SELECT paper_id, found_by, first_run_id FROM papers WHERE found_by = 'person'"),
        rows(two_nights, "SELECT * FROM searches"),
    ]


def test_an_import_never_replaces_what_a_service_told_of_a_paper_that_was_imported_before(
    papers, stand_in, two_nights, tmp_path
):
    file = tmp_path / "mine.csv"
    file.write_text("Title,PMID\nAnother title,33370477\n")
    papers("--import", file)
    identified = (
        "SELECT label FROM prisma_flow WHERE part = 'reports' AND stage = 'identified' AND label IN "
        "('Europe PMC', 'a person') ORDER BY 1"
    )
    assert rows(two_nights, identified) == [("a person",)]
    papers("--search", registry=stand_in)
    stored = [(KNOWN["title"], "person", True)]
    asked = "SELECT title, found_by, told_by_europepmc FROM found_papers"
    assert rows(two_nights, asked) == stored
    assert "1 that Europe PMC or PubMed had named before" in papers("--import", file).stdout
    assert rows(two_nights, asked) == stored
    assert rows(two_nights, identified) == [("Europe PMC",), ("a person",)]


def test_what_a_person_imported_is_told_by_a_night_whose_services_are_out_of_reach(
    papers, two_nights, tmp_path
):
    file = tmp_path / "mine.csv"
    file.write_text(FILE)
    papers("--import", file)
    away = {"europepmc_url": "http://127.0.0.1:9", "pubmed_url": "http://127.0.0.1:9"}
    with Replica([Snapshot("2022-10-14T09:00:05", by_id([record(2)]))]) as registry:
        order = order_for(
            registry.url, tmp_path / "all.toml", force=True, data_dir=two_nights.data_dir.path, **away
        )
        run_watch(order)
    assert rows(two_nights, "SELECT nct_id, is_baseline FROM events WHERE kind = 'publication_found'") == [
        ("NCT00000002", False)
    ]


def test_a_failed_search_is_not_hidden_by_an_import(papers, two_nights, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text(FILE)
    broken = Response(503, {}, b"")
    spoil = lambda request: broken if request.path.startswith("/europepmc") else None  # noqa: E731
    with Replica([Snapshot(None, by_id([record(1)]))], intercept=spoil) as registry:
        assert papers("--search", registry=registry).returncode == 4
    assert papers("--import", file).returncode == 0
    status = run_here(["status", "--json"], {"MSCWATCH_DATA_DIR": str(two_nights.data_dir.path)}).stdout
    assert {question["outcome"] for question in json.loads(status)["papers"]["last_search"]} == {"failed"}


def looked(**values):
    return Looked("run", **({"hits": 1, "read": 1, "new": 1} | values))


def test_each_number_is_said_in_its_form():
    one = list(_sentences(looked(requests=1, counting=1, waiting=1), None))
    assert one == [
        "Europe PMC and PubMed: 1 request, 1 hit, 1 paper read, 1 of them new.",
        "1 more counts as a trial's publication; the next night that publishes reports it.",
        "1 link between a trial and a paper waits for a yes or no: mscwatch links.",
    ]
    several = list(_sentences(looked(hits=3, read=2, counting=2, waiting=2, known=1), Path("mine.ris")))
    assert several == [
        "mine.ris: 3 entries, 2 papers read, 1 of them new, 1 that Europe PMC or PubMed had named before.",
        "2 more count as a trial's publication; the next night that publishes reports them.",
        "2 links between trials and papers wait for a yes or no: mscwatch links.",
    ]
    assert last_search([], 1) == (
        "Papers: not searched yet. 1 link between a trial and a paper waits for a yes or no: mscwatch links."
    )
    assert last_search([], 0) == "Papers: not searched yet."


@pytest.mark.parametrize(
    ("entries", "named"), [(MOST_NAMED, "them"), (MOST_NAMED + 1, f"the first {MOST_NAMED}")]
)
def test_how_many_entries_the_table_names_is_said(entries, named):
    left_out = tuple(f"entry {number} has no title" for number in range(entries))
    *_, said = _sentences(looked(left_out=left_out), Path("mine.ris"))
    assert said == f"Left out: {entries - 20} more; the table searches names {named}."


@pytest.mark.parametrize("content", [b"\x00\x01", b"Title,PMID\nT,\n", b'Title,PMID\n"T,1'])
def test_a_broken_file_is_a_sentence_and_nothing_is_stored(papers, two_nights, tmp_path, content):
    file = tmp_path / "broken.csv"
    file.write_bytes(content)
    before = two_nights.data_dir.working.read_bytes()
    done = papers("--import", file)
    assert done.returncode == 2
    assert done.stderr.startswith(f"mscwatch: The file {file} ")
    assert two_nights.data_dir.working.read_bytes() == before
    assert papers("--import", tmp_path / "none.ris").returncode == 2
