"""What a night decides: what to write, what to tell, and whether to believe the answer at all."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from records import edited, known, record, seen, set_status

from mscwatch import night, watch
from mscwatch.model import Address, RegistryVersion, Sweep

MAIL = Address("email", "a@example.org")
SLACK = Address("slack", "https://hooks.slack.com/***")
VERSION = RegistryVersion("2.0.5", datetime(2022, 10, 6, 9))
WATCH = watch.load("msc-liver")


def circumstances(**values):
    usual = {
        "watch": WATCH,
        "stamp": datetime(2022, 10, 6, 9),
        "previous_night": datetime(2022, 10, 5, 9),
        "addresses": (MAIL, SLACK),
    }
    return night.Circumstances(**(usual | values))


def off_topic(number=2, **modules):
    return record(
        number,
        identificationModule={"nctId": f"NCT{number:08}", "briefTitle": "Aspirin for headache"},
        conditionsModule={"conditions": ["Headache"]},
        armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "Aspirin"}]},
        **modules,
    )


def test_a_completed_trial_is_owed_to_every_address():
    before = record()
    plan = night.plan([(known(before), seen(edited(before, set_status("COMPLETED"))))], circumstances())
    (event,) = plan.events
    assert {(owed.event_id, owed.address) for owed in plan.deliveries} == {
        (event.event_id, MAIL),
        (event.event_id, SLACK),
    }
    assert [(version.version_no, version.enters) for version in plan.versions] == [(2, False)]
    assert [(change.path, change.is_material) for change in plan.changes] == [(event.field, True)]


def test_a_trial_off_the_topic_has_an_event_that_nobody_is_told():
    before = off_topic()
    plan = night.plan([(known(before), seen(edited(before, set_status("COMPLETED"))))], circumstances())
    assert [event.kind for event in plan.events] == ["completed"]
    assert plan.deliveries == ()


def test_a_kind_that_the_watch_does_not_ask_for_is_recorded_and_not_told():
    before = record()
    plan = night.plan(
        [(known(before), seen(edited(before, set_status("ENROLLING_BY_INVITATION"))))], circumstances()
    )
    assert [event.kind for event in plan.events] == ["status_changed"]
    assert plan.deliveries == ()


def test_the_first_night_tells_nobody_of_a_trial():
    plan = night.plan([(None, seen(record()))], circumstances(previous_night=None))
    assert [event.is_baseline for event in plan.events] == [True]
    assert plan.deliveries == ()


def test_an_edited_watch_file_brings_trials_in_quietly_and_says_so_once():
    edited_watch = circumstances(watch_edited=True)
    plan = night.plan([(None, seen(record()))], edited_watch)
    assert plan.deliveries == ()
    assert night.summary_notice(edited_watch, "run-1", 1).kind == "bulk"
    assert night.summary_notice(circumstances(), "run-1", 1) is None


def test_a_derived_term_makes_a_version_and_no_event():
    before = record()
    after = edited(before, lambda one: one["derivedSection"].update(conditionBrowseModule={"meshes": []}))
    plan = night.plan([(known(before), seen(after))], circumstances())
    assert (len(plan.versions), plan.events) == (1, ())


GOOD = Sweep(VERSION, VERSION, total_count=100, distinct=100, duplicates=0, nameless=0, walks=1)
BOUNDS = watch.Expect(min=60, max=150, max_drop=0.2)


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
    proof = night.prove(
        sweep, set(), known=100, missing=[f"NCT{n:08}" for n in range(missing)], expect=BOUNDS
    )
    assert not proof.trusted
    assert reason in "; ".join(proof.reasons)


def test_a_good_answer_is_trusted_and_twenty_in_a_hundred_may_be_missing():
    proof = night.prove(GOOD, set(), known=100, missing=[f"NCT{n:08}" for n in range(20)], expect=BOUNDS)
    assert proof.trusted
    assert proof.checks["distinct"] == 100


def test_more_trials_than_expected_is_a_warning():
    many = dataclasses.replace(GOOD, total_count=151, distinct=151)
    proof = night.prove(many, set(), known=100, missing=[], expect=BOUNDS)
    assert proof.trusted
    assert proof.warnings == ("151 trials are more than the 150 that the watch expects",)


def test_a_person_may_accept_a_bound_but_never_a_wrong_count():
    few = dataclasses.replace(GOOD, total_count=10, distinct=10)
    assert night.prove(few, set(), known=100, missing=[], expect=BOUNDS, accepted="sponsor withdrew").trusted
    wrong = dataclasses.replace(GOOD, distinct=99)
    assert not night.prove(wrong, set(), known=100, missing=[], expect=BOUNDS, accepted="please").trusted
