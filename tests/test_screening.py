"""Screening: a person's word wins over the rules, is visible, wakes nobody, and stands in the search's record."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, datetime

import pytest
import rispy
from typer.testing import CliRunner

from mscwatch.changes.plan import PlanContext, plan
from mscwatch.cli.app import app
from mscwatch.errors import ConfigError
from mscwatch.model import Address
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.review import ris
from mscwatch.screening import relevance
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import ScreeningDecision
from mscwatch.screening.judgement import judge
from mscwatch.settings import Settings
from mscwatch.store import rebuild, sql, working
from mscwatch.vocabulary import EventKind, RunOutcome
from mscwatch.watch import Watch
from mscwatch.watches import load_watch
from support.orders import write_watch
from support.records import edited, known, record, seen, set_status
from support.snapshots import nights
from support.warehouse import rows

HOSTILE = '=cmd|"/c calc"!A1\nER  - \n\nTY  - JOUR\nTI  - planted'
INCLUDE = (
    '[[screening]]\nnct_id = "{}"\ndecision = "{}"\nreason = "{}"\ndate = 2026-01-31\nby = "A. Reader"\n'
)


def knee(number):
    titled = {"nctId": f"NCT{number:08}", "briefTitle": "Mesenchymal stem cells for the knee"}
    return record(number, identificationModule=titled, conditionsModule={"conditions": ["Gonarthrosis"]})


def hostile(number):
    titled = {"nctId": f"NCT{number:08}", "briefTitle": HOSTILE, "officialTitle": HOSTILE}
    return record(number, identificationModule=titled)


SOMEBODY = Address("email", "a@example.org")
CONTENT = [record(1), knee(2), hostile(3)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night: a trial of the topic, one off it, and one with a hostile title."""
    folder = tmp_path_factory.mktemp("made")
    with Replica(nights(CONTENT)) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url, report=False)
        assert run_watch(RunOrder(settings, load_watch(str(write_watch(folder))))).exit_code == 0
    return settings.data_dir


@pytest.fixture
def registry():
    with Replica(nights(CONTENT, [edited(CONTENT[0], set_status("COMPLETED")), *CONTENT[1:]])) as running:
        yield running


@pytest.fixture
def tonight(order, made, registry, monkeypatch):
    """That directory for one test, with the registry that it was read from."""
    tonight = order(registry.url, report=False)
    shutil.copytree(made, tonight.settings.data_dir)
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(tonight.settings.data_dir))
    monkeypatch.setenv("MSCWATCH_API_URL", registry.url)
    monkeypatch.setenv("MSCWATCH_MIN_INTERVAL", "0")
    return tonight


def decide(order, *said):
    """Write the decisions file: (trial, decision, reason) each."""
    texts = [INCLUDE.format(f"NCT{number:08}", decision, why) for number, decision, why in said]
    order.settings.decisions.write_text("\n".join(texts))


def read_as(order):
    found = rows(order, "SELECT nct_id, relevance, relevance_reason FROM trials ORDER BY nct_id")
    return {trial: (relevance_now, reason) for trial, relevance_now, reason in found}


def mscwatch(*words):
    return CliRunner().invoke(app, list(words))


# in a night


@pytest.mark.slow
def test_a_decision_wins_over_the_words_from_the_next_run_on_even_when_nothing_moved(tonight):
    decide(tonight, (1, "exclude", "a duplicate"), (2, "include", "the knee of liver patients"))
    result = run_watch(tonight)
    assert (result.outcome, result.error, result.events) == (RunOutcome.UNCHANGED, None, {})
    found = read_as(tonight)
    assert found["NCT00000001"] == (
        "off",
        'excluded by A. Reader on 2026-01-31: a duplicate (its words say core: "mesenchymal" for "liver")',
    )
    assert found["NCT00000002"][0] == "core"
    assert "included by A. Reader" in found["NCT00000002"][1]
    assert "its words say off" in found["NCT00000002"][1]
    assert rows(tonight, "SELECT nct_id, is_read FROM therapies ORDER BY nct_id")[:2] == [
        ("NCT00000001", False),
        ("NCT00000002", True),
    ]
    assert rows(tonight, "SELECT count(*) FROM events WHERE NOT is_baseline") == [(0,)]
    assert rows(tonight, "SELECT count(*) FROM deliveries") == [(0,)]


