"""Kinds of misreading met on records that the rules had never seen, each in several wordings of our own."""

from __future__ import annotations

import pytest

from mscwatch.vocabulary import Confidence
from support.therapy import trial

KNEE = {"title": "Stem Cells in Knee Osteoarthritis", "conditions": ["Knee Osteoarthritis"]}


def doses(therapy):
    return sorted((level.low, level.high, str(level.unit)) for level in therapy.doses)


# --- Amounts ---


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        # a decimal comma whose "x" is lost
        ("Patients get 1,5-3,010E6 MSC per kg.", [(1.5e6, 3e6, "cells/kg")]),
        ("The dose is 0,510E7 MSC per kg.", [(5e6, 5e6, "cells/kg")]),
        # a range that shares a unit
        ("MSC at 3-30 million/kg", [(3e6, 3e7, "cells/kg")]),
        ("a dose of 2 to 20 million MSC per kg", [(2e6, 2e7, "cells/kg")]),
        ("between 5 and 50 million cells per patient", [(5e6, 5e7, "cells")]),
        # levels with odd separators
        (
            "3×10e5/Kg;3×10e6/Kg,or else 3×10e7/Kg of MSC",
            [(3e5, 3e5, "cells/kg"), (3e6, 3e6, "cells/kg"), (3e7, 3e7, "cells/kg")],
        ),
        (
            "MSC 1x10^6/kg vs. 5x10^6/kg, otherwise 1x10^7/kg",
            [(1e6, 1e6, "cells/kg"), (5e6, 5e6, "cells/kg"), (1e7, 1e7, "cells/kg")],
        ),
        # levels by name
        (
            "MSC, low: 2 million cells, middle: 4 million cells, high: 8 million cells",
            [(2e6, 2e6, "cells"), (4e6, 4e6, "cells"), (8e6, 8e6, "cells")],
        ),
        (
            "low dose 10 million, mid dose 20 million, high dose 40 million MSC",
            [(1e7, 1e7, "cells"), (2e7, 2e7, "cells"), (4e7, 4e7, "cells")],
        ),
        # several containers make one dose
        ("three syringes of 1x10^8 MSC each", [(3e8, 3e8, "cells")]),
        ("2 vials, 30 million MSC per vial", [(6e7, 6e7, "cells")]),
        ("MSC 5 x 10^7 / bag, 2 bags each time", [(1e8, 1e8, "cells")]),
        # two parts, two units
        (
            "MSC: 2e6 cells/kg in part one, 1.5e8 cells in part two",
            [(2e6, 2e6, "cells/kg"), (1.5e8, 1.5e8, "cells")],
        ),
        ("The MSC are given at 3x10^5 per kg first and at 4x10^7 cells later.", [(3e5, 3e5, "cells/kg"), (4e7, 4e7, "cells")]),
        # per area
        ("2x10^6 MSC per cm2 of the wound", [(2e6, 2e6, "other")]),
        ("for each cm2 of the wound 4x10^6 MSC", [(4e6, 4e6, "other")]),
    ],
)  # fmt: skip
def test_an_amount_is_read_whole(how, expected):
    assert doses(trial(how=how)) == expected


@pytest.mark.parametrize(
    ("given", "how", "expected"),
    [
        ("MSC secretome", "100 mg of secretome are given", (100.0, 100.0)),
        ("MSC conditioned medium", "4 mL of conditioned medium by injection", (4.0, 4.0)),
        ("MSC exosomes", "inhalation at a dose of 8 ml", (8.0, 8.0)),
        (
            "Bone marrow aspirate concentrate",
            "patients receive 3-6 ml of bone marrow concentrate",
            (3.0, 6.0),
        ),
    ],
)
def test_a_volume_or_a_weight_of_what_is_no_number_of_cells_is_other(given, how, expected):
    therapy = trial("Cirrhosis", given=given, how=how)
    assert doses(therapy) == [(*expected, "other")]


