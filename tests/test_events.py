"""What is an event, what it is called, and what is none."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime

import pytest

from mscwatch.changes import event, issues, membership, rules, status
from mscwatch.model import Screening
from mscwatch.record import registry_values
from mscwatch.vocabulary import EventKind, Severity
from support.records import edited, known, put, record, seen, set_status

NIGHT = datetime(2022, 10, 6, 9)
STATUS = "protocolSection.statusModule"
ENROLLMENT = "protocolSection.designModule.enrollmentInfo"
REFERENCES = "protocolSection.referencesModule.references"
OUTCOMES = "protocolSection.outcomesModule.primaryOutcomes"


def full_record(**modules):
    return record(
        designModule={
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE2"],
            "enrollmentInfo": {"count": 60, "type": "ESTIMATED"},
        },
        outcomesModule={
            "primaryOutcomes": [{"measure": "MELD score", "timeFrame": "24 weeks"}],
            "secondaryOutcomes": [{"measure": "Survival", "timeFrame": "1 year"}],
        },
        referencesModule={"references": [{"pmid": "1", "type": "BACKGROUND", "citation": "Old et al."}]},
        **modules,
    )


def happened(edit, before=None, night=NIGHT):
    before = before or full_record()
    return rules.changed(known(before), seen(edited(before, edit)), night)


def post_results(one):
    one["hasResults"] = True
    one["resultsSection"] = {"moreInfoModule": {}}
    one["protocolSection"]["statusModule"]["resultsFirstPostDateStruct"] = {"date": "2022-10-05"}


def cite(pmid, kind, **others):
    def edit(one):
        reference = {
            "pmid": pmid,
            "type": kind,
            "citation": "New A, Old B. Stem cells in patients with cirrhosis. J Hepatol. 2022;1:1-9.",
        } | others
        one["protocolSection"]["referencesModule"]["references"].append(reference)

    return edit


@pytest.mark.parametrize(
    ("edit", "kind", "severity", "field"),
    [
        (set_status("COMPLETED"), EventKind.COMPLETED, Severity.HIGH, status.STATUS_PATH),
        (
            set_status("TERMINATED", whyStopped="No funds"),
            EventKind.TERMINATED,
            Severity.HIGH,
            status.STATUS_PATH,
        ),
        (set_status("WITHDRAWN"), EventKind.WITHDRAWN, Severity.HIGH, status.STATUS_PATH),
        (set_status("SUSPENDED"), EventKind.SUSPENDED, Severity.HIGH, status.STATUS_PATH),
        (set_status("UNKNOWN"), EventKind.BECAME_UNKNOWN, Severity.NORMAL, status.STATUS_PATH),
        (set_status("ACTIVE_NOT_RECRUITING"), EventKind.STATUS_CHANGED, Severity.NORMAL, status.STATUS_PATH),
        (set_status("A_NEW_WORD"), EventKind.STATUS_CHANGED, Severity.NORMAL, status.STATUS_PATH),
        (post_results, EventKind.RESULTS_POSTED, Severity.HIGH, "hasResults"),
        (
            put(f"{ENROLLMENT}.count", 45),
            EventKind.ENROLLMENT_CHANGED,
            Severity.NORMAL,
            f"{ENROLLMENT}.count",
        ),
        (put(ENROLLMENT, {}), EventKind.ENROLLMENT_CHANGED, Severity.NORMAL, f"{ENROLLMENT}.count"),
        (
            put(f"{STATUS}.startDateStruct.date", "2020-06"),
            EventKind.DATE_CHANGED,
            Severity.LOW,
            f"{STATUS}.startDateStruct.date",
        ),
        (
            put(f"{STATUS}.completionDateStruct", {"date": "2024"}),
            EventKind.DATE_CHANGED,
            Severity.LOW,
            f"{STATUS}.completionDateStruct.date",
        ),
        (cite("7", "RESULT"), EventKind.PUBLICATION_LINKED, Severity.HIGH, f"{REFERENCES}[pmid=7]"),
        (cite("7", "DERIVED"), EventKind.PUBLICATION_LINKED, Severity.HIGH, f"{REFERENCES}[pmid=7]"),
        (cite("1", "RESULT"), EventKind.PUBLICATION_LINKED, Severity.HIGH, f"{REFERENCES}[pmid=1]"),
        (
            cite(
                "7", "DERIVED", citation="New A. Stem cells in cirrhosis: study protocol. Trials. 2022;1:1-9."
            ),
            EventKind.PUBLICATION_LINKED,
            Severity.LOW,
            f"{REFERENCES}[pmid=7]",
        ),
        (
            cite("7", "RESULT", citation="New et al. 2022."),
            EventKind.PUBLICATION_LINKED,
            Severity.LOW,
            f"{REFERENCES}[pmid=7]",
        ),
        (put(f"{OUTCOMES}", []), EventKind.PRIMARY_OUTCOME_CHANGED, Severity.HIGH, OUTCOMES),
    ],
)
def test_one_edit_is_one_event_of_its_kind(edit, kind, severity, field):
    (event,) = happened(edit)
    assert (event.kind, event.severity, event.field) == (kind, severity, field)


def reorder_conditions(one):
    one["protocolSection"]["conditionsModule"]["conditions"].reverse()


@pytest.mark.parametrize(
    "noise",
    [
        reorder_conditions,
        put(
            "protocolSection.identificationModule.briefTitle", "Mesenchymal stem\\-cells in  liver cirrhosis"
        ),
        put("protocolSection.identificationModule.briefTitle", "Another title"),
        put("derivedSection.conditionBrowseModule.meshes", [{"id": "D008103", "term": "Liver Cirrhosis"}]),
        put("derivedSection.miscInfoModule.versionHolder", "2022-10-07"),
        put(f"{ENROLLMENT}.type", "ACTUAL"),
        put(f"{STATUS}.startDateStruct", {"date": "2020-05", "type": "ESTIMATED"}),
        put(f"{STATUS}.startDateStruct.date", "2020-05-17"),
        put(f"{STATUS}.startDateStruct.date", "2020"),
        put(f"{STATUS}.lastUpdatePostDateStruct.date", "2022-10-05"),
        put(f"{STATUS}.statusVerifiedDate", "2022-10"),
        put(f"{STATUS}.whyStopped", "No funds"),
        put("protocolSection.sponsorCollaboratorsModule.leadSponsor.name", "Another name"),
        put("protocolSection.contactsLocationsModule.locations", [{"city": "Ningbo"}]),
        cite("7", "BACKGROUND"),
        cite("", "RESULT"),
        put(REFERENCES, []),
        put("protocolSection.outcomesModule.secondaryOutcomes", []),
    ],
)
def test_noise_and_edits_without_a_kind_are_no_event(noise):
    assert happened(noise) == []


def test_completion_with_results_in_one_night_is_two_events():
    before = full_record()
    found = happened(post_results, edited(before, set_status("RECRUITING")))
    both = rules.changed(
        known(before), seen(edited(edited(before, set_status("COMPLETED")), post_results)), NIGHT
    )
    assert [event.kind for event in found] == ["results_posted"]
    assert [event.kind for event in both] == ["completed", "results_posted"]


def test_why_a_trial_stopped_is_in_the_summary():
    (event,) = happened(set_status("TERMINATED", whyStopped="No funds"))
    assert event.summary == "recruiting → terminated. Why stopped: No funds"
    assert (event.before, event.after) == ("RECRUITING", "TERMINATED")


def test_unknown_says_what_was_known_last():
    (event,) = happened(set_status("UNKNOWN", lastKnownStatus="RECRUITING"))
    assert event.summary == "recruiting → unknown (last known: recruiting; not verified for two years)"


def test_results_that_are_taken_down_are_told_with_the_date_they_had():
    def take_down(one):
        one["hasResults"] = False
        one.pop("resultsSection", None)

    posted = edited(full_record(), post_results)
    (event,) = happened(take_down, posted)
    assert (event.kind, event.severity, event.before, event.after) == (
        "results_removed",
        "high",
        "true",
        "false",
    )
    assert event.summary == "Results removed (first posted 2022-10-05)"


@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        (60, 45, "Enrollment 60 → 45 (actual)"),
        (60, 0, "Enrollment 60 → 0 (actual)"),
        (60, None, "Enrollment 60 → not stated"),
        (60, 99999999, "Enrollment 60 → not stated"),
        (None, 60, "Enrollment not stated → 60 (actual)"),
        (None, 99999999, None),
        (60, 60, None),
    ],
)
def test_an_enrolment_that_changes_is_told_and_the_sentinel_is_no_number(before, after, summary):
    start = edited(full_record(), put(ENROLLMENT, {} if before is None else {"count": before}))
    stated = {"type": "ACTUAL"} | ({} if after is None else {"count": after})
    found = happened(put(ENROLLMENT, stated), start)
    assert [event.summary for event in found] == ([summary] if summary else [])
    assert all(event.after == (None if after is None else str(after)) for event in found)


@pytest.mark.parametrize(
    ("before", "after", "is_event"),
    [
        ("2024-05", "2024-05-17", False),
        ("2024-05-17", "2024-05", False),
        ("2024", "2024-05-17", False),
        ("2025-04", "2025-05-09", True),
        ("2024-05-01", "2024-05-17", True),
        ("2024", "2025", True),
        ("2024-01", "2024-12", True),
        (None, "2024-05", True),
        ("2024-05", None, True),
    ],
)
@pytest.mark.parametrize("struct", ["startDateStruct", "primaryCompletionDateStruct", "completionDateStruct"])
def test_a_date_that_moves_is_an_event_and_one_that_gets_precise_is_none(struct, before, after, is_event):
    start = edited(full_record(), put(f"{STATUS}.{struct}", {"date": before} if before else {}))
    found = happened(put(f"{STATUS}.{struct}", {"date": after} if after else {}), start)
    assert [(event.field, event.before, event.after) for event in found] == (
        [(f"{STATUS}.{struct}.date", before, after)] if is_event else []
    )


def test_each_date_is_an_event_of_its_own():
    def postpone(one):
        for struct in ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct"):
            put(f"{STATUS}.{struct}", {"date": "2030", "type": "ESTIMATED"})(one)

    found = happened(postpone)
    assert [event.summary for event in found] == [
        "Start 2020-05 → 2030 (estimated)",
        "Primary completion not stated → 2030 (estimated)",
        "Completion not stated → 2030 (estimated)",
    ]
    assert len({event.event_id for event in found}) == 3


def test_each_newly_linked_publication_is_one_event_and_a_known_one_is_none():
    linked = edited(full_record(), cite("7", "DERIVED"))
    assert (
        happened(
            put(f"{REFERENCES}", linked["protocolSection"]["referencesModule"]["references"][::-1]), linked
        )
        == []
    )

    def more(one):
        for pmid, kind in (("7", "RESULT"), ("8", "RESULT"), ("8", "DERIVED"), (" 9 ", "DERIVED")):
            cite(pmid, kind)(one)

    found = happened(more, linked)
    assert [event.field for event in found] == [f"{REFERENCES}[pmid={pmid}]" for pmid in ("8", "9")]
    assert found[0].summary == (
        "Publication linked: PMID 8 (derived; results), "
        "New A, Old B. Stem cells in patients with cirrhosis. J Hepatol. 2022;1:1-9."
    )
    assert json.loads(found[0].after)["pmid"] == "8"


@pytest.mark.parametrize(
    ("before", "after", "is_event"),
    [
        ("off", "core", True),
        ("adjacent", "unsure", True),
        ("unsure", "core", False),
        ("core", "off", False),
        ("off", "adjacent", False),
    ],
)
def test_a_trial_becomes_relevant_when_it_comes_to_be_about_the_topic(before, after, is_event):
    readings = Screening(before, "was so", "none"), Screening(after, "is so", "cirrhosis")
    about = put("protocolSection.conditionsModule.keywords", ["Cirrhosis"])
    found = list(membership.became_relevant(known(record()), seen(edited(record(), about)), *readings))
    assert [(event.kind, event.severity) for event in found] == (
        [("became_relevant", "high")] if is_event else []
    )
    assert all(event.summary == f"{before} → {after}: is so (before: was so)" for event in found)


@pytest.mark.parametrize("noise", [reorder_conditions, set_status("COMPLETED")])
def test_a_record_that_says_the_same_of_its_topic_does_not_become_relevant(noise):
    readings = Screening("off", "was so", "none"), Screening("core", "is so", "cirrhosis")
    after = edited(record(), noise)
    assert list(membership.became_relevant(known(record()), seen(after), *readings)) == []


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
    event = membership.first_seen(seen(one), baseline=False, previous_run=NIGHT)
    assert event.kind == kind
    assert not event.is_baseline


def test_on_the_first_night_everything_enters_and_nothing_is_news():
    event = membership.first_seen(seen(record()), baseline=True, previous_run=None)
    assert (event.kind, event.is_baseline) == ("entered_watch", True)


@pytest.mark.parametrize(
    ("edit", "values"),
    [
        (set_status("PAUSED"), ["PAUSED"]),
        (put("protocolSection.designModule.studyType", "A_NEW_TYPE"), ["A_NEW_TYPE"]),
        (put("protocolSection.designModule.phases", ["PHASE2", "PHASE5"]), ["PHASE5"]),
        (put(f"{ENROLLMENT}.count", 99999999), ["99999999"]),
        (put(f"{ENROLLMENT}.count", "sixty"), ["sixty"]),
        (put(f"{STATUS}.startDateStruct.date", "spring"), ["spring"]),
        (put(f"{STATUS}.completionDateStruct", {"date": "2024-13"}), ["2024-13"]),
        (put(f"{STATUS}.completionDateStruct", {"date": "2023-02-30"}), ["2023-02-30"]),
        (put(f"{STATUS}.completionDateStruct", {}), []),
        (put("protocolSection.designModule", {}), []),
    ],
)
def test_what_is_not_understood_is_noted_and_what_is_not_stated_is_no_issue(edit, values):
    assert [issue.value for issue in issues.not_understood(seen(edited(full_record(), edit)))] == values


def test_every_published_status_is_understood():
    assert [
        list(issues.not_understood(seen(record(status=one)))) for one in registry_values().enums["Status"]
    ] == [[]] * 14


def test_a_to_b_to_a_to_b_is_three_events():
    recruiting, suspended = record(), record(status="SUSPENDED")
    steps = [
        rules.changed(known(recruiting), seen(suspended), NIGHT),
        rules.changed(known(suspended, version_no=2, times_before=1), seen(recruiting), NIGHT),
        rules.changed(known(recruiting, version_no=3, times_before=1), seen(suspended), NIGHT),
    ]
    assert len({event.event_id for (event,) in steps}) == 3


def test_the_same_change_read_again_is_the_same_event():
    before, after = record(), record(status="COMPLETED")
    first, again = (rules.changed(known(before, version_no=number), seen(after), NIGHT) for number in (1, 5))
    assert first == again


def test_every_part_of_an_identity_counts():
    usual = {"nct_id": "NCT00000001", "kind": EventKind.COMPLETED, "field": "f", "before": "a", "after": "b"}
    others = [
        {"nct_id": "NCT00000002"},
        {"kind": EventKind.SUSPENDED},
        {"field": "g"},
        {"before": "x"},
        {"after": "x"},
    ]
    ids = {event.event_id(**(usual | other)) for other in [{}, {"times_before": 1}, *others]}
    assert len(ids) == 7


def test_an_event_is_never_changed_after_it_is_made():
    (event,) = happened(set_status("COMPLETED"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.summary = "another"
