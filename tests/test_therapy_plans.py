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
        ("MSC injections twice in a 26-day interval", 2, 26),
        ("2 x 40 million MSC given with a distance of 2 months", 2, 60),
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


@pytest.mark.parametrize(
    "detail",
    [
        # times of a look
        "Two visits at weeks 4, 8 and 20 post MSC applications are planned.",
        "Safety visits at months 3 and 9 following cell infusions take place.",
        "Patients are monitored after the MSC product injection at 5 days, 2 months and 9 months.",
        "The level of MSC in blood is observed, 20 minutes before MSC-1 infusion, 3 hours, 6 hours and 12 hours after it.",
        "Blood is sampled for MSC before the first MSC infusion, 1 hour, 5 hours and 20 hours after the MSC infusion.",
        "Scans of the MSC site are repeated monthly for 6 months beginning after the final infusion.",
        "This may be repeated every 3 months for up to 18 months starting 4 weeks after the last MSC infusion.",
        "MSC recovery: platelets above 20 on three consecutive days.",
        "Serum is drawn at 24 h, 72 h and 7 days post-MSC.",
        "MSC engraftment at 1 month, 3 months and 6 months.",
        "Patients report pain twice daily for 14 days after MSC injection.",
        "Patients receiving MSC keep a diary weekly for 8 weeks.",
        "Physiotherapy is given three times a week for 6 weeks after MSC implantation.",
        "The wound with MSC is dressed every 2 days for 2 weeks.",
        # a minimum, or a state
        "Patients who have received at least one infusion of MSC are evaluable.",
        "Subjects having completed at least one MSC treatment form the safety set.",
        "The board meets when all patients have received 2 doses of MSC.",
        "On each of these visits the subject receives one infusion of MSC.",
        "Once registered, patients receive MSC.",
        "Once the cells have been thawed, MSC are infused.",
        "Dosing is sequential, with no more than one patient receiving MSC on the same day.",
        # levels
        "Two doses of MSC will be tested.",
        "The investigators will evaluate two doses of MSC.",
        "The three doses are 1 million/kg, 2 million/kg and 3 million/kg of MSC.",
        "Two test doses of MSC are looked into.",
        # drugs
        "Two treatments (steroids and MSC) will be given.",
        "Patients receive single or multiple injections of MSC.",
        # of another trial
        "The index was 14.2 at baseline and rose to 20.1 at 6 months after MSC infusion (p<0.01).",
        "MSC solve the operative risk of a transplant.",
        "A single infusion of MSC improved survival in sheep.",
        "In earlier work, two doses of MSC 1 week apart healed pigs.",
    ],
)
def test_what_a_description_only_mentions_is_no_plan(detail):
    assert trial(**LUPUS, detail=detail).infusions_max is None


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ("Patients receive MSC at 5 days, 2 months and 9 months.", 3),
        ("MSC are infused before surgery and at weeks 2 and 6.", 3),
        ("MSC: 12 post-operative infusions.", 12),
        ("Patients receive MSC monthly for 6 months starting 4 weeks after surgery.", 6),
        ("MSC are infused on three consecutive days.", 3),
        ("Patients will receive at least 2 infusions of MSC.", 2),
        ("All patients will have received 3 infusions of MSC by week 8.", 3),
        ("Three doses of MSC will be administered and compared with placebo.", 3),
        ("The two doses of MSC will be 14 days apart.", 2),
        ("A single infusion of three doses of MSC is studied.", 1),
        ("Once randomised, patients receive MSC once.", 1),
        ("MSC are injected at baseline.", 1),
        (
            "Patients receive MSC by vein on days 1, 5 and 9. Treatment repeats every 21 days for up to 4 courses.",
            12,
        ),
        ("The patient receives 3 MSC infusions 1 week apart followed by 2 infusions 3 months apart.", 5),
    ],
)
def test_what_looks_like_a_mention_is_a_plan(detail, count):
    assert trial(**LUPUS, detail=detail).infusions_max == count


@pytest.mark.parametrize(
    "detail",
    [
        "MSC were given by vein once a month .Endpoints:Safety (adverse events within 40 weeks).",
        "MSC are injected monthly; endpoints: pain at rest for 24 weeks.",
        "MSC are infused monthly, and patients are followed for 2 years.",
    ],
)
def test_the_duration_of_a_look_is_not_that_of_the_giving(detail):
    found = trial(**LUPUS, detail=detail)
    assert (found.infusions_max, found.interval_days) in ((None, 30), (None, None))


@pytest.mark.parametrize(
    ("rest", "days"),
    [
        ("The first three patients will be treated at least 7 days apart.", None),
        ("The first 4 subjects will not be injected less than 3 days apart.", None),
        ("No two participants will be treated within 5 days apart.", None),
        ("Each patient gets two injections of MSC 14 days apart.", 14),
    ],
)
def test_how_long_the_next_patient_waits_is_no_interval(rest, days):
    assert trial(**LUPUS, detail=f"Patients receive two injections of MSC. {rest}").interval_days == days


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("MSC, single IV, 2x10^6 cells/kg", 1),
        ("a single i.v. of MSC", 1),
        ("MSC by a single intrathecal", 1),
        ("3 infusions of 2 million cells/kg per week for 5 weeks, MSC", 15),
        ("two injections of 1 x 10^6 MSC/kg per week for 3 weeks", 6),
        ("MSC are infused on three days, once daily", 3),
        ("MSC on four consecutive days, one dose each", 4),
        # what only looks like it
        ("MSC by a single IV line", None),
        ("MSC at a single dose of 10^7 cells. Subsequent doses may be reduced to 5x10^6.", None),
        ("MSC as one injection of 10^7 cells; subsequent injections depend on the answer.", None),
    ],
)
def test_short_words_for_one_or_for_a_rate(how, count):
    assert trial(**LUPUS, how=how).infusions_max == count


@pytest.mark.parametrize(
    ("how", "most"),
    [
        ("MSC weekly for 4 weeks, followed by every 4 weeks until week 24", 9),
        ("MSC on days 0, 7 and 14, then every 4 weeks until month 6", 9),
    ],
)
def test_a_rate_that_follows_another_is_not_counted_from_the_beginning(how, most):
    assert 1 < trial(**LUPUS, how=how).infusions_max <= most


@pytest.mark.parametrize(
    "how",
    [
        "MSC by vein, 2 injections of saline, then 3 injections of MSC",
        "3 infusions of MSC, followed by 2 infusions of saline",
    ],
)
def test_what_holds_no_cells_adds_nothing(how):
    assert trial(**LUPUS, how=how).infusions_max == 3


def test_how_long_after_giving_a_look_is_taken_is_no_interval():
    look = "Blood is drawn and levels are measured and then cells are looked for 2 weeks after the first infusion"
    assert trial(**LUPUS, how=f"MSC twice. {look}").interval_days is None


@pytest.mark.parametrize(
    "how",
    [
        "2 courses of MSC, 3 infusions per course, overall 5 infusions",
        "MSC in 2 courses with each of them weekly; altogether 5 infusions",
    ],
)
def test_a_number_of_all_courses_is_not_multiplied(how):
    assert trial(**LUPUS, how=how).infusions_max == 5


@pytest.mark.parametrize(
    "how",
    [
        "MSC in 2 courses of 3 infusions each, and 2 additional courses",
        "MSC, 3 infusions per course for 2 courses and up to two additional courses",
    ],
)
def test_additional_courses_are_as_long_as_the_others(how):
    assert trial(**LUPUS, how=how).infusions_max == 12