@pytest.mark.slow
def test_only_what_was_decided_is_read_anew_and_a_withdrawn_decision_gives_the_words_back(
    tonight, monkeypatch
):
    before, asked = read_as(tonight), []
    original = relevance.read
    monkeypatch.setattr(relevance, "read", lambda one, rules: asked.append(one) or original(one, rules))
    decide(tonight, (1, "exclude", "a duplicate"))
    run_watch(tonight)
    assert [one["protocolSection"]["identificationModule"]["nctId"] for one in asked] == ["NCT00000001"]
    tonight.settings.decisions.write_text("")
    run_watch(tonight)
    assert read_as(tonight) == before


@pytest.mark.slow
def test_new_rules_are_read_with_the_decisions_in_force(tonight):
    decide(tonight, (2, "include", "why not"))
    run_watch(tonight)
    with working.open_warehouse(tonight.data_dir) as con:
        sql.set_meta(con, {"rules_hash": "older rules"})
    run_watch(tonight)
    assert read_as(tonight)["NCT00000002"][0] == "core"


@pytest.mark.slow
def test_a_rebuild_keeps_to_the_decisions(tonight):
    decide(tonight, (1, "exclude", "a duplicate"))
    done = rebuild.rebuild_derived(
        tonight.data_dir, tonight.watch, tonight.settings.decisions, memory_limit="700MB", keep=3
    )
    assert done.readings_changed == 1
    assert read_as(tonight)["NCT00000001"][0] == "off"
    assert rows(tonight, "SELECT decision FROM screening_decisions") == [("exclude",)]


@pytest.mark.slow
def test_a_decision_on_a_trial_not_seen_yet_holds_when_it_comes_and_is_named_until_then(tonight, registry):
    decide(tonight, (9, "exclude", "known from a congress"))
    registry.advance()
    assert "NCT00000009 excluded: the watch has never seen NCT00000009" in " ".join(
        run_watch(tonight).warnings
    )
    with Replica(nights([*CONTENT, record(9)])) as later:
        result = run_watch(
            RunOrder(tonight.settings.model_copy(update={"api_url": later.url}), tonight.watch, force=True)
        )
    assert (result.new, result.warnings) == (1, [])
    assert read_as(tonight)["NCT00000009"][0] == "off"


def test_two_decisions_on_one_trial_stop_the_night_and_name_both(tonight):
    decide(tonight, (1, "exclude", "a duplicate"), (1, "include", "no duplicate"))
    with pytest.raises(
        ConfigError, match=r"entry 2 \(line 8\).*decided already in screening entry 1 \(line 1\)"
    ):
        run_watch(tonight)


# in the plan of a night


def circumstances(*decisions):
    watch = Watch.model_validate(
        {"name": "w", "title": "W", "query": {"term": "x"}, "relevance": {"rules": "msc-liver"}}
    )
    return PlanContext(
        watch, datetime(2022, 10, 6), (SOMEBODY,), datetime(2022, 10, 7), decisions=Decisions.of(decisions)
    )


def decided(decision, number=2):
    return ScreeningDecision.model_validate(
        {
            "nct_id": f"NCT{number:08}",
            "decision": decision,
            "reason": "r",
            "date": date(2026, 1, 31),
            "by": "B",
        }
    )


def becomes_relevant():
    before = knee(2)
    return before, edited(before, lambda one: one["protocolSection"].update(record(2)["protocolSection"]))


@pytest.mark.parametrize(
    ("decisions", "kinds"),
    [((), [EventKind.BECAME_RELEVANT]), ((decided("include"),), []), ((decided("exclude"),), [])],
)
def test_a_decided_trial_becomes_relevant_by_no_change_of_its_record(decisions, kinds):
    before, after = becomes_relevant()
    made = plan([(known(before), seen(after))], circumstances(*decisions))
    assert [one.kind for one in made.events] == kinds


@pytest.mark.parametrize(("decision", "number", "told"), [("include", 2, 1), ("exclude", 1, 0)])
def test_people_are_told_of_what_is_included_and_not_of_what_is_excluded(decision, number, told):
    before = knee(2) if number == 2 else record(1)
    after = edited(before, set_status("COMPLETED"))
    pair = (known(before), seen(after))
    made = plan([pair], circumstances(decided(decision, number)))
    assert [one.kind for one in made.events] == [EventKind.COMPLETED]
    assert (len(made.deliveries), len(plan([pair], circumstances()).deliveries)) == (told, 1 - told)


