"""What always holds of events, tried on real records."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mscwatch.changes import diff, rules
from mscwatch.changes.plan import PlanContext, plan
from mscwatch.model import PreviousVersion, RaisedEvent
from mscwatch.record import record_nct_id
from mscwatch.watches import load_watch
from support.records import known, seen
from support.season.edits import EDITS, NOISE, SAME_MATTER

STAMP = datetime(2022, 10, 6, 9)
BIGGEST = 60_000  # characters; a few records with results are a hundred times larger
quickly = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
randoms = st.randoms(use_true_random=False)
CIRCUMSTANCES = PlanContext(watch=load_watch("msc-liver"), previous_run=STAMP, addresses=(), stamp=STAMP)


class Texts(list):
    """Records as JSON, too long to be shown with every example that fails."""

    def __repr__(self):
        return f"<{len(self)} records>"


@pytest.fixture(scope="module")
def texts(real_records):
    """Every sixth record of a moderate size, as JSON: a fresh copy for each example."""
    found = [orjson.dumps(one) for one in real_records[::6] if record_nct_id(one)]
    return Texts(text for text in found if len(text) < BIGGEST)


def pick(texts, random):
    return orjson.loads(random.choice(texts))


def plan_edit(before, after):
    return plan([(known(before), seen(after))], CIRCUMSTANCES)


@quickly
@given(random=randoms)
def test_nothing_happens_between_a_record_and_itself(texts, random):
    one = pick(texts, random)
    assert rules.changed(known(one), seen(one), STAMP) == []
    assert diff.differences(one, one) == []


@quickly
@given(random=randoms, noises=st.lists(st.sampled_from(SAME_MATTER), min_size=1, unique=True))
def test_a_record_written_otherwise_or_indexed_anew_is_no_event_and_not_material(texts, random, noises):
    before = pick(texts, random)
    after = orjson.loads(orjson.dumps(before))
    for noise in noises:
        noise(after, random)
    found = plan_edit(before, after)
    assert found.events == ()
    assert [change for change in found.changes if change.is_material] == []


@quickly
@given(random=randoms, noises=st.lists(st.sampled_from(NOISE), min_size=1, unique=True))
def test_no_noise_is_an_event(texts, random, noises):
    before = pick(texts, random)
    after = orjson.loads(orjson.dumps(before))
    for noise in noises:
        noise(after, random)
    assert plan_edit(before, after).events == ()


@quickly
@given(random=randoms, edit=st.sampled_from(EDITS), noises=st.lists(st.sampled_from(NOISE), unique=True))
def test_one_edit_in_any_noise_gives_exactly_its_events(texts, random, edit, noises):
    before = pick(texts, random)
    after = orjson.loads(orjson.dumps(before))
    for noise in noises:
        noise(after, random)
    expected = edit(after, random)
    found = [(event.kind.value, event.field) for event in plan_edit(before, after).events]
    assert sorted(found) == sorted(expected or [])


@quickly
@given(random=randoms, edit=st.sampled_from(EDITS))
def test_there_and_back_again_without_an_update_is_one_retraction(texts, random, edit):
    before = pick(texts, random)
    after = orjson.loads(orjson.dumps(before))
    if not edit(after, random):
        return
    there = plan_edit(before, after).events
    raised = tuple(RaisedEvent(event.event_id, event.kind, event.summary) for event in there)
    middle = dataclasses.replace(known(after, version_no=2), previous=PreviousVersion(before, raised))
    reorder, *_ = SAME_MATTER
    again = orjson.loads(orjson.dumps(before))
    reorder(again, random)
    found = plan([(middle, seen(again))], CIRCUMSTANCES)
    assert [event.kind for event in found.events] == ["retracted"]
    assert found.retractions[0].retracted_ids == tuple(event.event_id for event in there)
