"""Which amounts of a text are doses, told in the manner of many sponsors; the words are invented."""

from __future__ import annotations

import pytest

from support.therapy import trial

KNEE = {"title": "MSC for a bad knee", "given": "MSC", "conditions": ("Knee Osteoarthritis",)}


def of(how="", **more):
    """The dose levels of a trial of cells for the knee."""
    return [(one.low, one.high, str(one.unit)) for one in trial(how=how, **(KNEE | more)).doses]


def cells(*values):
    return [(value, value, "cells") for value in values]


def per_kilogram(*values):
    return [(value, value, "cells/kg") for value in values]


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("In total 120 million MSC, given as 4 infusions of 30 million each", cells(3e7)),
        ("MSC total dose 6x10^8 cells, divided in 3 injections of 2x10^8 cells", cells(2e8)),
        ("overall dose of 8x10^7 MSC over two administrations (4x10^7 each)", cells(4e7)),
        ("three infusions of MSC at 2 million/kg each, total dose 6 million/kg", per_kilogram(2e6)),
        ("MSC 3 x 10^6/kg per infusion x 5 infusions = 15 x 10^6/kg", per_kilogram(3e6)),
        ("Six injections of 20 million MSC, one a week (120 million MSC cumulatively)", cells(2e7)),
        (
            "MSC will be given as 3 doses of 4x10^6 cells/kg for a total of 12x10^6 cells/kg",
            per_kilogram(4e6),
        ),
        ("MSC 2x10^6/kg on days 0 and 7 (total 4x10^6/kg)", per_kilogram(2e6)),
        ("MSC: 50 million on day 0, 50 million on day 30, total of 100 million", cells(5e7)),
        # look-alikes: places of one session, a single dose, levels
        ("MSC 10 million per eye, a total of 20 million", cells(2e7)),
        ("MSC (15 million cells total: 5 million in each of three sites)", cells(1.5e7)),
        ("Low: 1x10^6/kg MSC in total. High: 2x10^6/kg MSC in total.", per_kilogram(1e6, 2e6)),
        ("Low: a total of 20 million MSC. High: a total of 40 million MSC, 2 injections.", cells(2e7, 4e7)),
        ("A total of 100 million MSC in 20 intramyocardial injections of 5 million", cells(1e8)),
        ("total of 60 x 10^6 MSC in 20 sites, 3 x 10^6 per site", cells(6e7)),
        ("Arm 1: one dose of 80 million MSC in total. Arm 2: two doses of 40 million MSC.", cells(8e7, 4e7)),
        (
            "Low: 20 million MSC. Middle: 40 million MSC. High: 80 million MSC, 2 infusions",
            cells(2e7, 4e7, 8e7),
        ),
    ],
)
def test_a_total_of_several_administrations_is_no_dose(how, levels):
    assert of(how) == levels


@pytest.mark.parametrize(
    "rest",
    [
        ". Maximum as for a 100 kg subject or 200 million cells for any subject over 100 kg",
        "; dose ceiling 2x10^8 cells",
        ". A dose of 2x10^8 cells will not be exceeded.",
        ". 200 million cells is the highest dose given.",
        " but not over 180 million",
        " (e.g. 140 million cells for a patient of 70 kg)",
        ", i.e. about 1.4x10^8 cells for an adult of 70 kg",
    ],
)
def test_a_limit_or_an_example_beside_a_dose_per_kilogram_is_no_level(rest):
    assert of(f"MSC 2 million cells/kg{rest}") == per_kilogram(2e6)


@pytest.mark.parametrize(
    "how",
    [
        "MSC 1x10^6/kg in part A, 1x10^8 in part B",
        "Cohort 1: MSC 1x10^6/kg. Cohort 2: flat dose of 1x10^8 MSC.",
    ],
)
def test_a_flat_dose_of_another_group_is_a_level(how):
    assert of(how) == per_kilogram(1e6) + cells(1e8)