def test_an_included_trial_has_the_indication_that_its_record_names_and_an_excluded_one_none():
    def judged(*decisions):
        return judge(record(1), "NCT00000001", "msc-liver", Decisions.of(decisions))

    assert judged(decided("include", 1)).indication_group == "cirrhosis"
    assert judged(decided("exclude", 1)).indication_group == "none"
    assert judged() == relevance.read(record(1), "msc-liver")


# what people see


@pytest.mark.slow
def test_show_and_preview_say_who_decided_and_why(tonight):
    decide(tonight, (2, "include", "the knee of liver patients"))
    (row,) = [
        one
        for one in json.loads(mscwatch("preview", "--watch", str(watch_of(tonight)), "--json").stdout)
        if one["nct_id"] == "NCT00000002"
    ]
    assert (row["relevance"], "included by A. Reader" in row["reason"]) == ("core", True)
    run_watch(tonight)
    shown = mscwatch("show", "NCT00000002").stdout
    assert "Screening by a person" in shown
    assert "A. Reader" in shown
    assert "Screening by a person" not in mscwatch("show", "NCT00000001").stdout


def watch_of(order):
    return order.settings.data_dir.parent / "all.toml"


@pytest.fixture
def exported(tonight, tmp_path):
    """The search's record after a person excluded one trial with a hostile reason."""
    decide(tonight, (1, "exclude", "=1+1"))
    run_watch(tonight)
    assert mscwatch("export", str(tmp_path / "out"), "--format", "prisma").exit_code == 0
    return tmp_path / "out" / "main"


def test_the_searchs_record_counts_what_was_found_included_and_excluded_and_why(exported):
    told = {row["item"]: row["value"] for row in table(exported / "prisma.csv")}
    assert told["query.term"] == "ALL"
    assert told["data of (UTC)"] == "2022-10-06 09:00:05"
    assert told["address"].startswith("http://127.0.0.1:")
    counted = (
        "records identified",
        "records screened",
        "screened by a person",
        "included",
        "undecided",
        "excluded",
    )
    assert [told[item] for item in counted] == ["3", "3", "1", "1", "0", "2"]
    reasons = {item: value for item, value in told.items() if item.startswith("excluded: ")}
    assert reasons == {"excluded: =1+1": "1", "excluded: off: … for another disease": "1"}


def test_every_record_of_the_search_has_its_decision_and_reason_and_no_formula(exported):
    found = {row["nct_id"]: row for row in table(exported / "screening.csv")}
    assert {trial: (row["decision"], row["decided_by"]) for trial, row in found.items()} == {
        "NCT00000001": ("excluded", "A. Reader"),
        "NCT00000002": ("excluded", "rules"),
        "NCT00000003": ("included", "rules"),
    }
    assert (found["NCT00000001"]["reason"], found["NCT00000001"]["decided_on"]) == ("'=1+1", "2026-01-31")
    assert found["NCT00000003"]["brief_title"].startswith("'=cmd")


def test_reference_managers_get_the_included_trials_and_a_title_plants_nothing(exported):
    found = rispy.loads((exported / "included.ris").read_text("utf-8"))
    assert [one["accession_number"] for one in found] == ["NCT00000003"]
    assert found[0]["title"] == " ".join(HOSTILE.split())
    assert found[0]["type_of_reference"] == "ELEC"


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def paper(citation):
    (entry,) = rispy.loads(
        ris.references(
            [], [{"paper": "1", "pmid": "1", "citation": citation, "reports": "NCT00000001 (linked)"}]
        )
    )
    return entry


def test_a_citation_in_pubmeds_form_is_taken_apart():
    found = paper(
        "Suk KT, Yoon JH, Kim MY. Transplantation with autologous bone marrow-derived mesenchymal stem cells for "
        "alcoholic cirrhosis: Phase 2 trial. Hepatology. 2016 Dec;64(6):2185-2197. doi: 10.1002/hep.28693. Epub 2016."
    )
    assert found["authors"] == ["Suk KT", "Yoon JH", "Kim MY"]
    assert found["title"].startswith("Transplantation with")
    assert found["title"].endswith("Phase 2 trial")
    assert (found["journal_name"], found["year"], found["doi"]) == ("Hepatology", "2016", "10.1002/hep.28693")


@pytest.mark.parametrize(
    "citation", ["Personal communication", "http://example.org/paper, 2014", "A. B. C. 2016"]
)
def test_any_other_citation_stays_whole(citation):
    found = paper(citation)
    assert (found["title"], "authors" in found, "year" in found) == (citation, False, False)
    assert citation in found["notes"]
