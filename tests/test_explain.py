"""`explain_event` answers "why was I told this?" for each kind of event, to somebody who knows nothing of the program."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from mscwatch.changes.rules import MEANINGS
from mscwatch.cli.app import app
from mscwatch.errors import MscwatchError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from mscwatch.store.explain import fragment
from mscwatch.vocabulary import EventKind
from mscwatch.watches import load_watch
from support.records import edited, record, set_status
from support.sinks import WebhookSink

PAPER = {"pmid": "123", "type": "RESULT", "citation": "Li X. \x1b[31mStem cells."}


def in_section(module, **values):
    """An edit that sets keys of one module of protocolSection."""

    def edit(one):
        one["protocolSection"].setdefault(module, {}).update(values)

    return edit


def post_results(one):
    one["hasResults"] = True


def off_topic(number):
    return record(number, conditionsModule={"conditions": ["Myopia"]}, armsInterventionsModule={},
        identificationModule={"nctId": f"NCT{number:08}", "briefTitle": "Glasses"})  # fmt: skip


# What makes each kind, between two nights, of the trial whose number is its place in the list.
EDITS = {
    EventKind.COMPLETED: set_status("COMPLETED"),
    EventKind.TERMINATED: set_status("TERMINATED", whyStopped="no money"),
    EventKind.WITHDRAWN: set_status("WITHDRAWN"),
    EventKind.SUSPENDED: set_status("SUSPENDED"),
    EventKind.BECAME_UNKNOWN: set_status("UNKNOWN"),
    EventKind.STATUS_CHANGED: set_status("ACTIVE_NOT_RECRUITING"),
    EventKind.RESULTS_POSTED: post_results,
    EventKind.RESULTS_REMOVED: lambda one: one.update(hasResults=False),
    EventKind.PRIMARY_OUTCOME_CHANGED: in_section("outcomesModule", primaryOutcomes=[{"measure": "MELD score"}]),
    EventKind.ENROLLMENT_CHANGED: in_section("designModule", enrollmentInfo={"count": 41}),
    EventKind.DATE_CHANGED: in_section("statusModule", startDateStruct={"date": "2021-09"}),
    EventKind.PUBLICATION_LINKED: in_section("referencesModule", references=[PAPER]),
    EventKind.BECAME_RELEVANT: lambda one: one["protocolSection"].update(record(1)["protocolSection"] | {
        "identificationModule": {"nctId": f"NCT{13:08}", "briefTitle": "Mesenchymal stem cells in cirrhosis"}}),
    EventKind.WITHHELD: set_status("WITHHELD"),
}  # fmt: skip
NUMBERS = {kind: number for number, kind in enumerate(EDITS, start=1)}
GONE, ENTERS, IS_NEW, TARGET, ALIAS, LEAVES = range(21, 27)
TAKEN_BACK = NUMBERS[EventKind.SUSPENDED]


def before_edits(kind, number):
    one = off_topic(number) if kind is EventKind.BECAME_RELEVANT else record(number)
    if kind is EventKind.RESULTS_REMOVED:
        post_results(one)
    return one


def the_nights():
    """Four nights that raise every kind: edits; a departure in two steps; a return and an answer taken back."""
    first = {number: before_edits(kind, number) for kind, number in NUMBERS.items()}
    first |= {number: record(number) for number in (GONE, TARGET, ALIAS, LEAVES)}
    second = {number: edited(first[number], EDITS[kind]) for kind, number in NUMBERS.items()}
    fresh = edited(
        record(IS_NEW), in_section("statusModule", studyFirstPostDateStruct={"date": "2022-10-06"})
    )
    second |= {ENTERS: record(ENTERS), IS_NEW: fresh, TARGET: first[TARGET]}
    second[LEAVES] = edited(first[LEAVES], set_status("ENROLLING_BY_INVITATION"))
    third = second | {TAKEN_BACK: first[TAKEN_BACK]}
    fourth = third | {ALIAS: first[ALIAS]}
    contents = (first, second, third, fourth)
    days = ("2022-10-06", "2022-10-07", "2022-10-10", "2022-10-11")
    merged = {f"NCT{ALIAS:08}": f"NCT{TARGET:08}"}
    return [
        Snapshot(
            f"{day}T09:00:05",
            {f"NCT{number:08}": one for number, one in content.items()},
            merged if ALIAS not in content else {},
            papers,
        )
        for day, content, papers in zip(days, contents, papers_of_the_nights(), strict=True)
    ]


def papers_of_the_nights():
    """One of nothing here; one that names a trial; the same, retracted."""
    other = {"pmid": "776", "title": "Glasses", "published_on": "2020-01-01"}
    found = {"pmid": "777", "title": "Cells in cirrhosis: a randomized trial", "authors": ["Doe J"], "year": 2022,
        "published_on": "2022-09-01", "indexed_on": "2022-10-07", "publication_types": ["Clinical Trial"],
        "declared_numbers": ["NCT00000001"]}  # fmt: skip
    return [[other], [other, found], [found | {"is_retracted": True}], [found | {"is_retracted": True}]]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A warehouse after those nights, told to a webhook."""
    folder = tmp_path_factory.mktemp("made")
    watch = folder / "all.toml"
    kinds = ", ".join(f'"{kind}"' for kind in EventKind)
    watch.write_text(
        'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n'
        'advanced = "NOT AREA[OverallStatus]ENROLLING_BY_INVITATION"\n[relevance]\nrules = "msc-liver"\n'
        f'[alerts]\nrelevance = ["core", "unsure"]\nkinds = [{kinds}]\n'
        '[papers]\nquery = "cells"\n'
    )
    with Replica(the_nights()) as registry, WebhookSink() as slack:
        settings = Settings(
            data_dir=folder / "data", min_interval=0, api_url=registry.url, slack_webhook_url=slack.url,
            europepmc_url=registry.europepmc_url, pubmed_url=registry.pubmed_url,
        )  # fmt: skip
        for _ in registry.nights:
            result = run_watch(RunOrder(settings, load_watch(str(watch))))
            assert result.exit_code == 0, result.error
            registry.advance()
    return settings.data_dir