def test_one_level_worded_a_little_otherwise_in_another_place_is_one():
    one, other = "MSC 1.2-1.6 x 10^6 cells/kg on day 1", "MSC 1.25-1.6 x 10^6 cells/kg"
    assert of(one, arm=other) == [(1.2e6, 1.6e6, "cells/kg")]
    assert of(f"{one}; {other}") == [(1.2e6, 1.6e6, "cells/kg"), (1.25e6, 1.6e6, "cells/kg")]


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("2,000,000 MSC/40 µL at the low level", cells(2e6)),
        ("Low 500,000 MSC/100 microliters. High 1,000,000 MSC/200 microliters.", cells(5e5, 1e6)),
        ("MSC (3*10e7 cells/250ul)", cells(3e7)),
        ("MSC, WBC over 4000/µL", []),
        ("80 million MSC (4 million cells/mL)", cells(8e7)),
        ("two vials (each 1x10^8 MSC) per infusion", cells(2e8)),
        ("MSC at 3x10^6 cells/weight class", [(3e6, 3e6, "other")]),
        ("MSC 1 million cells per 1 kg", per_kilogram(1e6)),
        ("MSC 5 million per 10 kg", []),
        ("3 Mio. MSC/kg KG", per_kilogram(3e6)),
        ("2 mln. MSC/kg", per_kilogram(2e6)),
        ("100mio. MSC", cells(1e8)),
        ("30 millones de células mesenquimales", cells(3e7)),
        ("3 millions de CSM/kg", per_kilogram(3e6)),
        ("Dose: 60 x 10^6 CME by lumbar puncture", cells(6e7)),
        ("50 lakh MSC or 2 crore MSC", cells(5e6, 2e7)),
        ("300k MSC", cells(3e5)),
        ("one hundred and twenty million MSC", cells(1.2e8)),
        ("thirty-five million MSC", cells(3.5e7)),
        ("one and a half million MSC per kg", per_kilogram(1.5e6)),
        ("one or two million MSC", cells(1e6, 2e6)),
        ("2,5-3,5 10E6 MSC/kg", [(2.5e6, 3.5e6, "cells/kg")]),
        ("a dose of 4 10E6 MSC/kg", per_kilogram(4e6)),
        ("Group 1 10^6 MSC/kg, group 2 10^7 MSC/kg", per_kilogram(1e6, 1e7)),
        ("Day 1 10^6 MSC/kg", per_kilogram(1e6)),
        ("in group 2, 3x10^6 MSC/kg", per_kilogram(3e6)),
        ("MSC 10(6)/kg", per_kilogram(1e6)),
        ("MSC 3x10exp6/kg", per_kilogram(3e6)),
        ("MSC 3x10ˆ6/kg", per_kilogram(3e6)),
        ("250'000'000 MSC", cells(2.5e8)),
        ("MSC 2 (±0.5) x 10^6 cells/kg", per_kilogram(2e6)),
        ("MSC 0.5; 1; 2 million/kg", per_kilogram(5e5, 1e6, 2e6)),
        ("MSC dose range: 1-3 million/kg", [(1e6, 3e6, "cells/kg")]),
        ("MSC at least 1x10^6/kg and at most 3x10^6/kg", [(1e6, 3e6, "cells/kg")]),
        ("MSC at a minimum of 1 and a maximum of 2 million cells/kg", [(1e6, 2e6, "cells/kg")]),
        ("MSC: 40 million (3 patients), 80 million (6 patients)", cells(4e7, 8e7)),
        ("MSC. Cohort A: 3 patients, 10 million. Cohort B: 3 patients, 20 million.", cells(1e7, 2e7)),
        ("MSC: dose 1, 2x10^6; dose 2, 4x10^6", cells(2e6, 4e6)),
        ("MSC dose of 60 million up to 90 million", [(6e7, 9e7, "cells")]),
        ("MSC 300 000 cells/kg", per_kilogram(3e5)),
        ("Each ml contains 4 million MSC; 2 ml are injected", cells(8e6)),
        ("MSC at least 1x10^6/kg, maximum 2x10^8 cells", per_kilogram(1e6)),
        ("MSC 100 million ± 15 million cells", cells(1e8)),
        ("MSC escalated from 1x10^6/kg to 2x10^6/kg and then to 4x10^6/kg", per_kilogram(1e6, 2e6, 4e6)),
        ("Target dose 2 x 10^6 MSC/kg (minimum acceptable dose 1 x 10^6/kg)", per_kilogram(2e6)),
        ("MSC 10 million (low) or 30 million (high), 3 patients each", cells(1e7, 3e7)),
    ],
)
def test_a_notation(how, levels):
    assert of(how) == levels


