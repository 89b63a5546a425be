"""A person links a paper that nothing lists: by PMID or DOI, however it is written, and it is never lost in silence."""

from __future__ import annotations

import shutil

import pytest

from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.screening.decisions import read
from mscwatch.screening.entries import paper_number
from mscwatch.settings import Settings
from mscwatch.store import queries
from mscwatch.store.decisions import load, publish_decisions
from mscwatch.store.without_effect import without_effect
from mscwatch.watches import load_watch
from support.command import run_here
from support.orders import REVIEWED, write_watch
from support.records import record
from support.snapshots import nights
from support.warehouse import rows

ONE = "NCT00000001"
CITED = "Somebody A. Cells for the liver. J Cells. 2020. doi: 10.1000/ABC.def-7."
LISTED = {"referencesModule": {"references": [{"type": "RESULT", "pmid": "222", "citation": CITED}]}}
KEYS = ("nct_id", "paper", "decision", "reason", "date", "by")

pytestmark = pytest.mark.reviewed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night: a completed trial whose record lists one paper, and one that lists none."""
    folder = tmp_path_factory.mktemp("made")
    watch = write_watch(folder, REVIEWED)
    with Replica(nights([record(1, status="COMPLETED", **LISTED), record(2)])) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url, report=False)
        assert run_watch(RunOrder(settings, load_watch(str(watch)))).exit_code == 0
    return settings.data_dir


@pytest.fixture
def tonight(order, made):
    """That directory for one test."""
    tonight = order("http://127.0.0.1:9", report=False)
    shutil.copytree(made, tonight.settings.data_dir)
    return tonight


def links(tonight, *words):
    said = ("links", *words, "--reason", "the methods name it", "--by", "A. Reader") if words else ("links",)
    return run_here(said, {"MSCWATCH_DATA_DIR": str(tonight.settings.data_dir)})


def publications(tonight, trial=ONE):
    return rows(tonight, f"SELECT paper, pmid, grade FROM publications WHERE nct_id = '{trial}' ORDER BY ALL")


def decide(tonight, *entries):
    """Write and publish a decisions file; each entry is trial, paper, decision and day."""
    texts = [
        f'[[link]]\nnct_id = "{trial}"\npaper = "{paper}"\ndecision = "{decision}"\nreason = "r"\ndate = {day}\nby = "B"\n'
        for trial, paper, decision, day in entries
    ]
    tonight.settings.decisions.write_text("\n".join(texts))
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    with queries.open_published(tonight.data_dir) as con:
        return list(map(str, without_effect(con, load(tonight.settings.decisions).entries())))


@pytest.mark.parametrize(
    ("written", "paper"),
    [
        ("999", "999"),
        ("PMID: 999", "999"),
        ("pmid:0999", "999"),
        ("https://pubmed.ncbi.nlm.nih.gov/999/", "999"),
        ("10.1000/New.1", "10.1000/new.1"),
        ("doi:10.1000/new.1", "10.1000/new.1"),
        ("DOI: 10.1000/NEW.1.", "10.1000/new.1"),
        ("https://doi.org/10.1000/new%2E1", "10.1000/new.1"),
        ("http://dx.doi.org/10.1000/new.1", "10.1000/new.1"),
        ("REF:ref-0123abcd", "ref-0123abcd"),
        ("PPR91012", "PPR91012"),
        ("ppr:PPR91012", "PPR91012"),
        ("PMC1234", None),
        ("123456789", None),
        ("10.1000", None),
        ("", None),
    ],
)
def test_a_paper_has_one_spelling(written, paper):
    assert paper_number(written) == paper


@pytest.mark.slow
@pytest.mark.parametrize(("paper", "pmid"), [("999", "999"), ("10.1000/new.1", None)])
def test_a_paper_that_nothing_lists_is_the_trials_after_a_yes(tonight, paper, pmid):
    silent = f"SELECT count(*) FROM completed_without_publication WHERE nct_id = '{ONE}'"
    assert rows(tonight, silent) == [(1,)]
    done = links(tonight, "accept", ONE, paper)
    assert (done.returncode, done.stderr) == (0, "")
    assert (paper, pmid, "accepted") in publications(tonight)
    (reason,) = rows(tonight, f"SELECT reason FROM publications WHERE paper = '{paper}'")
    assert reason == ("the methods name it; neither the record nor Table 2 lists it for this trial",)
    assert rows(tonight, silent) == [(0,)]
    run_watch(tonight)  # the registry does not answer: what is decided holds all the same
    assert (paper, pmid, "accepted") in publications(tonight)
    assert "Decided without effect" not in links(tonight).stdout


def test_a_no_to_a_paper_that_nothing_lists_is_kept(tonight):
    assert links(tonight, "reject", ONE, "999").returncode == 0
    assert ("999", "999", "rejected") in publications(tonight)
    assert rows(tonight, f"SELECT count(*) FROM completed_without_publication WHERE nct_id = '{ONE}'") == [
        (1,)
    ]


def test_a_doi_that_the_record_cites_decides_the_paper_of_that_citation(tonight):
    assert links(tonight, "accept", ONE, "10.1000/abc.DEF-7").returncode == 0
    assert publications(tonight) == [("222", "222", "accepted")]


def test_a_doi_of_table_2_decides_its_paper(tonight):
    assert links(tonight, "accept", ONE, "10.1097/MEG.0b013e32832a1f6c").returncode == 0
    assert ("19455046", "19455046", "accepted") in publications(tonight)
    (reason,) = rows(
        tonight, f"SELECT reason FROM publications WHERE nct_id = '{ONE}' AND paper = '19455046'"
    )
    assert "it is row 2 of Table 2" in reason[0]


def test_of_two_decisions_on_one_paper_the_later_holds_and_the_earlier_is_named(tonight):
    idle = decide(
        tonight, (ONE, "222", "reject", "2026-01-01"), (ONE, "10.1000/abc.def-7", "accept", "2026-01-02")
    )
    assert publications(tonight) == [("222", "222", "accepted")]
    assert idle == [
        f"{ONE} and paper 222 rejected: a later decision is about the same paper under another number"
    ]


def test_two_decisions_that_agree_on_one_paper_are_both_good(tonight):
    both = ((ONE, "222", "accept", "2026-01-01"), (ONE, "10.1000/abc.def-7", "accept", "2026-01-02"))
    assert decide(tonight, *both) == []
    assert publications(tonight) == [("222", "222", "accepted")]


@pytest.mark.parametrize(
    ("trial", "paper", "says"),
    [
        ("NCT09999999", "999", "the watch has never seen NCT09999999"),
        (ONE, "ref-0123abcd", f"no reference of {ONE} has this code any more"),
        (ONE, "a paper of theirs", "neither a PMID nor a DOI"),
    ],
)
def test_a_decision_that_finds_no_paper_says_so(tonight, trial, paper, says):
    (idle,) = decide(tonight, (trial, paper, "accept", "2026-01-01"))
    assert says in idle
    assert "Decided without effect" in links(tonight).stdout


@pytest.mark.parametrize("paper", ["PMC1234", "a paper", "123456789"])
def test_what_is_no_paper_is_refused_and_not_written(tonight, paper):
    done = links(tonight, "accept", ONE, paper)
    assert (done.returncode, "neither a PMID" in done.stderr) == (2, True)
    assert not tonight.settings.decisions.exists()


def test_a_decision_on_an_unknown_trial_is_written_and_exits_1(tonight):
    done = links(tonight, "accept", "nct09999999", "999")
    assert (done.returncode, "the watch has never seen NCT09999999" in done.stderr) == (1, True)
    assert len(read(tonight.settings.decisions.read_text(), "it").links) == 1


def test_a_number_that_is_no_trial_is_refused(tonight):
    assert links(tonight, "accept", "NCT1", "999").returncode == 2