@pytest.mark.parametrize(
    "how",
    [
        "MSC are suspended in 100 ml saline",
        "30 ml of marrow are aspirated and MSC grown",
        "MSC for patients of 60 kg and 18 years, followed for 12 months",
    ],
)
def test_other_numbers_are_no_dose(how):
    assert doses(trial(how=how)) == []


@pytest.mark.parametrize(
    "how", ["9x10^14 MSC per kg", "3 x 10^12 MSC/kg", "40 MSC x 10^13 cells, 4 x 10^13 cells"]
)
def test_an_implausible_dose_is_kept_low_with_an_issue(how):
    therapy = trial(how=how)
    assert therapy.doses
    assert therapy.doses[0].evidence
    assert therapy.confidences["doses"] is Confidence.LOW
    assert any("not a plausible dose" in issue.message for issue in therapy.issues)


def test_a_concentration_without_a_volume_is_not_stated_with_an_issue():
    therapy = trial(how="MSC at 5x10^6 cells/mL")
    assert not therapy.doses
    assert any("concentration" in issue.message for issue in therapy.issues)


# --- Administrations ---


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("The MSC will be transplanted during surgery.", 1),
        ("MSC are seeded on a collagen membrane and implanted.", 1),
        ("one infusion of MSC", 1),
        ("MSC are infused at day 1.", 1),
        ("MSC are given on Day 0.", 1),
        ("MSC at weeks 0, 3, 6 and 9", 4),
        ("First MSC treatment, then up to 5 courses", 6),
        ("An initial MSC infusion, followed by 3 infusions", 4),
        ("MSC infusion once a month for 4 months, then every 3 months for a year", 8),
        ("MSC weekly for 3 weeks and then every 2 weeks for 8 weeks", 7),
        ("3 infusions of MSC, with 2 additional infusions after a relapse", 5),
        ("MSC weekly for 4 weeks as one cycle; another cycle will be given to responders", 8),
        ("MSC on days 1, 8 and 15 of each cycle, for 2 cycles", 6),
        ("one dose of MSC by IV infusion followed by intrathecal infusion of MSC", 2),
        ("MSC on two occasions", 2),
    ],
)
def test_administrations_are_counted_over_the_whole_plan(told, expected):
    assert trial(how=told).infusions_max == expected


@pytest.mark.parametrize(
    "told",
    ["MSC, with 12 follow-up visits", "MSC; patients stay 7 days", "MSC in 3 groups", "injection of MSC",
     "MSC. Rituximab is given 4 times.", "MSC; blood is tested at days 1, 3 and 7", "MSC, monthly visits for 6 months"],
)  # fmt: skip
def test_counts_of_something_else_are_no_administrations(told):
    assert trial(how=told).infusions_max is None


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ("2 infusions of MSC, every 2 weeks", 14),
        ("three MSC injections at one-month intervals", 30),
        ("two MSC infusions with an interval of 10 days", 10),
        ("3 doses of MSC, 5 days apart", 5),
        ("MSC weekly for 4 weeks", 7),
        ("MSC twice a day for 5 days", 0.5),
        ("MSC at days 0, 3 and 10", 3),
        ("MSC infusion, repeated after three months", 90),
        ("MSC infusions at day 1 and at 3 months", 90),
        ("4 infusions of MSC; the interval between each infusion is 6 days", 6),
        ("a single infusion of MSC, weekly controls", None),
    ],
)
def test_the_smallest_interval_is_read_in_days(told, days):
    assert trial(how=told).interval_days == days


# --- Routes ---


@pytest.mark.parametrize(
    "how",
    ["intra-articular injection", "intrathecal injection", "intracoronary infusion", "intralesional injection",
     "subconjunctival injection", "topical use on the ulcer", "MSC are injected into the cavity", "MSC seeded on a scaffold",
     "MSC are implanted into the bone defect", "MSC in fibrin glue", "MSC injected around the damaged tendon",
     "MSC placed in the root canal", "a fistula plug coated with MSC"],
)  # fmt: skip
def test_local_ways_of_other_organs_are_other(how):
    assert trial(**KNEE, given="MSC", how=how).route == ("other",)


