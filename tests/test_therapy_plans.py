"""Plans of administrations as sponsors word them: courses, repetitions, dates and intervals. The words stand in no record."""

from __future__ import annotations

import pytest

from support.therapy import trial

LUPUS = {"title": "MSC for lupus", "conditions": ("Lupus",), "given": "MSC"}


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("MSC are infused at baseline and at the 3 month follow-up visit", 2, 90),
        ("MSC infusion at start of the study and 5 months of follow-up", 2, 150),
        ("MSC (J0, J9, J18)", 3, 9),
        ("MSC on Day -1 and Day +8", 2, 9),
        ("MSC on day 1/day 9/day 17", 3, 8),
        ("MSC: one dose on day 0 and one dose on day 3", 2, 3),
        ("MSC, optionally a second one at week 7", 2, 49),
        ("MSC on enrolment, the second 5 months later", 2, 150),
        ("MSC are infused; a second infusion 48-72 hours from the first one", 2, 2),
        ("MSC, 3 injections 9 days from each other", 3, 9),
        ("MSC, 3 injections with a difference of 11 days", 3, 11),
        ("MSC, 3 doses; time between doses: 17 days", 3, 17),
        ("Three infusions of MSC every fourteen days", 3, 14),
        ("MSC q3w*5", 5, 21),
        ("MSC qw×6", 6, 7),
        ("MSC given 4 times every 3 weeks", 4, 21),
        ("eight twice-weekly infusions of MSC", 8, 3),
        ("MSC once weekly, lasting 5 weeks", 5, 7),
        ("MSC every 4 weeks until week 16", 5, 28),
        ("MSC on days 1 and 5, then weekly for 3 weeks", 5, 4),
        ("MSC weekly for a month, followed by monthly for five months", 9, 7),
        ("MSC infusion x 2, 3 weeks apart", 2, 21),
        ("Weekly (n=7) infusions of MSC", 7, 7),
        ("Re-treatment with MSC in non-responders after 4 months", 2, 120),
        ("MSC; the same dose is given again 4 weeks later", 2, 28),
        ("MSC: a first dose and two boosters at 4 and 8 months", 3, 120),
    ],
)
def test_a_plan_gives_a_number_and_an_interval(how, count, days):
    found = trial(**LUPUS, how=how)
    assert found.infusions_max == count
    assert found.interval_days == pytest.approx(days)


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("A total of 15 administrations of MSC, divided into five administrations per cycle, 3 cycles", 15),
        ("A total of 8 infusions of MSC in two cycles of four", 8),
        ("MSC, 10 doses in total: 5 doses per cycle, 2 cycles", 10),
        ("MSC, a total of 5 infusions per cycle, two cycles", 10),
        ("Two courses of MSC treatment, each consisting of 5 infusions", 10),
        ("One course of MSC is 4 infusions; the course is repeated after 5 months", 8),
        ("MSC 5 times. After the first course, some receive the second course of MSC.", 10),
        ("MSC: initial dose followed by three boosters", 4),
        ("MSC: one infusion followed by two booster infusions", 3),
        ("MSC infusion once; repeated once more if there is no response", 2),
        ("MSC, one (1) infusion", 1),
        ("MSC IV x4", 4),
        ("MSC 1 x 10^6/kg x 5 doses", 5),
        ("MSC, no. of injections: 5", 5),
        ("MSC, two-dose regimen", 2),
        ("MSC infusion once in Phase 1", 1),
        ("MSC as a single procedure", 1),
        ("MSC infused on day 16", 1),
        ("MSC infusion (day 0)", 1),
    ],
)
def test_a_plan_gives_a_number(how, count):
    assert trial(**LUPUS, how=how).infusions_max == count


@pytest.mark.parametrize(
    ("detail", "count", "days"),
    [
        ("The patient receives MSC. The patient will receive a second infusion within 4-6 days of the first.", 2, 4),
        ("Patients receive MSC. A second infusion follows within 3-5 days of the first infusion.", 2, 3),
        ("Patients will receive two courses of three MSC infusions.", 6, None),
        ("Patients are treated with MSC and subsequently with up to 6 courses of MSC.", 7, None),
    ],
)  # fmt: skip
def test_a_plan_in_a_description(detail, count, days):
    found = trial(**LUPUS, detail=detail)
    assert (found.infusions_max, found.interval_days) == (count, days)


@pytest.mark.parametrize(
    "how",
    [
        "MSC by vein. Patients are seen every 4 months for 2 years.",
        "MSC by vein. Marrow is harvested twice.",
        "MSC by vein. An analysis is made at 4 time points (day 1, month 2 and month 5) after the MSC.",
        "MSC infused; the cells are assessed at day 16",
        "MSC cultured until day 14, by vein",
        "MSC by vein; no additional dose",
        "MSC by vein after the second course of methotrexate",
        "MSC by vein; eleven applications in 10 patients are known",
        "MSC within 3 days of first admission",
    ],
)
def test_what_looks_like_a_plan(how):
    found = trial(**LUPUS, how=how)
    assert (found.infusions_max, found.interval_days) == (None, None)


def test_two_doses_in_a_week_are_no_week_apart():
    assert trial(**LUPUS, how="MSC, two doses in one week").interval_days is None


def test_a_session_that_others_follow_is_not_all():
    assert (
        trial(**LUPUS, how="MSC by IV infusion on day 0, followed by IT, in all patients").infusions_max
        is None
    )
