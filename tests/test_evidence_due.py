"""When results were due: each situation of a trial, on each of the four clocks, as of the night of 2022-10-06."""

from __future__ import annotations

import pytest

from mscwatch.pipeline import run
from mscwatch.replica import Replica
from mscwatch.settings import Settings
from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import load_watch
from support.records import edited, record
from support.snapshots import nights


def ended(day="2020-03", *, status="COMPLETED", phases=("PHASE2",), **more):
    """What makes a completed interventional trial of a record; `more` are further modules."""

    def edit(one):
        protocol = one["protocolSection"]
        protocol["statusModule"] |= {
            "overallStatus": status,
            "primaryCompletionDateStruct": {"date": day, "type": "ACTUAL"},
            "completionDateStruct": {"date": day, "type": "ACTUAL"},
        }
        protocol["designModule"] = {
            "studyType": "INTERVENTIONAL",
            "phases": list(phases),
            "enrollmentInfo": {"count": 30, "type": "ACTUAL"},
        }
        for module, values in more.items():
            protocol[module] = protocol.get(module, {}) | values

    return edit


def with_results(day):
    def edit(one):
        ended()(one)
        one["hasResults"] = True
        one["protocolSection"]["statusModule"]["resultsFirstPostDateStruct"] = {"date": day, "type": "ACTUAL"}

    return edit


def pending(*steps):
    def edit(one):
        ended(oversightModule=FDA)(one)
        told = [{"type": step, "date": day} for step, day in steps]
        one["annotationSection"] = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": told}}}

    return edit


def papers(*told, title="Cells in patients with cirrhosis", when="2022 May"):
    citation = f"Author A, Other B. {title}. J Hepatol. {when};1:1-9."
    return {"references": [{"pmid": pmid, "type": kind, "citation": citation} for pmid, kind in told]}


PROTOCOL = "Cells in patients with cirrhosis: study protocol"


def derived(number, **about):
    return papers((f"310000{number}", "DERIVED"), **about)


FDA = {"isFdaRegulatedDrug": True, "isFdaRegulatedDevice": False}
NOT_FDA = {"isFdaRegulatedDrug": False, "isFdaRegulatedDevice": False}
IN_US = {"locations": [{"facility": "A clinic", "country": "United States"}]}

