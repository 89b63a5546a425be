"""Kinds of schedules, sessions and parts of doses, in words that stand in no record."""

from __future__ import annotations

import pytest

from support.therapy import trial

KNEE = {"title": "MSC for knee osteoarthritis", "conditions": ("Knee Osteoarthritis",), "given": "MSC"}


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("MSC are infused on day 0. If well tolerated, a second infusion of MSC is given on day 5.", 2, 5),
        ("Two infusions of MSC, on 0 day and on 10 weeks after enrolment.", 2, 70),
        (("Three injections of MSC: 1) initial injection; 2) 2 months following initial injection; "
          "3) 4 months following initial injection."), 3, 60),
        ("If there is improvement at 2 months after the infusion, patients receive a second dose of MSC.", 2, 60),
        (("1st transplantation: after all examinations on day 0, MSC by vein. 2nd transplantation: after all "
          "examinations on day 9, MSC by vein."), 2, 9),
        ("MSC are injected into the joint, two weeks later, MSC are injected again.", 2, 14),
        ("MSC 2 x 10^6/kg by vein, and another dose is administered one month later.", 2, 30),
        ("Two doses of MSC, one day pre transplant and 20 days post transplant.", 2, 21),
        ("MSC once a month for 4-5 months.", 5, 30),
        ("MSC drops four times a day for 3 days.", 12, 0.25),
        ("MSC serum twice a day for 24 weeks.", 336, 0.5),
    ],
)  # fmt: skip
def test_dated_doses_give_their_number_and_interval(how, count, days):
    found = trial(**KNEE, how=how)
    assert found.infusions_max == count
    assert found.interval_days == pytest.approx(days)


@pytest.mark.parametrize(
    "how",
    [
        "The MSC are placed on the wound during a surgery by an open approach.",
        "Curettage of the fistula with local injection of MSC.",
        "MSC are infused 3 hours before the stem cell transplant.",
        "MSC are infused in the coronary artery 5 to 8 days after the stent.",
        "The dose of MSC is divided into 6 injections around the scar.",
        "12 injections of 5 million MSC into the muscle of the leg.",
        "MSC by 15 IM injections.",
    ],
)
def test_one_operation_or_one_point_in_time_is_one_administration(how):
    assert trial(**KNEE, how=how).infusions_max == 1


@pytest.mark.parametrize(
    "how",
    [
        "Injection of MSC. Visits will occur on post-injection day 7 and months 2 and 6.",
        "MSC of a third party bone marrow, by vein.",
        "The second amount of MSC is 1.5 times that of the beginning.",
        "Group 4 MSC dose 2 x 10^6/kg.",
        "MSC by vein at five points.",
    ],
)
def test_other_numbers_are_no_administrations(how):
    assert trial(**KNEE, how=how).infusions_max is None


@pytest.mark.parametrize(
    ("how", "doses"),
    [
        ("MSC: 1x10e7 cells/3mL,4x10e7 cells/3mL, 8x10e7 cells/3mL", [1e7, 4e7, 8e7]),
        ("MSC at 30 million cells by vein (approximately 0.5 million cells per kg)", [3e7]),
        ("50 million MSC in ten injections of 5 million MSC", [5e7]),
        ("Two syringes, and each syringe contains 1.5 x 10^7 MSC", [3e7]),
        ("MSC 3.0 x 10,000,000/5ml in the bladder", [3e7]),
        ("MSC 3 x 10~7 diluted in plasma with platelets", [3e7]),
    ],
)
def test_amounts_in_odd_places(how, doses):
    assert sorted(one.high for one in trial(**KNEE, how=how).doses) == doses


@pytest.mark.parametrize(
    "how", ["perifollicular injection of MSC", "MSC by peritendinous injection", "MSC, i/v"]
)
def test_a_way_is_known_by_its_prefix(how):
    assert trial(**KNEE, how=how).route[0] == ("peripheral_vein" if "i/v" in how else "other")


def test_whose_cells():
    kin = trial(**KNEE, how="MSC are grown from a second degree relative.")
    matched = trial(**KNEE, summary="The MSC come from HLA mismatched volunteer donors.")
    bedside = trial("BMAC with MSC for the knee", given="BMAC", conditions=("Knee Osteoarthritis",))
    assert kin.donor == matched.donor == ("allogeneic",)
    assert bedside.donor == ("autologous",)


def test_a_drug_that_acts_on_the_patients_own_cells_is_no_cell_therapy():
    found = trial(
        "Metformin and mesenchymal stem cells: a pilot", given="Metformin", how="500 mg", conditions=()
    )
    assert found.cell_type == "none"


@pytest.mark.parametrize(
    ("title", "area"),
    [
        ("MSC for a burn of the cornea", "eye"),
        ("MSC on bone allograft for the maxillary sinus", "oral"),
        ("MSC for the arteriovenous fistula", "cardiovascular"),
        ("MSC for degenerative arthritis", "bone_cartilage"),
    ],
)
def test_what_is_treated_decides_the_area(title, area):
    assert trial(title, given="MSC", conditions=()).area == area


@pytest.mark.parametrize(
    ("how", "source"),
    [
        ("Umbilical cord MSC, one injection per menstrual cycle", ("umbilical_cord",)),
        ("Bone marrow MSC on amniotic membrane", ("bone_marrow",)),
        ("MSC of umbilical cord/placenta", ("umbilical_cord", "placenta")),
        ("Umbilical cord/placenta-derived MSC", ("umbilical_cord", "placenta")),
        ("MSC of the infrapatellar fat pad", ("adipose",)),
        ("MSC at a peripheral blood stem cell transplantation", ("not_stated",)),
    ],
)
def test_a_tissue_is_the_cells_where_it_stands_beside_them(how, source):
    assert trial(**KNEE, how=how).cell_source == source


def test_a_sample_of_marrow_beside_cells_of_others_is_no_source():
    detail = "A bone marrow aspiration is done before the infusion of allogeneic MSC."
    assert trial(**KNEE, detail=detail).cell_source == ("not_stated",)


@pytest.mark.parametrize(
    ("how", "route"),
    [
        ("MSC through the pancreas artery", ("other",)),
        ("MSC first through the kidney artery, then by vein", ("other", "peripheral_vein")),
        ("MSC through the hepatic artery", ("hepatic_artery",)),
        ("MSC with insulin and wound care with a dressing", ("not_stated",)),
        ("a dressing with MSC", ("other",)),
        ("MSC by a central line", ("peripheral_vein",)),
        ("intra-ovarian MSC", ("other",)),
    ],
)
def test_ways_through_an_artery_and_into_an_organ(how, route):
    assert trial(**KNEE, how=how).route == route


def test_a_product_that_is_delivered_is_given():
    found = trial(
        "CAR T cell immunotherapy of the brain", given="XY-CART4", how="weekly", conditions=("Glioma",)
    )
    assert found.cell_type == "immune"