@pytest.fixture
def explain(made, monkeypatch):
    """Run `mscwatch explain`; what it prints."""
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(made))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words):
        done = CliRunner().invoke(app, ["explain", *words])
        if done.exception:
            raise done.exception
        return done.output

    return run


def events_of(folder, kind):
    with queries.open_published(DataDir(folder)) as con:
        return [row for row in queries.events(con, kinds=[kind]) if not row["is_baseline"]]


# What a reader must find for each kind beside rule, night and who was told.
SAID = {
    EventKind.COMPLETED: ['- "RECRUITING"', '+ "COMPLETED"', "Before: version 1", "After: version 2"],
    EventKind.TERMINATED: ["Why stopped: no money", '+ "TERMINATED"'],
    EventKind.WITHDRAWN: ['+ "WITHDRAWN"'],
    EventKind.SUSPENDED: ["No: event", "took it back on", "this did not happen"],
    EventKind.BECAME_UNKNOWN: ["UNKNOWN comes from the registry itself", '+ "UNKNOWN"'],
    EventKind.STATUS_CHANGED: ['+ "ACTIVE_NOT_RECRUITING"'],
    EventKind.RESULTS_POSTED: ["- false", "+ true"],
    EventKind.RESULTS_REMOVED: ["- true", "+ false"],
    EventKind.PRIMARY_OUTCOME_CHANGED: ['"measure": "MELD score"', "Primary outcomes were added, dropped"],
    EventKind.ENROLLMENT_CHANGED: ["- null", "+ 41"],
    EventKind.DATE_CHANGED: ['- "2020-05"', '+ "2021-09"'],
    EventKind.PUBLICATION_LINKED: ['"pmid": "123"', "A paper of this trial was linked"],
    EventKind.PUBLICATION_FOUND: [
        "PMID 777",
        "which the registry does not list",
        "stands in PubMed's DataBank",
    ],
    EventKind.PUBLICATION_RETRACTED: ["PMID 777 was retracted"],
    EventKind.BECAME_RELEVANT: ["Myopia", "Liver Cirrhosis", "it now is, or may be, about the topic"],
    EventKind.WITHHELD: ["The registry redacts the record", "status WITHHELD"],
    EventKind.NEW_TRIAL: ["first posted 2022-10-06", "The record then: version 1", '"2022-10-06"'],
    EventKind.ENTERED_WATCH: ['"2020-04-01"'],
    EventKind.LEFT_WATCH: ["answered: here", "no longer matched"],
    EventKind.MERGED: ["answered: forwarded", "Merged into NCT00000024"],
    EventKind.REMOVED: ["answered: gone", "not found on 2022-10-07 and on 2022-10-10"],
    EventKind.RETURNED: ["matches again"],
    EventKind.RETRACTED: ["It takes back event", "suspended", "this did not happen"],
}