@pytest.mark.parametrize(
    "text",
    [
        "a culture yields 2x10^8 MSC at passage 3",
        "MSC are cultured until 5x10^7 cells are obtained",
        "MSC are seeded at a density of 1x10^4 cells/cm^2",
        "About 3x10^8 mononuclear cells are plated to grow MSC",
        "MSC for patients with a CD34+ count below 2x10^6/kg",
        "MSC after 1x10^8/kg T cells",
        "MSC were counted: 5x10^6 cells per T75 flask",
        "Donor lymphocytes (1x10^6/kg) are given if MSC fail",
        "60 ml of marrow gives 6x10^8 MNC, from which 30 million MSC are grown for injection",
        "MSC will be given when 80-100 million cells are ready",
    ],
)
def test_what_is_grown_or_counted_is_no_dose(text):
    assert of(text) == of(detail=text) == []


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("MSC are grown to 5x10^7 cells at passage 2. Then 1x10^7 MSC are injected.", cells(1e7)),
        ("CD34+ cells at 4x10^6/kg together with MSC at 1x10^6/kg", per_kilogram(1e6)),
        ("T-cell depleted graft, then MSC 2x10^6/kg", per_kilogram(2e6)),
        ("MSC with CD105+ and CD45- cells at 2x10^6/kg", per_kilogram(2e6)),
        ("5x10^7 MSC that were cultured are injected", cells(5e7)),
        ("a culture of 1x10^7 MSC is injected", cells(1e7)),
        ("Group A gets MSC 1×10^6/kg, group B gets 2×10^6/kg and group C saline.", per_kilogram(1e6, 2e6)),
        ("The first patients receive 20 million MSC, the next 50 million", cells(2e7, 5e7)),
        ("MSC are harvested and 40 million are injected", cells(4e7)),
    ],
)
def test_a_dose_beside_what_is_grown_or_counted_is_kept(text, levels):
    assert of(detail=text) == levels


@pytest.mark.parametrize(
    ("given", "how", "levels"),
    [
        ("MSC", "MSC were dosed at 0.3 IU/kg body weight", [(0.3, 0.3, "other")]),
        ("MSC", "MSC 2 mL/kg", [(2.0, 2.0, "other")]),
        ("MSC exosomes", "a single dose of the vesicles at 30 pmol phospholipid/kg", [(30.0, 30.0, "other")]),
        ("MSC exosomes", "MSC exosomes 80 ug/kg", [(80.0, 80.0, "other")]),
        ("MSC exosomes", "exosomes, 3x10^11 in all", [(3e11, 3e11, "particles")]),
        ("MSC exosomes", "exosomes 2×10^10/kg", [(2e10, 2e10, "other")]),
        ("MSC exosomes", "exosomes 1x10^11 particles per ml, 5 ml", [(5e11, 5e11, "particles")]),
        ("MSC", "MSC with heparin 50 U/kg", []),
        ("MSC", "MSC; insulin at 0.5 IU/kg", []),
        ("MSC", "MSC in albumin at 1 ml/kg", []),
        ("MSC", "MSC at a rate of 5 ml/kg/h", []),
    ],
)
def test_a_unit_that_is_no_number_of_cells(given, how, levels):
    assert of(how, given=given) == levels


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("A total of 120 million MSC in 3 infusions, two weeks apart", cells(4e7)),
        ("MSC: a total of 8x10^8 cells, intravenous infusions on days 0, 7, 14 and 21", cells(2e8)),
        ("Total dose of 6x10^6 MSC per kg by three infusions at intervals of a month", per_kilogram(2e6)),
        ("Four infusions of MSC (days 0, 3, 6 and 9), overall 4x10^8 cells", cells(1e8)),
        ("A cumulative dose of 9 x 10^6 cells/kg over 3 weekly infusions of MSC", per_kilogram(3e6)),
        ("A total dose of 400 x 10^6 MSC, by vein, on four days, once daily", cells(1e8)),
        (
            "Low: a total of 40 million MSC in 2 infusions. High: a total of 120 million MSC in 4 infusions.",
            cells(2e7, 3e7),
        ),
        # look-alikes: what each of them holds
        ("A total of 30 million MSC weekly for 4 weeks", cells(3e7)),
        ("Two infusions with a total of 200 million MSC each", cells(2e8)),
        ("Infusions of MSC (two vials or a total of 40 million cells) on day 0 and day 7", cells(4e7)),
        ("A total of 100 million MSC at 20 sites, on days 0 and 30", cells(1e8)),
        ("A total of 50 million MSC in one injection", cells(5e7)),
    ],
)
def test_a_total_of_administrations_of_which_none_is_told_alone_is_divided(how, levels):
    assert of(how) == levels


