"""Points in time and rates in many wordings: how often cells are given, and how far apart. The words stand in no record."""

from __future__ import annotations

import pytest

from support.therapy import trial

KNEE = {"title": "MSC for knee osteoarthritis", "conditions": ("Knee Osteoarthritis",), "given": "MSC"}


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("MSC at baseline, week 4 and week 8", 3, 28),
        ("MSC at baseline and at 3 months", 2, 90),
        ("MSC are given on day 1, then on day 8 and on day 15", 3, 7),
        ("MSC on Day 1 - Day 3 - Day 6", 3, 2),
        ("at 0, 24 and 48 hours", 3, 1),
        ("at time zero and at 6 months", 2, 180),
        ("MSC at inclusion and 5 months later", 2, 150),
        ("MSC at 0,6,12,18 week", 4, 42),
        ("MSC at birth, and doses at +3, +6 and +9 months", 3, 90),
        ("MSC on Day 1, Week 4 and Week 8", 3, 28),
        ("MSC infusions: 1st on day 0, 2nd on day 10, 3rd on day 20", 3, 10),
        ("The first treatment with MSC on day 0, the second on day 7 and the third on day 14", 3, 7),
        ("Two doses of MSC: first dose on day 1, second dose on day 31", 2, 30),
        ("Dose 1 of MSC on day 0 and dose 2 on day 90", 2, 90),
        ("MSC once on day 1 and once on day 15", 2, 14),
        ("MSC at surgery and on day 5", 2, 5),
        ("MSC are infused immediately after the operation and at day 6 after the operation", 2, 6),
        ("MSC 2 weeks, 6 weeks and 10 weeks after surgery", 3, 28),
        ("MSC one week before transplantation and 2 weeks after transplantation", 2, 21),
        ("MSC on days 0, 3 (±1) and 7 (±2)", 3, 3),
    ],
)
def test_dates_give_a_number_and_an_interval(how, count, days):
    found = trial(**KNEE, how=how)
    assert found.infusions_max == count
    assert found.interval_days == pytest.approx(days)


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("MSC, IV, q2w x 4", 4, 14),
        ("MSC q48h x 3 doses", 3, 2),
        ("MSC q3 months for 4 doses", 4, 90),
        ("MSC weekly x5", 5, 7),
        ("MSC once per 3 weeks for 3 times", 3, 21),
        ("MSC once in two weeks, three times", 3, 14),
        ("MSC, once a month, five consecutive months", 5, 30),
        ("MSC on 4 consecutive days", 4, 1),
        ("Exosomes of MSC once a day, day 1 to day 6", 6, 1),
        ("3-monthly injections of MSC for 1 year", 4, 90),
        ("MSC six-monthly for two years", 4, 180),
        ("Three injections of MSC at bi-monthly intervals", 3, 60),
        ("three monthly injections of MSC", 3, 30),
        ("MSC twice weekly for 4 weeks, then weekly for 2 weeks", 10, 3),
        ("MSC weekly for 4 weeks, with an optional further 4 infusions", 8, 7),
        ("Three courses of MSC, 40 days apart", 3, 40),
        ("MSC 3 times with a gap of 8 days", 3, 8),
        ("MSC three times, with 5 weeks in between", 3, 35),
        ("Two injections of MSC, with an interval of 20 +/- 3 days", 2, 20),
        ("Two injections of MSC, the second 4-6 weeks after the first", 2, 28),
        ("MSC four times at intervals of 5-7 days", 4, 5),
    ],
)
def test_rates_give_a_number_and_an_interval(how, count, days):
    found = trial(**KNEE, how=how)
    assert found.infusions_max == count
    assert found.interval_days == pytest.approx(days)


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("one intravenous and two intrathecal infusions of MSC", 3),
        ("an intravenous infusion of MSC followed by an intrathecal injection", 2),
        ("MSC injection followed by a booster dose 3 weeks later", 2),
        (
            "Arm 1: one dose of MSC by IV infusion followed by an intrathecal infusion. Arm 2: nine doses of MSC.",
            9,
        ),
        ("MSC, and subsequently up to 6 courses of MSC", 7),
        ("re-treated with MSC at 6 and 12 months", 3),
        ("Liposuction and injection of the MSC are done on the same day", 1),
        ("10 sessions of MSC exosomes", 10),
    ],
)
def test_the_largest_plan_counts(how, count):
    assert trial(**KNEE, how=how).infusions_max == count


@pytest.mark.parametrize(
    "how",
    [
        "MSC by vein. A questionnaire will be administered at 3 and 9 months.",
        "MSC by vein. MRI at baseline and month 6.",
        "MSC by vein. Cell assays will be repeated at day 7 and 14.",
        "MSC by vein. The MRI shows the cells at 2 weeks and 3 months.",
        "MSC by vein between 72 and 96 hours after the injury.",
        "All patients with MSC, after treatment for 20 days, 80 days and 160 days, have their pain rated.",
        "MSC on day 3 - day 7 by vein.",
        "MSC by vein, in two groups of 51,2 years and 50,5 years.",
        "MSC by vein. Total 6 sessions of 30 minutes.",
        "Daily priming with retinoic acid cream for two weeks, then MSC.",
        "MSC for patients with 3 to 7 days of pain.",
        "MSC by vein; 2 treatments with plasma exchange.",
        "MSC by vein, and weekly visits for 4 weeks.",
        "MSC for children 2 months and 6 months old, by vein.",  # an age
        "MSC by vein; patients need at least 3 months of pain for 6 months.",  # how long something lasts
    ],
)
def test_other_times_are_no_administrations(how):
    found = trial(**KNEE, how=how)
    assert found.infusions_max is None
    assert found.interval_days is None


@pytest.mark.parametrize(
    "how", ["MSC 0 times per week", "MSC every 0 weeks for 3 months", "MSC weekly x 0", "MSC q0w"]
)
def test_a_rate_of_nothing_is_none(how):
    found = trial(**KNEE, how=how)
    assert found.infusions_max is None
    assert found.interval_days is None


def test_visits_between_two_infusions_are_no_interval():
    assert (
        trial(**KNEE, how="Two infusions of MSC; MSC patients have, every 2 weeks, a visit.").interval_days
        is None
    )


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("12 injections of MSC into the muscle", 1),  # needles of one session
        ("12 injections of MSC into the muscle, on 12 days", 12),
    ],
)
def test_many_injections_are_one_session_unless_they_have_days(how, count):
    assert trial(**KNEE, how=how).infusions_max == count


def test_a_plan_for_patients_is_the_trials_own_beside_what_is_known():
    known = "MSC of the marrow have been shown to heal."
    planned = "As has been shown in mice, patients in the first arm will receive MSC of adipose tissue."
    assert trial(**KNEE, summary=known).cell_source == ("not_stated",)
    assert trial(**KNEE, summary=planned).cell_source == ("adipose",)
