"""Doses and the number of infusions, as a record tells them."""

from __future__ import annotations

import pytest

from support.therapy import trial


def test_a_dose_told_by_arm_keeps_the_arm_and_its_path():
    (level,) = trial(arm="1x10E6 MSCs/kg body weight").doses
    assert (level.arm, level.low, level.high, level.unit, level.evidence) == (
        "Treated",
        1e6,
        1e6,
        "cells/kg",
        "1x10E6 MSCs/kg",
    )
    assert level.path == "protocolSection.armsInterventionsModule.armGroups[0].description"


def test_a_dose_in_the_description_counts_only_where_arms_tell_none():
    summary = "Each patient will receive 5x10^7 cells."
    assert [level.low for level in trial(summary=summary).doses] == [5e7]
    assert [level.low for level in trial(how="6x10^7 cells", summary=summary).doses] == [6e7]


def test_a_bare_number_of_exosomes_counts_particles():
    (level,) = trial("MSC exosomes in cirrhosis", given="MSC exosomes", how="4.0 × 10⁹ by inhalation").doses
    assert level.unit == "particles"


def test_the_dose_of_an_earlier_study_is_not_read():
    assert trial(summary="A previous study gave (1-6)*10^7 cells/time.").doses == ()


def test_not_stated_and_not_understood_differ():
    silent, unread = trial(), trial(how="1x10^6 cells/mL")
    assert (silent.doses, silent.issues) == ((), ())
    assert unread.doses == ()
    (issue,) = unread.issues
    assert (issue.nct_id, issue.message) == ("NCT00000001", "a concentration without a volume")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("once a week, 4 times", 4),
        ("for 3 times at week 0, 4 and 8", 3),
        ("9 times in total", 9),
        ("four times in one year", 4),
        ("MSC on days 1, 4, 11 and 18", 4),
        ("MSC infused on Day 0, Day 5 (±1) and Day 13 (±1)", 3),
        ("MSC injected on the first, fourth, seventh, and tenth day", 4),
        ("1-time or 2-time injection", 2),
        ("2 doses (apart from 24weeks)", 2),
        ("3 does of UC-MSCs", 3),
        ("in 6 divided doses", 6),
        ("MSC twice per week for 2 weeks", 4),
        ("MSC once per 4 week for 12 weeks", 3),
        ("MSC every 2 weeks for 3 months", 6),
        ("MSC monthly for three months", 3),
        ("a single intravenous infusion", 1),
        ("2 million cells per Kg via portal vein once", 1),
        ("for a total of 3 infusions", 3),
        ("MSC; plasma exchange 3 times", None),
        ("in a single center, single-blind", None),
        ("MSC; followed up at 1, 3 and 6 months", None),
        ("MSC; patients are monitored every 3 months for one year", None),
        ("as a single infusion or several infusions", None),
        ("MSC 3 times a week", None),
        ("the first MSC infusion at day 0, and the second infusion of MSC two weeks later", 2),
        ("one million MSC/kg, the second transplantation 3 months after the first transplantation", 2),
        ("MSC after a second liver transplantation", None),
        ("MSC at 0,1,5,6 week", 4),
        ("MSC; a single infusion, assessed at 1, 3 and 6 months", 1),
        ("MSC on day 1 and repeated on day 4", 2),
        ("75 million MSC at baseline and possibly again after 3 months", 2),
        ("MSC infused at surgery and day 4", 2),
        ("Treatment will consist of 3-5 doses of MSC", 5),
        ("a total of 6 intravenous infusions of MSC or placebo", 6),
        ("8 autologous HB-adMSC infusions", 8),
        ("one dose of MSC once a day for continuous six days", 6),
        ("MSC every 2 months for a year", 6),
        ("one of three infusions: saline, MSC low, MSC high", None),
        ("15 injections of MSC in the anterior wall", 1),
        ("MSC, 15 injections in the anterior wall of the ventricle", None),
        ("MSC; sterility tests are done three times", None),
        ("compared two doses of MSC", None),
        ("one infusion of MSC; re-treatment: at week 24 arms will be reversed compared to week 0", 1),
        ("MSC infused on day 3, 7 and 14 after liver transplantation", 3),
        ("MSC infusion and imaging of patients who receive MSC at month 1, 3 and 6 after the infusion", None),
        ("at week 24 treatments with MSC will be reversed", None),
        ("1x10^6 MSC/kg a safe dose", None),
    ],
)
def test_infusions(text, number):
    assert trial(how=text).infusions_max == number


@pytest.mark.parametrize(
    ("how", "doses"),
    [
        ("MSC at 106/kg body weight", [(1e6, 1e6, "cells/kg")]),
        ("MSC, 3 106 cells/kg", [(3e6, 3e6, "cells/kg")]),
        ("MSC at 10 7 cells", [(1e7, 1e7, "cells")]),
        ("4.106 MSC/kg", [(4e6, 4e6, "cells/kg")]),
        ("106 patients get MSC", []),
        ("2-3 ml of MSC at 3 x 10^6/ml", [(6e6, 9e6, "cells")]),
        ("at least 2x10^6 MSC per injection, 8x10^6 in all", [(2e6, 2e6, "cells")]),
        (
            "at least 20 million MSC per procedure, minimum number of cells per protocol 60 million",
            [(2e7, 2e7, "cells")],
        ),
        ("MSC 2x10^6/kg, maximum 2x10^8 per infusion", [(2e6, 2e6, "cells/kg")]),
        ("Low: 20 million MSC in total. High: 80 million MSC.", [(2e7, 2e7, "cells"), (8e7, 8e7, "cells")]),
        ("MSC, dose: 30 million, by vein", [(3e7, 3e7, "cells")]),
        ("Exosomes of MSC, 15 ug/drop", [(15.0, 15.0, "other")]),
    ],
)
def test_lost_powers_totals_and_volumes_with_a_range(how, doses):
    assert [(one.low, one.high, one.unit) for one in trial(how=how, summary=how).doses] == doses