SITUATIONS = {
    "silent": ended(),
    "silent in the US": ended(oversightModule=FDA, contactsLocationsModule=IN_US),
    "old record in the US": ended("2018-03", contactsLocationsModule=IN_US),
    "not for the FDA": ended(oversightModule=NOT_FDA),
    "phase 1 alone": ended(oversightModule=FDA, phases=("PHASE1",)),
    "phase 1 and 2": ended(oversightModule=FDA, phases=("PHASE1", "PHASE2")),
    "ended before the rule": ended("2017-01-17", oversightModule=FDA),
    "ended on the day of the rule": ended("2017-01-18", oversightModule=FDA),
    "delayed": ended("2021-03", oversightModule=FDA, statusModule={"dispFirstSubmitDate": "2021-06-01"}),
    "delayed too long": ended("2019-03", oversightModule=FDA, statusModule={"dispFirstSubmitDate": "2019-06-01"}),
    "sent": pending(("RELEASE", "2021-02-01"), ("RESET", "2021-03-01"), ("RELEASE", "2021-04-01")),
    "returned": pending(("RELEASE", "2021-02-01"), ("RESET", "2021-03-01")),
    "taken back": pending(("RELEASE", "2021-02-01"), ("UNRELEASE", "2021-03-01")),
    "posted in time": with_results("2021-01-10"),
    "posted late": with_results("2021-04-30"),
    "published": ended(referencesModule=papers(("31000001", "DERIVED"))),
    "perhaps published": ended(referencesModule=papers(("31000002", "RESULT"))),
    "only literature": ended(referencesModule=papers(("31000003", "BACKGROUND"))),
    "recruiting beyond its end": ended(status="RECRUITING"),
    "recruiting with a protocol paper": ended(
        "2024-03", status="RECRUITING", referencesModule=derived(40, title=PROTOCOL)
    ),
    "only a protocol": ended(referencesModule=derived(41, title=PROTOCOL)),
    "of unknown kind": ended(referencesModule=derived(42, title="Of the liver")),
    "a further analysis": ended(referencesModule=derived(43, title="Cells in patients: a post hoc analysis")),
    "a paper before the start": ended(
        referencesModule=derived(44, when="2020 Apr 30"), statusModule={"startDateStruct": {"date": "2020-05"}}
    ),
    "a paper in the month of the start": ended(
        referencesModule=derived(45, when="2020 May 2"), statusModule={"startDateStruct": {"date": "2020-05"}}
    ),
    "a paper before the primary completion": ended("2022-06", referencesModule=derived(46)),
    "a paper of other cells": ended(
        referencesModule=derived(47, title="Bone marrow cells in patients with cirrhosis")
    ),
    "a paper of other cells' donor": ended(
        armsInterventionsModule={"interventions": [{"type": "BIOLOGICAL", "name": "Allogeneic UC-MSC"}]},
        referencesModule=derived(50, title="Autologous stromal cells in patients with cirrhosis"),
    ),
    "a paper of both cells": ended(
        armsInterventionsModule={"interventions": [{"type": "BIOLOGICAL", "name": "Allogeneic UC-MSC"}]},
        referencesModule=derived(51, title="Umbilical cord cells with autologous bone marrow in patients"),
    ),
    "recruiting and published": ended(
        status="RECRUITING",
        statusModule={"primaryCompletionDateStruct": {"date": "2024-03", "type": "ESTIMATED"}},
        referencesModule=derived(48),
    ),
    "unknown and published": ended(status="UNKNOWN", referencesModule=derived(49)),
    "unknown": ended(status="UNKNOWN"),
    "withdrawn": ended(status="WITHDRAWN"),
    "just ended": ended("2022-09-30"),
    "due today": ended("2021-10-06"),
    "due yesterday": ended("2021-10-05"),
}  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(SITUATIONS, start=1)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A warehouse in which every situation is one trial."""
    folder = tmp_path_factory.mktemp("due")
    watch = folder / "all.toml"
    watch.write_text('name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n')
    told = [edited(record(NUMBERS[name]), edit) for name, edit in SITUATIONS.items()]
    observational = record(99, designModule={"studyType": "OBSERVATIONAL"})
    with Replica(nights([*told, observational])) as registry:
        chosen = Settings(data_dir=folder, min_interval=0, retry_budget=0, api_url=registry.url)
        assert run.run_watch(run.RunOrder(chosen, load_watch(str(watch)))).error is None
    return folder


@pytest.fixture(scope="module")
def clocks(folder):
    """State, days overdue and reason by situation and clock."""
    with queries.open_published(DataDir(folder)) as con:
        found = con.execute("SELECT nct_id, clock, state, days_overdue, reason FROM results_due").fetchall()
    names = {f"NCT{number:08}": name for name, number in NUMBERS.items()}
    return {(names.get(nct_id, "observational"), clock): values for nct_id, clock, *values in found}


@pytest.mark.parametrize(
    ("situation", "clock", "state", "words"),
    [
        ("silent", "fdaaa", "not applicable", "no site in the U.S."),
        ("silent", "who_results", "overdue", "ended on 2020-03-31, no results on the registry"),
        ("silent", "who_publication", "overdue", "no publication known"),
        ("silent", "silence", "overdue", "neither results nor a publication known"),
        (
            "silent in the US",
            "fdaaa",
            "overdue",
            "PHASE2, a product regulated by the FDA, a site in the U.S.",
        ),
        (
            "old record in the US",
            "fdaaa",
            "overdue",
            "a product that the FDA may regulate, a site in the U.S.",
        ),
        ("not for the FDA", "fdaaa", "not applicable", "no product regulated by the FDA is studied"),
        ("phase 1 alone", "fdaaa", "not applicable", "phase 1 alone"),
        ("phase 1 alone", "who_results", "overdue", "no results on the registry"),
        ("phase 1 and 2", "fdaaa", "overdue", "PHASE1/PHASE2"),
        ("ended before the rule", "fdaaa", "not applicable", "before 2017-01-18"),
        ("ended on the day of the rule", "fdaaa", "overdue", "likely applicable"),
        ("delayed", "fdaaa", "excused", "submitted on 2021-06-01"),
        ("delayed", "who_results", "overdue", "no results"),
        (
            "delayed too long",
            "fdaaa",
            "overdue",
            "the two years of the delay submitted on 2019-06-01 are over",
        ),
        ("sent", "fdaaa", "submitted", "sent on 2021-04-01 and are in quality control"),
        ("returned", "fdaaa", "submitted", "returned by the registry for correction on 2021-03-01"),
        ("taken back", "fdaaa", "overdue", "no results on the registry"),
        ("posted in time", "who_results", "met", "results posted on 2021-01-10"),
        ("posted late", "who_results", "met", "posted on 2021-04-30, 30 days after they were due"),
        ("posted late", "who_publication", "overdue", "no publication known"),
        ("posted late", "silence", "met", "results posted"),
        ("published", "who_publication", "met", "published: PMID 31000001"),
        ("published", "who_results", "overdue", "no results on the registry"),
        ("published", "silence", "met", "published: PMID 31000001"),
        (
            "only a protocol",
            "who_publication",
            "overdue",
            "no publication known, only a protocol: PMID 31000041",
        ),
        ("of unknown kind", "who_publication", "to confirm", "wait for a person's word: PMID 31000042"),
        ("a further analysis", "who_publication", "met", "published: PMID 31000043"),
        ("a paper before the start", "who_publication", "to confirm", "PMID 31000044"),
        ("a paper in the month of the start", "who_publication", "met", "PMID 31000045"),
        ("a paper before the primary completion", "who_publication", "not due", "ended on 2022-06-30"),
        ("a paper of other cells", "silence", "to confirm", "PMID 31000047"),
        (
            "recruiting and published",
            "who_publication",
            "met",
            "published although recruiting: PMID 31000048",
        ),
        ("recruiting and published", "who_results", "not ended", "recruiting, planned to end"),
        ("a paper of other cells' donor", "who_publication", "to confirm", "PMID 31000050"),
        ("a paper of both cells", "who_publication", "met", "PMID 31000051"),
        ("unknown and published", "silence", "met", "published although unknown: PMID 31000049"),
        ("perhaps published", "who_publication", "to confirm", "wait for a person's word: PMID 31000002"),
        ("only literature", "silence", "overdue", "neither results nor a publication known"),
        (
            "recruiting beyond its end",
            "who_results",
            "not ended",
            "still recruiting, although its planned end",
        ),
        ("recruiting with a protocol paper", "who_publication", "not ended", "recruiting, planned to end on"),
        ("unknown", "silence", "not known", "no longer confirms the record"),
        ("withdrawn", "who_results", "not applicable", "nobody was enrolled"),
        ("just ended", "who_results", "not due", "ended on 2022-09-30"),
        ("due today", "who_results", "not due", "ended on 2021-10-06"),
        ("due yesterday", "who_results", "overdue", "ended on 2021-10-05"),
        ("observational", "who_results", "not applicable", "not an interventional trial"),
        ("observational", "silence", "not ended", "recruiting, no end planned"),
    ],
)
def test_a_clock_says_how_it_stands_and_why(clocks, situation, clock, state, words):
    found, days, reason = clocks[situation, clock]
    assert found == state
    assert words in reason
    assert (days is not None) == (state == "overdue")


def test_every_trial_has_every_clock_and_a_reason(clocks):
    assert len(clocks) == 4 * (len(SITUATIONS) + 1)
    assert all(reason for _, _, reason in clocks.values())


def test_days_are_counted_to_the_night_not_to_the_day_of_reading(clocks):
    assert clocks["due yesterday", "who_results"][1] == 1


def test_the_silent_list_leaves_out_what_is_published_and_names_what_waits(folder):
    with queries.open_published(DataDir(folder)) as con:
        found = dict(con.execute("SELECT nct_id, reason FROM completed_without_publication").fetchall())
    listed = {name: found.get(f"NCT{number:08}") for name, number in NUMBERS.items()}
    assert listed["published"] is None
    assert listed["recruiting beyond its end"] is None
    assert "no results on the registry; the papers listed as its own wait" in listed["perhaps published"]
    assert listed["only literature"].endswith("its record lists only literature of others")
    assert listed["silent"].endswith("its record lists no paper")
    assert listed["posted late"].startswith("results are posted on the registry")
    assert listed["only a protocol"].endswith("only a protocol known: PMID 31000041")
    assert listed["a further analysis"] is None


def test_what_is_published_though_the_registry_says_otherwise(folder):
    asked = "SELECT nct_id, overall_status, paper_id, summary FROM published_though ORDER BY nct_id"
    with queries.open_published(DataDir(folder)) as con:
        found = con.execute(asked).fetchall()
    assert found == [
        (f"NCT{NUMBERS[name]:08}", status, paper, f"published although {status.lower()}")
        for name, status, paper in (
            ("recruiting and published", "RECRUITING", "PMID:31000048"),
            ("unknown and published", "UNKNOWN", "PMID:31000049"),
        )
    ]


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        ("of unknown kind", "what kind of paper it is, is not known"),
        (
            "a paper before the start",
            "it is older than the trial: it appeared by 2020-04-30, the trial started in 2020-05",
        ),
        ("a paper before the primary completion", "older than the primary completion"),
        ("a paper of other cells", "its title says bone marrow, the record umbilical cord"),
    ],
)
def test_a_doubtful_paper_waits_with_its_reason(folder, situation, words):
    asked = f"SELECT grade, counts, is_waiting, reason FROM publications WHERE nct_id = 'NCT{NUMBERS[situation]:08}'"
    with queries.open_published(DataDir(folder)) as con:
        ((grade, counts, is_waiting, reason),) = con.execute(asked).fetchall()
    assert (grade, counts, is_waiting) == ("to_confirm", False, True)
    assert words in reason


def test_a_protocol_is_linked_and_does_not_count(folder):
    asked = (
        f"SELECT grade, kind, counts FROM publications WHERE nct_id = 'NCT{NUMBERS['only a protocol']:08}'"
    )
    with queries.open_published(DataDir(folder)) as con:
        assert con.execute(asked).fetchall() == [("linked", "protocol", False)]
        kept = "SELECT paper_id, kind, found_by, year, first_author FROM papers WHERE pmid = '31000001'"
        assert con.execute(kept).fetchall() == [("PMID:31000001", "results", "registry", 2022, "Author A")]


def test_a_person_who_accepts_or_rejects_a_paper_moves_the_trial(folder):
    nct_id = f"NCT{NUMBERS['perhaps published']:08}"
    asked = f"SELECT state, reason FROM results_due WHERE nct_id = '{nct_id}' AND clock = 'who_publication'"
    decide = "INSERT OR REPLACE INTO link_decisions VALUES (?, '31000002', ?, 'read it', '2022-10-05', 'A. Reader')"
    with working.open_warehouse(DataDir(folder)) as con:
        con.execute(decide, [nct_id, "accept"])
        assert con.execute(asked).fetchall() == [("met", "published: PMID 31000002")]
        con.execute(decide, [nct_id, "reject"])
        assert con.execute(asked).fetchone()[0] == "overdue"
        con.execute("DELETE FROM link_decisions")
