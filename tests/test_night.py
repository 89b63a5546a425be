"""What a night decides: what to write, what to tell, and whether to believe the answer at all."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from mscwatch.changes.plan import PlanContext, Retraction, plan, summary_notice
from mscwatch.model import Address, PreviousVersion, RaisedEvent, RegistryVersion
from mscwatch.registry import proof
from mscwatch.vocabulary import EventKind
from mscwatch.watch import Expect
from mscwatch.watches import load_watch
from support.records import edited, known, off_topic, record, seen, set_status

MAIL = Address("email", "a@example.org")
SLACK = Address("slack", "https://hooks.slack.com/***")
VERSION = RegistryVersion("2.0.5", datetime(2022, 10, 6, 9))
WATCH = load_watch("msc-liver")


def circumstances(**values):
    usual = {
        "watch": WATCH,
        "stamp": datetime(2022, 10, 6, 9),
        "previous_run": datetime(2022, 10, 5, 9),
        "addresses": (MAIL, SLACK),
    }
    return PlanContext(**(usual | values))


def test_a_completed_trial_is_owed_to_every_address():
    before = record()
    planned = plan([(known(before), seen(edited(before, set_status("COMPLETED"))))], circumstances())
    (event,) = planned.events
    assert {(owed.event_id, owed.address) for owed in planned.deliveries} == {
        (event.event_id, MAIL),
        (event.event_id, SLACK),
    }
    assert [version.version_no for version in planned.versions] == [2]
    assert [(change.path, change.is_material) for change in planned.changes] == [(event.field, True)]


def test_a_trial_off_the_topic_has_an_event_that_nobody_is_told():
    before = off_topic()
    planned = plan([(known(before), seen(edited(before, set_status("COMPLETED"))))], circumstances())
    assert [event.kind for event in planned.events] == ["completed"]
    assert planned.deliveries == ()


def test_a_kind_that_the_watch_does_not_ask_for_is_recorded_and_not_told():
    before = record()
    planned = plan(
        [(known(before), seen(edited(before, set_status("ENROLLING_BY_INVITATION"))))], circumstances()
    )
    assert [event.kind for event in planned.events] == ["status_changed"]
    assert planned.deliveries == ()


def test_the_first_night_tells_nobody_of_a_trial():
    planned = plan([(None, seen(record()))], circumstances(previous_run=None))
    assert [event.is_baseline for event in planned.events] == [True]
    assert planned.deliveries == ()


def test_an_edited_watch_file_brings_trials_in_quietly_and_says_so_once():
    edited_watch = circumstances(watch_edited=True)
    planned = plan([(None, seen(record()))], edited_watch)
    assert planned.deliveries == ()
    assert summary_notice(edited_watch, "run-1", 1).kind == "bulk"
    assert summary_notice(circumstances(), "run-1", 1) is None


def test_a_derived_term_makes_a_version_and_no_event():
    before = record()
    after = edited(before, lambda one: one["derivedSection"].update(conditionBrowseModule={"meshes": []}))
    planned = plan([(known(before), seen(after))], circumstances())
    assert (len(planned.versions), planned.events) == (1, ())


GOOD = proof.Sweep(VERSION, VERSION, total_count=100, distinct=100, duplicates=0, nameless=0, walks=1)
BOUNDS = Expect(min=60, max=150, max_drop=0.2)


@pytest.mark.parametrize(
    ("lie", "missing", "reason"),
    [
        ({"distinct": 99}, 0, "the registry says 100 trials and sent 99"),
        ({"total_count": 101}, 0, "the registry says 101 trials and sent 100"),
        ({"total_count": None}, 0, "did not say how many"),
        ({"total_count": 0, "distinct": 0}, 0, "the answer is empty"),
        ({"nameless": 1}, 0, "1 record(s) came without an NCT number"),
        ({"after": RegistryVersion("2.0.5", datetime(2022, 10, 7, 9))}, 0, "moved while they were read"),
        ({"total_count": 59, "distinct": 59}, 0, "59 trials are fewer than the 60"),
        ({}, 21, "21 of 100 known trials are missing (21%)"),
    ],
)
def test_an_answer_that_fails_one_check_is_refused_with_its_reason(lie, missing, reason):
    sweep = dataclasses.replace(GOOD, **lie)
    found = proof.prove_sweep(
        sweep, set(), known=100, missing=[f"NCT{n:08}" for n in range(missing)], expect=BOUNDS
    )
    assert not found.trusted
    assert reason in "; ".join(found.reasons)


def test_a_good_answer_is_trusted_and_twenty_in_a_hundred_may_be_missing():
    found = proof.prove_sweep(
        GOOD, set(), known=100, missing=[f"NCT{n:08}" for n in range(20)], expect=BOUNDS
    )
    assert found.trusted
    assert found.checks["distinct"] == 100


def test_more_trials_than_expected_is_a_warning():
    many = dataclasses.replace(GOOD, total_count=151, distinct=151)
    found = proof.prove_sweep(many, set(), known=100, missing=[], expect=BOUNDS)
    assert found.trusted
    assert found.warnings == ("151 trials are more than the 150 that the watch expects",)


def test_a_person_may_accept_a_bound_but_never_a_wrong_count():
    few = dataclasses.replace(GOOD, total_count=10, distinct=10)
    assert proof.prove_sweep(
        few, set(), known=100, missing=[], expect=BOUNDS, accepted="sponsor withdrew"
    ).trusted
    wrong = dataclasses.replace(GOOD, distinct=99)
    assert not proof.prove_sweep(
        wrong, set(), known=100, missing=[], expect=BOUNDS, accepted="please"
    ).trusted
    assert proof.prove_sweep(few, set(), known=100, missing=[], expect=BOUNDS).acceptable
    assert not proof.prove_sweep(wrong, set(), known=100, missing=[], expect=BOUNDS).acceptable


def titled(title, condition):
    def edit(one):
        one["protocolSection"]["identificationModule"]["briefTitle"] = title
        one["protocolSection"]["conditionsModule"] = {"conditions": [condition]}

    return edit


def test_a_trial_that_comes_to_be_about_the_topic_became_relevant_and_is_told():
    before = off_topic()
    after = edited(before, titled("Mesenchymal stem cells for cirrhosis", "Liver Cirrhosis"))
    planned = plan([(known(before), seen(after))], circumstances())
    assert [event.kind for event in planned.events] == ["became_relevant"]
    assert planned.events[0].summary.startswith("off → core: ")
    assert {owed.address for owed in planned.deliveries} == {MAIL, SLACK}


@pytest.mark.parametrize("edit", [titled("Stem cells", "Headache"), set_status("COMPLETED")])
def test_a_trial_that_stays_off_the_topic_or_on_it_did_not_become_relevant(edit):
    for before in (off_topic(), record()):
        planned = plan([(known(before), seen(edited(before, edit)))], circumstances())
        assert "became_relevant" not in {event.kind for event in planned.events}


def back_to(
    before, *, intermediate="SUSPENDED", updated="2021-04-01", kinds=("suspended",), told=(MAIL,), **others
):
    """A pair for `plan`: known is the intermediate version of `before`, and tonight `before` is back."""
    middle = edited(before, set_status(intermediate))
    raised = tuple(RaisedEvent(f"id-{kind}", EventKind(kind), f"was {kind}") for kind in kinds)
    again = edited(before, set_status("RECRUITING", lastUpdatePostDateStruct={"date": updated}, **others))
    one = dataclasses.replace(
        known(middle, version_no=2), previous=PreviousVersion(before, raised, tuple(told))
    )
    return one, seen(again)


def test_an_answer_taken_back_is_one_retraction_and_no_reverse_event():
    planned = plan([back_to(record())], circumstances())
    (event,) = planned.events
    assert (event.kind, event.severity) == ("retracted", "high")
    assert (
        event.summary == "The registry took its answer back; this did not happen: suspended (was suspended)"
    )
    assert planned.retractions == (Retraction(event.event_id, ("id-suspended",)),)


@pytest.mark.parametrize("relevance_of_trial", ["core", "off"])
def test_a_retraction_is_owed_to_those_who_were_told_whatever_the_alerts_say(relevance_of_trial):
    before = record() if relevance_of_trial == "core" else off_topic()
    one, again = back_to(before, told=(MAIL, Address("email", "gone@example.org")))
    planned = plan([(one, again)], circumstances())
    assert [owed.address for owed in planned.deliveries] == [MAIL]


def test_what_nobody_was_told_is_retracted_without_telling():
    planned = plan([back_to(record(), told=())], circumstances())
    assert [event.kind for event in planned.events] == ["retracted"]
    assert planned.deliveries == ()


@pytest.mark.parametrize(
    "noise",
    [
        {"lastUpdateSubmitDate": "2021-03-30"},
        {"statusVerifiedDate": "2021-05"},
        {"updated": "2021-03-31"},
    ],
)
def test_bookkeeping_does_not_matter_to_a_retraction(noise):
    planned = plan([back_to(record(), **noise)], circumstances())
    assert [event.kind for event in planned.events] == ["retracted"]


@pytest.mark.parametrize(
    "others", [{"updated": "2021-04-02"}, {"whyStopped": "No"}, {"startDateStruct": {"date": "2020"}}]
)
def test_a_later_update_or_another_content_is_a_real_change_back(others):
    planned = plan([back_to(record(), **others)], circumstances())
    assert "retracted" not in {event.kind for event in planned.events}
    assert "status_changed" in {event.kind for event in planned.events}
    assert planned.retractions == ()


def test_an_answer_given_again_after_it_was_taken_back_is_news_again():
    planned = plan([back_to(record(), kinds=("retracted",))], circumstances())
    assert [event.kind for event in planned.events] == ["status_changed"]


def test_a_trial_that_becomes_unknown_again_after_an_update_is_no_retraction():
    """The registry flips by itself, so the date is still that of the update between the two flips."""
    unknown = record(status="UNKNOWN")
    updated = {"lastUpdatePostDateStruct": {"date": "2022-05-01"}}
    recruiting = edited(unknown, set_status("RECRUITING", **updated))
    earlier = PreviousVersion(unknown, (RaisedEvent("id", EventKind.STATUS_CHANGED, "unknown → recruiting"),))
    one = dataclasses.replace(known(recruiting, version_no=3, times_before=1), previous=earlier)
    again = edited(recruiting, set_status("UNKNOWN"))
    assert [e.kind for e in plan([(one, seen(again))], circumstances()).events] == ["became_unknown"]
    back = plan([(one, seen(unknown))], circumstances())
    assert [e.kind for e in back.events] == ["retracted"]


def test_an_answer_without_events_is_taken_back_without_one():
    before = edited(
        record(),
        lambda one: one["protocolSection"].update(
            referencesModule={"references": [{"pmid": "7", "type": "RESULT", "citation": "A."}]}
        ),
    )
    without = edited(before, lambda one: one["protocolSection"].pop("referencesModule"))
    one = dataclasses.replace(known(without, version_no=2), previous=PreviousVersion(before))
    assert plan([(one, seen(before))], circumstances()).events == ()


def redacted(one):
    one["protocolSection"] = {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "[Redacted]"},
        "statusModule": {"overallStatus": "WITHHELD", "lastUpdatePostDateStruct": {"date": "2021-04-01"}},
    }


def test_a_record_that_is_redacted_in_the_search_is_withheld_and_what_is_blanked_is_no_event():
    before = record(outcomesModule={"primaryOutcomes": [{"measure": "MELD"}]})
    planned = plan([(known(before), seen(edited(before, redacted)))], circumstances())
    assert [event.kind for event in planned.events] == ["withheld"]
    assert planned.versions[0].screening.relevance == "core"
    assert {owed.address for owed in planned.deliveries} == {MAIL, SLACK}


def test_a_redacted_record_that_can_be_read_again_returned_and_what_changed_is_told():
    before = record(outcomesModule={"primaryOutcomes": [{"measure": "MELD"}]})
    blank = edited(before, redacted)
    one = dataclasses.replace(known(blank, version_no=2), previous=PreviousVersion(before))
    for after, kinds in (
        (before, ["returned"]),
        (edited(before, set_status("COMPLETED")), ["returned", "completed"]),
    ):
        planned = plan([(one, seen(after))], circumstances())
        assert [event.kind for event in planned.events] == kinds