@pytest.mark.parametrize(
    "how", ["an infusion of MSC", "MSC infusions are given", "MSC injection for patients with knee pain"]
)
def test_a_giving_without_a_place_is_no_route(how):
    assert trial(**KNEE, given="MSC", how=how).route == ("not_stated",)


def test_two_ways_are_both_read():
    therapy = trial(how="2 MSC infusions intravenously. Also via the hepatic artery, 2 times.")
    assert set(therapy.route) == {"peripheral_vein", "hepatic_artery"}


# --- Where the cells are from ---


@pytest.mark.parametrize(
    ("given", "how", "summary", "source"),
    [
        ("MSC", "", "MSC are found in marrow, fat and umbilical cord.", "not_stated"),
        ("MSC", "", "MSC of the bone marrow have also been studied in mice.", "not_stated"),
        ("Cells of the umbilical cord (UC), Wharton layer", "MSC", "", "umbilical_cord"),
        ("UC-MSC (umbilical cord)", "", "", "umbilical_cord"),
        ("AMSC", "adipose derived", "", "adipose"),
        ("MSC", "the affected tooth area is opened; MSC are placed", "", "not_stated"),
    ],
)
def test_the_source_is_that_of_the_product(given, how, summary, source):
    assert trial("MSC in cirrhosis", given=given, how=how, summary=summary).cell_source == (source,)


@pytest.mark.parametrize(
    ("age", "donor"), [("14 Days", "not_stated"), ("12 Years", "not_stated"), ("70 Years", "allogeneic")]
)
def test_cord_is_allogeneic_by_itself_only_in_adults(age, donor):
    assert trial(maximum_age=age).donor == (donor,)


def test_a_donor_that_is_said_of_other_cells_is_not_that_of_the_product():
    therapy = trial(**KNEE, given="MSC", how="autologous chondrocytes mixed with allogeneic MSC")
    assert therapy.donor == ("allogeneic",)


# --- What the product is ---


@pytest.mark.parametrize(
    ("given", "how", "forms", "modification"),
    [
        ("MSC and conditioned medium", "", {"cells", "conditioned_medium"}, "none_stated"),
        ("MSCs and their exosomes", "", {"cells", "exosome"}, "none_stated"),
        ("MSC derived exosomes", "", {"exosome"}, "cell_free"),
        ("MSC", "MSC stimulated with IL-1 beta", {"cells"}, "pretreated"),
        ("MSC", "MSC are grown at low oxygen", {"cells"}, "pretreated"),
        ("MSC", "MSC primed with vitamin D", {"cells"}, "pretreated"),
        ("MSC", "MSC induced to secrete growth factors", {"cells"}, "pretreated"),
        ("Activated MSC", "", {"cells"}, "pretreated"),
        ("MSC", "mRNA-transfected MSC", {"cells"}, "gene_modified"),
        ("MSC", "MSC engineered to express an antibody", {"cells"}, "gene_modified"),
        ("MSC", "MSC loaded with a virus against tumours", {"cells"}, "gene_modified"),
        ("MSC", "MSC are thawed and given", {"cells"}, "none_stated"),
    ],
)
def test_forms_and_what_was_done_before(given, how, forms, modification):
    therapy = trial("Cirrhosis", given=given, how=how)
    assert (set(therapy.product_forms), therapy.modification) == (forms, modification)