@pytest.mark.parametrize("kinds", ["MSCs", "allogeneic MSCs", "viable cultured cells", "expanded human MSCs"])
def test_a_letter_for_million_before_the_kind_of_cells(kinds):
    assert of(f"25 M {kinds} are injected into the knee") == cells(2.5e7)


def test_months_before_a_visit_are_no_million():
    assert of("MSC, seen at 6 M follow-up with cells counted") == []


@pytest.mark.parametrize(
    "text",
    [
        "Another clinical trial of the hospital used 3x10^7 MSC.",
        "In a pilot of MSC, 4x10^7 MSC were well tolerated.",
        "MSC dose was 3x10^7 cells, confirming its safety.",
        "The results of our earlier trial with 5x10^7 MSC were good.",
        "MSC at 5x10^6 in a pig model repaired the heart.",
        "Lee and colleagues gave 2x10^6 MSC/kg to 12 patients.",
        "4 million MSC per ml (0.3 ml per quadrant) are injected.",
        "MSC are tested with dye (AB#445566) to find dead cells.",
    ],
)
def test_an_amount_of_another_trial_or_of_a_part_is_no_dose(text):
    assert of(detail=text) == []


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("The product is 20 ml, 2x10^8 MSC, packaged in a bag. Patients get 1x10^6 MSC/kg.", per_kilogram(1e6)),
        ("MSC are expanded in the lab, and then 2 million cells/kg are infused.", per_kilogram(2e6)),
        ("30 million MSC go into an artery and the remaining cells into a vein. MSC 1x10^6/kg are given.", per_kilogram(1e6)),
        ("MSC: 12 injection sites with 2x10^6 MSC each.", cells(2.4e7)),
        ("Twenty points with 1 million MSC each.", cells(2e7)),
        # look-alikes
        ("4 million MSC per ml, 0.5 ml in all, are injected.", cells(2e6)),
        ("MSC 2x10^8 are given in a bag.", cells(2e8)),
        ("Three injections of 20 million MSC each.", cells(2e7)),
    ],
)  # fmt: skip
def test_a_part_a_pack_or_a_site_beside_the_dose(text, levels):
    assert of(detail=text) == levels


@pytest.mark.parametrize("how", ["2. 0 x 106 MSC/kg by vein", "MSC in a dose of 2. 0 × 10^6 cells/kg"])
def test_a_decimal_that_a_space_parts(how):
    assert of(how) == per_kilogram(2e6)


def test_no_cells_are_no_dose():
    assert of("Control: 0 x 10^6 cells/kg. MSC: 3 x 10^6 cells/kg") == per_kilogram(3e6)


@pytest.mark.parametrize("amount", ["2·5 × 106", "2·5x10^6", "2∙5 x 10⁶"])
def test_a_raised_decimal_point(amount):
    assert of(f"MSC {amount} cells/kg by vein") == per_kilogram(2.5e6)
