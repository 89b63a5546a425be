"""What is an event, what it is called, and what is none."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import edited, known, record, seen, set_status

from mscwatch import diff, events
from mscwatch.model import Kind, Severity

NIGHT = datetime(2022, 10, 6, 9)


def post_results(one):
    one["hasResults"] = True
    one["resultsSection"] = {"moreInfoModule": {}}
    one["protocolSection"]["statusModule"]["resultsFirstPostDateStruct"] = {"date": "2022-10-05"}


def reorder_conditions(one):
    one["protocolSection"]["conditionsModule"]["conditions"].reverse()


def escape_markup(one):
    one["protocolSection"]["identificationModule"]["briefTitle"] = (
        "Mesenchymal stem\\-cells in  liver cirrhosis"
    )


def reindex(one):
    one["derivedSection"]["conditionBrowseModule"] = {
        "meshes": [{"id": "D008103", "term": "Liver Cirrhosis"}]
    }


def next_refresh(one):
    one["derivedSection"]["miscInfoModule"]["versionHolder"] = "2022-10-07"


def new_title(one):
    one["protocolSection"]["identificationModule"]["briefTitle"] = "Another title"


@pytest.mark.parametrize(
    ("edit", "kind", "severity"),
    [
        (set_status("COMPLETED"), Kind.COMPLETED, Severity.HIGH),
        (set_status("TERMINATED", whyStopped="No funds"), Kind.TERMINATED, Severity.HIGH),
        (set_status("WITHDRAWN"), Kind.WITHDRAWN, Severity.HIGH),
        (set_status("SUSPENDED"), Kind.SUSPENDED, Severity.HIGH),
        (set_status("UNKNOWN", lastKnownStatus="RECRUITING"), Kind.BECAME_UNKNOWN, Severity.NORMAL),
        (set_status("ACTIVE_NOT_RECRUITING"), Kind.STATUS_CHANGED, Severity.NORMAL),
        (set_status("PAUSED_BY_A_NEW_WORD"), Kind.STATUS_CHANGED, Severity.NORMAL),
        (post_results, Kind.RESULTS_POSTED, Severity.HIGH),
    ],
)
def test_one_edit_is_one_event_of_its_kind(edit, kind, severity):
    before = record()
    found = events.changed(known(before), seen(edited(before, edit)))
    assert [(event.kind, event.severity) for event in found] == [(kind, severity)]


@pytest.mark.parametrize("noise", [reorder_conditions, escape_markup, reindex, next_refresh, new_title])
def test_noise_and_edits_without_a_kind_are_no_event(noise):
    before = record()
    assert events.changed(known(before), seen(edited(before, noise))) == []


def test_completion_with_results_in_one_night_is_two_events():
    before = record()
    after = edited(edited(before, set_status("COMPLETED")), post_results)
    assert [event.kind for event in events.changed(known(before), seen(after))] == [
        "completed",
        "results_posted",
    ]


def test_why_a_trial_stopped_is_in_the_summary():
    before = record()
    (event,) = events.changed(
        known(before), seen(edited(before, set_status("TERMINATED", whyStopped="No funds")))
    )
    assert event.summary == "recruiting → terminated. Why stopped: No funds"
    assert (event.field, event.before, event.after) == (events.STATUS_PATH, "RECRUITING", "TERMINATED")


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        ("2022-10-05", "new_trial"),
        ("2022-09-06", "new_trial"),
        ("2022-09-05", "entered_watch"),
        (None, "entered_watch"),
    ],
)
def test_a_trial_is_new_when_posted_within_thirty_days_before_the_previous_night(posted, kind):
    one = record()
    one["protocolSection"]["statusModule"]["studyFirstPostDateStruct"] = {"date": posted} if posted else {}
    event = events.first_seen(seen(one), baseline=False, previous_night=NIGHT)
    assert event.kind == kind
    assert not event.is_baseline


def test_on_the_first_night_everything_enters_and_nothing_is_news():
    event = events.first_seen(seen(record()), baseline=True, previous_night=None)
    assert (event.kind, event.is_baseline) == ("entered_watch", True)


def test_an_unknown_status_is_an_issue_and_a_known_one_is_none():
    assert [issue.value for issue in events.not_understood(seen(record(status="PAUSED")))] == ["PAUSED"]
    assert [list(events.not_understood(seen(record(status=one)))) for one in events.STATUSES] == [[]] * 14


def test_a_to_b_to_a_to_b_is_three_events():
    recruiting, suspended = record(), record(status="SUSPENDED")
    steps = [
        events.changed(known(recruiting), seen(suspended)),
        events.changed(known(suspended, version_no=2, times_before=1), seen(recruiting)),
        events.changed(known(recruiting, version_no=3, times_before=1), seen(suspended)),
    ]
    assert len({event.event_id for (event,) in steps}) == 3


def test_the_same_change_read_again_is_the_same_event():
    before, after = record(), record(status="COMPLETED")
    first, again = (events.changed(known(before), seen(after)) for _ in range(2))
    assert first == again


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("aB *\\-", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_a_record_does_not_differ_from_itself(value):
    assert diff.differences({"protocolSection": value}, {"protocolSection": value}) == []


@given(json_values, json_values)
def test_every_difference_is_found_and_named_with_both_values(before, after):
    found = diff.differences({"protocolSection": before}, {"protocolSection": after})
    assert bool(found) == (before != after)
    assert all(difference.path.startswith("protocolSection") for difference in found)


@pytest.mark.parametrize(
    ("noise", "path"),
    [
        (reorder_conditions, "protocolSection.conditionsModule.conditions"),
        (reindex, "derivedSection.conditionBrowseModule"),
    ],
)
def test_noise_is_kept_as_a_change_that_is_not_material(noise, path):
    before = record()
    found = diff.differences(before, edited(before, noise))
    assert [(one.path, one.is_material) for one in found] == [(path, False)]


def test_a_moved_version_holder_is_not_even_a_change():
    before = record()
    assert diff.differences(before, edited(before, next_refresh)) == []


def test_a_new_title_is_a_material_change():
    before = record()
    (found,) = diff.differences(before, edited(before, new_title))
    assert found == (
        "protocolSection.identificationModule.briefTitle",
        "Mesenchymal stem cells in liver cirrhosis",
        "Another title",
        True,
    )