@pytest.mark.parametrize(
    ("given", "how", "kind", "kinds"),
    [
        ("Stromal cells with regulatory T cells", "", "mixed", {"msc", "immune"}),
        ("MSC", "MSCs mixed with CD133 cells", "mixed", {"msc", "haematopoietic"}),
        ("Stromal vascular fraction", "", "mixed", {"msc", "other"}),
        ("Bone marrow aspirate concentrate", "", "mixed", {"msc", "other"}),
        ("MSC", "MSC in combination with keratinocytes", "mixed", {"msc", "other"}),
        ("MSC", "MSC are given", "msc", {"msc"}),
        ("MSC exosomes", "", "msc", {"msc"}),
    ],
)
def test_two_kinds_of_cells_in_one_product_are_mixed(given, how, kind, kinds):
    therapy = trial("Cirrhosis", given=given, how=how)
    assert (therapy.cell_type, set(therapy.cell_types)) == (kind, kinds)


def test_another_arm_of_other_cells_leaves_the_kind_and_is_listed():
    therapy = trial("Cirrhosis", given="MSC", control=("Bone marrow mononuclear cells", "by vein"))
    assert therapy.cell_type == "msc"
    assert set(therapy.cell_types) == {"msc", "mononuclear"}


@pytest.mark.parametrize(
    ("title", "given", "how"),
    [
        ("Effect of a statin on mesenchymal stem cells", "Simvastatin", "a tablet"),
        ("Markers in mesenchymal stem cells", "Bone marrow sample", "a sample for analysis of MSC"),
    ],
)
def test_what_is_only_looked_at_is_no_product(title, given, how):
    assert trial(title, given=given, how=how, conditions=["Obesity"]).cell_type == "none"


# --- Whom it is for ---


@pytest.mark.parametrize(
    ("title", "condition", "area"),
    [
        ("MSC for multiple sclerosis", "Multiple Sclerosis", "neuro"),
        ("MSC for psoriasis", "Psoriasis", "skin"),
        ("MSC for lupus nephritis", "Lupus Nephritis", "immune"),
        ("MSC for kidney graft rejection", "Graft Rejection", "immune"),
        ("MSC for diabetic foot ulcers", "Foot Ulcer, Diabetic", "diabetes"),
        ("MSC for diabetic nephropathy", "Diabetic Nephropathies", "diabetes"),
        ("MSC for perianal fistulas", "Crohn Disease", "gastrointestinal"),
        ("MSC for acute GVHD after transplantation in leukemia", "Graft Versus Host Disease", "immune"),
        ("MSC for liver cirrhosis", "Liver Cirrhosis", "liver"),
        ("MSC in retinitis pigmentosa", "Retinitis Pigmentosa", "eye"),
        ("Bone marrow MSC in heart failure", "Heart Failure", "cardiovascular"),
        ("Dental pulp stem cells in stroke", "Stroke", "neuro"),
        ("MSC for alveolar bone loss", "Alveolar Bone Loss", "oral"),
        ("MSC for frailty", "Frailty", "other"),
    ],
)
def test_the_area_is_that_of_what_is_treated(title, condition, area):
    assert trial(title, given="MSC", conditions=[condition]).area == area


def test_without_cells_there_is_no_area():
    assert trial("Aspirin in cirrhosis", given="Aspirin").area is None


@pytest.mark.parametrize(
    ("told", "causes"),
    [
        ({"eligibility": "Inclusion: cirrhosis caused by hepatitis B or C or other causes"}, ("not_stated",)),
        ({"title": "MSC for cirrhotic livers after biliary atresia in infancy"}, ("biliary_atresia",)),
        ({"title": "MSC for HBV-related acute-on-chronic liver failure"}, ("HBV",)),
        ({"conditions": ["HBV"], "title": "MSC in liver failure"}, ("HBV",)),
    ],
)
def test_the_cause_is_that_of_the_enrolled(told, causes):
    assert trial(**told).aetiology == causes


def test_a_cirrhosis_after_atresia_is_a_cirrhosis():
    therapy = trial(
        "MSC for cirrhotic livers after biliary atresia in infancy", conditions=["Biliary Atresia"]
    )
    assert therapy.indication_group == "cirrhosis"
