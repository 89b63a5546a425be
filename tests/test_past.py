"""What a trial's own history comes to: which versions are its past, since when each stood, what happened between them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mscwatch.changes.backfill import FirstVersion, backfill
from mscwatch.changes.rules import changed
from mscwatch.model import HistoryVersion
from mscwatch.record import part
from support.histories import MELD, OUTCOMES, STORY, SURVIVAL, as_told, line, submitted
from support.records import edited, known, put, seen, set_status

NIGHT = datetime(2022, 10, 6, 9, 0, 5)


def settled(told, shown):
    """The past of a trial of which the first night saw `shown`."""
    days = [
        date.fromisoformat(part(one, "protocolSection", "statusModule", "lastUpdateSubmitDate"))
        for one in told
    ]
    versions = [
        HistoryVersion(number, day, one) for number, (day, one) in enumerate(zip(days, told, strict=True))
    ]
    return backfill(versions, FirstVersion("run", NIGHT, seen(shown)))


def days(found):
    return [(one.version_no, one.number, f"{one.valid_from:%Y-%m-%d}", f"{one.valid_to:%Y-%m-%d}")
            for one in found.versions]  # fmt: skip


def kinds(found):
    return [(event.kind.value, f"{moment:%Y-%m-%d}") for event, moment in found.events]


def test_a_version_stood_from_the_day_it_was_posted_until_the_next_one_was():
    found = settled(as_told(STORY), STORY[-1])
    assert days(found) == [(-1, 0, "2018-03-05", "2019-05-06"), (0, 1, "2019-05-06", "2021-04-01")]
    assert found.first_valid_from == datetime(2021, 4, 1)
    assert kinds(found) == [("status_changed", "2019-05-06"), ("primary_outcome_changed", "2021-04-01")]
    assert all(event.is_baseline for event, _ in found.events)
    assert {(change.from_version, change.to_version) for change in found.changes} == {(-1, 0), (0, 1)}


def test_where_a_version_does_not_say_when_it_was_posted_the_day_of_submission_counts():
    """The first version has a day of first posting beside it, of which the later ones say nothing."""
    told = as_told(STORY)
    for one in told[:2]:
        del one["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]
    assert [day for _, _, day, _ in days(settled(told, STORY[-1]))] == ["2018-03-05", "2019-05-02"]


def test_a_trial_that_never_changed_has_no_past_and_stood_since_its_registration():
    found = settled(as_told(STORY[:1]), STORY[0])
    assert (found.versions, found.events, found.changes) == ((), (), ())
    assert str(found.reaches_back_to) == "2018-03-05"


@pytest.mark.parametrize(
    "noise",
    [
        put("protocolSection.statusModule.lastUpdatePostDateStruct.type", "ESTIMATED"),
        put("protocolSection.statusModule.studyFirstPostDateStruct.type", "ESTIMATED"),
        lambda one: one["protocolSection"]["conditionsModule"]["conditions"].reverse(),
    ],
)
def test_what_the_registry_writes_when_it_posts_does_not_make_another_version(noise):
    told = as_told(STORY)
    told[-1] = edited(told[-1], noise)
    assert [one.version_no for one in settled(told, STORY[-1]).versions] == [-1, 0]


def test_sections_that_the_history_never_shows_are_neither_gone_nor_new():
    """The night sees results and documents, of which the history has only the day of posting."""
    posted = put("protocolSection.statusModule.resultsFirstPostDateStruct", {"date": "2021-04-01"})
    told = as_told([*STORY[:-1], edited(STORY[-1], posted)])
    shown = edited(edited(STORY[-1], posted), put("resultsSection", {"adverseEventsModule": {}}))
    shown = edited(
        edited(shown, put("hasResults", True)), put("documentSection", {"largeDocumentModule": {}})
    )
    found = settled(told, shown)
    assert ("results_posted", "2021-04-01") in kinds(found)
    assert not [
        change for change in found.changes if "Section." in change.path.replace("protocolSection.", "")
    ]


def test_a_section_that_one_version_shows_and_the_next_does_not_is_gone():
    posted = edited(STORY[0], put("resultsSection", {"adverseEventsModule": {}}))
    told = [edited(posted, put("hasResults", True)), *as_told(STORY[1:])]
    found = settled(told, STORY[-1])
    assert ("results_removed", "2019-05-06") in kinds(found)
    assert any(change.path == "resultsSection" for change in found.changes)


def test_what_the_registry_did_by_itself_after_the_last_version_is_dated_by_the_first_night():
    """UNKNOWN is no version of the history."""
    found = settled(as_told(STORY), edited(STORY[-1], set_status("UNKNOWN")))
    assert [one.version_no for one in found.versions] == [-2, -1, 0]
    assert found.first_valid_from == NIGHT
    assert kinds(found)[-1] == ("became_unknown", "2022-10-06")


def test_versions_that_came_after_the_first_night_are_not_its_past():
    later = [
        edited(edited(STORY[-1], submitted("2022-10-05", "2022-10-07")), set_status("COMPLETED")),
        edited(edited(STORY[-1], submitted("2022-10-05", "2022-10-05")), set_status("COMPLETED")),
    ]
    for one in later:  # not posted yet; posted, and not yet in what the night read
        assert days(settled(as_told([*STORY, one]), STORY[-1])) == days(settled(as_told(STORY), STORY[-1]))


def test_two_versions_of_one_day_follow_each_other():
    """Sponsors correct a registration within the hour."""
    told = line(
        (submitted("2018-03-01", "2018-03-05"), put(OUTCOMES, MELD)),
        put(OUTCOMES, SURVIVAL),
        (submitted("2021-03-30", "2021-04-01"), set_status("SUSPENDED")),
    )
    found = settled(as_told(told), told[-1])
    assert kinds(found) == [("primary_outcome_changed", "2018-03-05"), ("suspended", "2021-04-01")]
    assert all(one.valid_from < one.valid_to for one in found.versions)


def test_a_withheld_version_in_between_blanks_nothing():
    blank = edited(STORY[1], set_status("WITHHELD"))
    del blank["protocolSection"]["outcomesModule"]
    told = as_told([STORY[0], blank, STORY[2]])
    assert kinds(settled(told, STORY[2])) == [
        ("status_changed", "2021-04-01"),
        ("primary_outcome_changed", "2021-04-01"),
    ]


def test_a_record_that_is_withheld_today_has_the_events_of_the_time_when_it_could_be_read():
    found = settled(as_told(STORY), edited(STORY[-1], set_status("WITHHELD")))
    assert [kind for kind, _ in kinds(found)] == ["status_changed", "primary_outcome_changed"]


EDITS = (
    set_status("RECRUITING"),
    set_status("SUSPENDED"),
    set_status("COMPLETED"),
    put(OUTCOMES, MELD),
    put(OUTCOMES, SURVIVAL),
    put("protocolSection.designModule", {"enrollmentInfo": {"count": 45}}),
)


@pytest.mark.slow
@settings(deadline=None)
@given(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=9), whole=st.booleans())
def test_any_past_is_a_line_without_gaps_whose_events_no_night_can_have(edits, whole):
    told = line(*[(submitted(f"2018-03-{day:02}", f"2018-03-{day // 2 + 9:02}"), edit) for day, edit in enumerate(edits, 1)])  # fmt: skip
    found = settled(told if whole else as_told(told), told[-1])
    ends = [one.valid_to for one in found.versions]
    assert ends == [*[one.valid_from for one in found.versions[1:]], found.first_valid_from][: len(ends)]
    assert [one.version_no for one in found.versions] == list(range(1 - len(ends), 1))
    ids = [event.event_id for event, _ in found.events]
    assert len(ids) == len(set(ids))
    for before in told:  # whatever a night may see next, and however often it has seen it
        for after in told:
            for times in range(3):
                night = changed(known(before, times_before=times), seen(after), NIGHT)
                assert not {event.event_id for event in night} & set(ids)