@pytest.mark.parametrize("kind", list(EventKind))
def test_a_stranger_finds_why_when_and_to_whom(made, explain, kind):
    event = events_of(made, kind)[0]
    said = explain(event["event_id"])
    assert said.startswith(f"{event['nct_id']}: {kind} (severity {event['severity']})")
    for words in (
        f"event {event['event_id']}",
        "The rule",
        *([] if event["field"] == "paper" else [f"What the registry said at {event['field']}"]),
        f"Run {event['run_id']}, begun",
        "Proof: the registry said",
        "slack to ",
        "Whether it stands",
        *SAID[kind],
    ):
        assert words in said, f"{words!r} is not in:\n{said}"
    assert "\x1b" not in said


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_its_rule_in_words(kind):
    assert len(MEANINGS[kind]) > 40


def test_what_stands_says_so_and_a_baseline_says_that_nobody_was_told(made, explain):
    completed = events_of(made, EventKind.COMPLETED)[0]
    assert "Yes: nothing took it back." in explain(completed["event_id"])
    with queries.open_published(DataDir(made)) as con:
        baseline = next(row for row in queries.events(con, baseline=True) if row["is_baseline"])
    assert "Nobody: what was there before the watch began" in explain(baseline["event_id"])


def test_json_has_both_fragments_the_proof_and_the_deliveries(made, explain):
    event = events_of(made, EventKind.PUBLICATION_LINKED)[0]
    found = json.loads(explain(event["event_id"], "--json"))
    assert (found["event"]["event_id"], found["trial"]["nct_id"]) == (event["event_id"], event["nct_id"])
    assert (found["before"]["version_no"], found["after"]["version_no"]) == (1, 2)
    assert (found["before"]["fragment"], found["after"]["fragment"]) == (None, [PAPER])
    assert found["run"]["proof"]["distinct"] == found["run"]["fetched"]
    assert [one["channel"] for one in found["deliveries"]] == ["slack"]
    assert found["rule"].startswith("A paper of this trial")


def test_the_beginning_of_an_id_is_enough_if_it_is_the_only_one(made, explain):
    event_id = events_of(made, EventKind.COMPLETED)[0]["event_id"]
    assert explain(f" {event_id[:10].upper()} ") == explain(event_id)
    with pytest.raises(MscwatchError, match="Several event ids"):
        explain("")
    with pytest.raises(MscwatchError, match=r'No event id begins with "zz"\. `mscwatch events`'):
        explain("zz")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("state = 'owed', attempts = 2, error = 'HTTP 503'", "still owed after 2 attempt(s). HTTP 503"),
        ("state = 'gave_up', attempts = 30, error = 'HTTP 404'", "given up after 30 attempt(s): HTTP 404"),
        ("shown = 'counted'", "counted and attached"),
    ],
)
def test_how_the_telling_went_is_said(made, explain, tmp_path, monkeypatch, state, words):
    shutil.copytree(made, tmp_path / "copy")
    places = DataDir(tmp_path / "copy")
    with working.open_warehouse(places) as con:
        con.execute(f"UPDATE deliveries SET {state}")
    shutil.copyfile(places.working, places.published)
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(places.path))
    assert words in explain(events_of(made, EventKind.COMPLETED)[0]["event_id"])


def test_a_fragment_is_what_the_field_points_at():
    one = record(1, referencesModule={"references": [PAPER, {"pmid": "9"}]})
    path = "protocolSection.referencesModule.references"
    assert fragment(one, f"{path}[pmid=123]") == [PAPER]
    assert fragment(one, path) == [PAPER, {"pmid": "9"}]
    assert fragment(one, "protocolSection.nowhere.at.all") is None
    assert fragment(one, "hasResults") is False
