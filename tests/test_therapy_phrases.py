"""Phrases of registrations, invented: each kind of sentence that was once misread, in several wordings."""

from __future__ import annotations

import pytest

from mscwatch.vocabulary import CellType
from support.therapy import trial


def of_lupus(how="", *, given="MSC", **more):
    """A trial whose product says no more than `given` and `how`."""
    return trial("Cell Therapy in Lupus", given=given, how=how, conditions=("Lupus",), **more)


@pytest.mark.parametrize(
    ("how", "number", "days"),
    [
        ("MSC in two sessions a month apart", 2, 30),
        ("MSC are given on the first day and on the fifteenth day", 2, 14),
        ("Weekly infusions of MSC (total 8)", 8, 7),
        ("MSC for three sessions with two-week gaps", 3, 14),
        ("MSC on day 2 of three 21-day cycles", 3, 21),
        ("1 million MSC per day for four days", 4, 1),
        ("1 vial of MSC per week for 4 weeks", 4, 7),
        ("MSC gel every third day for 21 days", 7, 3),
        ("MSC injections: one per week, up to six", 6, 7),
        ("MSC infusions at 0, 2, 4 weeks followed by a dose at month 6 and 12", 5, None),
        ("1st MSC injection at month 0; 2nd at month 2; 3rd at month 4", 3, 60),
        (
            "first infusion of MSC (day 0); second infusion of MSC (day 7); third infusion of MSC (day 14)",
            3,
            7,
        ),
        ("MSC infusions (D0, D7±1, D14±1)", 3, 7),
        ("100 million MSC, single time", 1, None),
        ("MSC single dose (Part A) or 3 doses at 4 weeks apart (Part B)", 3, 28),
        ("6 million MSC with hyaluronic acid, single injection in the disc", 1, None),
        ("Three autologous fat tissue derived adult stem cell implantations, 40 days apart", 3, 40),
        ("MSC (1x10^6/kg per time) through veins at weeks 1, 2, 4 and 8", 4, 7),
        ("days 1, 8 and 15", 3, 7),
        ("3rd injection of hyaluronic acid; MSC are added to it", None, None),
    ],
)
def test_a_plan(how, number, days):
    told = of_lupus(how)
    assert told.infusions_max == number
    assert days is None or told.interval_days == days


@pytest.mark.parametrize(
    "how",
    [
        "MSC received in the fractured site",
        "MSC implantation into the lesion under image guidance",
        "MSC injected at 18 sites of the muscle",
        "sinus floor elevation using MSC and bone substitute",
        "MSC laid on the ulcer bed with fibrin",
        "a patch with MSC sewn on the scar of the heart",
        "spinal fusion with MSC on bone chips",
    ],
)
def test_one_session(how):
    told = of_lupus(how)
    assert (told.infusions_max, told.route) == (1, ("other",))


@pytest.mark.parametrize(
    "how", ["MSC infusion the day before the transplant", "MSC infusion a day after the transplant"]
)
def test_one_point_in_time(how):
    assert of_lupus(how).infusions_max == 1


def test_one_day_is_not_all_where_the_same_dose_is_given_again():
    told = of_lupus(detail="On day 1 the MSC are infused. The same dose is given on day 15.")
    assert told.infusions_max is None


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("MSC at 5 x 10^6 cells/mL; 2 mL are injected", [(1e7, 1e7, "cells")]),
        ("MSC (3*10^7/time, 3 times)", [(3e7, 3e7, "cells")]),
        ("2 x 10^7 MSC by ultrasound-guided injection", [(2e7, 2e7, "cells")]),
        ("100 million MSC (0.5 ml x 10 injections of 10 million)", [(1e8, 1e8, "cells")]),
        ("36 million MSC per day for four days (total 144 million)", [(3.6e7, 3.6e7, "cells")]),
        ("MSC of the amnion, 20 million in 2 mL", [(2e7, 2e7, "cells")]),
        ("MSC 20,000,000 (4 mL)", [(2e7, 2e7, "cells")]),
        ("one million MSC per kg, capped at 100 million", [(1e6, 1e6, "cells/kg")]),
        ("2 x 10^6 per kg in 100 ml normal saline", [(2e6, 2e6, "cells/kg")]),
        ("3 x 10^6 MSC / Cm^3 of the muscle, in all 5 x 10^7 MSC", [(5e7, 5e7, "cells")]),
    ],
)
def test_a_dose(how, levels):
    assert [(one.low, one.high, one.unit) for one in of_lupus(how).doses] == levels


def test_a_volume_at_the_beginning_is_that_of_the_named_product():
    told = of_lupus("20 ug, twice a week", given="MSC exosomes")
    assert [(one.low, one.unit) for one in told.doses] == [(20, "other")]


@pytest.mark.parametrize(
    ("how", "donor"),
    [
        ("MSC of the patient's wisdom tooth are injected", "autologous"),
        ("MSC from self bone marrow are injected", "autologous"),
        ("The patient's MSC and the donor's marrow transplant", "autologous"),
        ("The marrow of each participant is aspirated, the MSC are infused", "autologous"),
        ("MSC are expanded and given back", "autologous"),
        ("Synovium is taken at arthroscopy from the patient; MSC are injected", "autologous"),
        ("patient-specific MSC are infused", "autologous"),
        ("MSC of the child's father are infused", "allogeneic"),
        ("MSC of cadaveric donors are infused", "allogeneic"),
        ("MSC from young healthy individuals are infused", "allogeneic"),
        ("the kidney donor's MSC are infused", "allogeneic"),
        ("MSC in patients after bone marrow transplantation", "not_stated"),
    ],
)
def test_a_donor(how, donor):
    assert of_lupus(how).donor == (donor,)


@pytest.mark.parametrize(
    "how",
    [
        "MSC by nasal drip",
        "MSC dripped into the nose",
        "MSC by lumbar injection",
        "MSC in gel on the face",
        "MSC through the round window",
        "MSC by ventricular tap",
        "MSC given i.p.",
        "MSC coated on a bioabsorbable plug",
        "local infiltration of MSC",
        "intratumoral MSC",
        "MSC put between the vertebrae",
        "lipofilling enriched with MSC",
    ],
)
def test_other_ways(how):
    assert of_lupus(how).route == ("other",)


@pytest.mark.parametrize(
    "how", ["MSC through a venous port", "MSC by a vein of the hand", "MSC by venoclysis"]
)
def test_ways_by_vein(how):
    assert of_lupus(how).route == ("peripheral_vein",)


def test_two_ways_in_short():
    assert of_lupus("MSC IT + IV").route == ("other", "peripheral_vein")


def test_the_portal_circulation():
    assert of_lupus("MSC into the portal circulation").route == ("portal_vein",)


@pytest.mark.parametrize(
    ("detail", "source"),
    [
        ("30 ml bone marrow is aspirated. MSC are expanded for 6 weeks.", "bone_marrow"),
        ("Fat is taken by lipectomy. MSC are infused.", "adipose"),
        (
            "MSC are infused. Marrow is aspirated from the iliac crest, adipose tissue and placenta are collected.",
            "not_stated",
        ),
    ],
)
def test_a_tissue_that_a_sentence_without_the_cells_takes(detail, source):
    assert of_lupus(detail=detail).cell_source == (source,)


@pytest.mark.parametrize("given", ["aUC-MSC", "lipectomy MSC", "nasal turbinate MSC"])
def test_a_source(given):
    assert of_lupus(given=given).cell_source != ("not_stated",)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("Injection of fat and plasma", "adipose"),
        ("Lipoaspirate injection", "adipose"),
        ("Emulsified fat injection", "adipose"),
        ("Bone marrow aspirate injection", "bone_marrow"),
    ],
)
def test_a_tissue_that_is_given_alone_is_a_mixture_of_the_patients_own(given, source):
    told = trial("Treatment of Arthrosis", given=given, summary="It holds mesenchymal stem cells.")
    assert (told.cell_type, told.cell_source, told.donor) == (CellType.MIXED, (source,), ("autologous",))


@pytest.mark.parametrize(
    "summary", ["The tissue is rich in growth factors.", "Neural stem cells may be attracted."]
)
def test_a_tissue_without_mesenchymal_cells_is_no_product(summary):
    assert (
        trial("Treatment of Arthrosis", given="Lipoaspirate injection", summary=summary).cell_type == "none"
    )


def test_the_transplant_that_goes_with_the_cells_makes_no_mixture():
    told = trial("MSC in Aplastic Anemia", given="UC-MSC", arm="haplo-HSCT with UC-MSC co-infusion")
    assert told.cell_type == "msc"


@pytest.mark.parametrize(
    ("how", "modification"),
    [
        ("Melatonin-treated MSC", "pretreated"),
        ("MSC treated with valproate before they are infused", "pretreated"),
        ("MSC with a chimeric antigen receptor", "gene_modified"),
        ("Patients treated with MSC and vitamin D", "none_stated"),
        ("non-treated MSC", "none_stated"),
    ],
)
def test_a_modification(how, modification):
    told = of_lupus(how)
    assert (told.modification, told.cell_type) == (modification, "msc")


@pytest.mark.parametrize(
    "given", ["Cell-free lysate of amniotic MSC", "Stem cell extract", "Constituent extract of MSC"]
)
def test_what_is_left_of_cells_is_cell_free(given):
    assert of_lupus(given=given).modification == "cell_free"


@pytest.mark.parametrize(
    ("disease", "area"),
    [
        ("Central Nervous System Injury", "neuro"),
        ("Neuromyelitis Optica", "neuro"),
        ("Immune-mediated Disorders", "immune"),
        ("Radiation Proctitis", "gastrointestinal"),
        ("Bronchopleural Fistula", "lung"),
        ("Tuberculosis", "lung"),
        ("Vesicovaginal Fistula", "reproductive_urologic"),
        ("Chemotherapy-induced Mucositis", "oral"),
        ("Achilles Rupture", "bone_cartilage"),
        ("Venous Insufficiency", "cardiovascular"),
        ("Cardiomyopathy After Breast Cancer", "cardiovascular"),
        ("Pemphigus", "skin"),
        ("Cone-rod Dystrophy", "eye"),
        ("Cholestasis", "liver"),
    ],
)
def test_an_area(disease, area):
    assert trial("MSC in Patients", conditions=(disease,)).area == area


def test_a_sentence_ends_at_a_point_without_a_space():
    told = of_lupus(
        summary="Recent reports found autologous cells to be safe.In this trial marrow MSCs are infused."
    )
    assert told.donor == ("not_stated",)


@pytest.mark.parametrize(
    ("detail", "days"),
    [
        ("MSC are infused on day 0. This procedure will be repeated at 10-day intervals.", 10),
        ("MSC are injected (3 months interval) under fluoroscopy monitoring.", 90),
    ],
)
def test_an_interval_of_what_is_repeated(detail, days):
    assert of_lupus(detail=detail).interval_days == days


@pytest.mark.parametrize(
    ("how", "number", "days"),
    [
        ("2 doses of MSC separated by 2 months, and at least two weeks between patients", 2, 60),
        ("2 doses of MSC a month apart. A minimum of one week between participant dosing", 2, 30),
        ("2 doses of MSC a month apart; 3 days between each patient", 2, 30),
        ("2 doses of MSC a month apart; two weeks between cohorts", 2, 30),
        ("2 doses of MSC with two weeks between them", 2, 14),
        ("MSC 3X level", None, None),
        ("MSC, 4 times dose level", None, None),
        ("MSC 2x group", None, None),
        ("MSC infusion 2x", 2, None),
    ],
)
def test_how_long_the_next_patient_waits_and_how_strong_a_level_is_count_no_doses(how, number, days):
    told = of_lupus(how)
    assert (told.infusions_max, told.interval_days) == (number, days)


@pytest.mark.parametrize(
    ("how", "ways"),
    [
        ("Intramuscular and Intravenous Implantation of MSC", {"other", "peripheral_vein"}),
        ("Intrathymic plus intravenous infusion of MSC", {"other", "peripheral_vein"}),
        ("Vitamin K is injected IM. MSC are infused IV.", {"peripheral_vein"}),
        ("Methotrexate is given IT, then MSC by vein", {"peripheral_vein"}),
        ("MSC injected to IT", {"other"}),
        ("MSC given IT or IV", {"other", "peripheral_vein"}),
        ("MSC injected by the IM way", {"other"}),
        ("MSC are injected; data go to IT staff", set()),
    ],
)
def test_ways_of_which_one_word_serves_two_or_is_short(how, ways):
    assert set(of_lupus(how).route) - {"not_stated"} == ways


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        ("Expanded mesenchymal stromal cells (QCEL-K-BETA) are given beside rehabilitation.", "msc"),
        ("We ask whether the addition of mesenchymal stromal cells (QCEL-K-BETA) helps the knee.", "msc"),
        ("QCEL-K-BETA wakes the patients' own mesenchymal stromal cells.", "none"),
    ],
)
def test_a_code_in_brackets_behind_cells_is_these_cells(summary, kind):
    told = trial("Mesenchymal Stromal Cells for Knee Injury", given="QCEL-K-BETA", summary=summary)
    assert told.cell_type == kind


@pytest.mark.parametrize(
    "how",
    [
        "MSC are infused; written consent of a parent is needed",
        "MSC are infused with permission from the child's father",
        "MSC are infused; samples of family members are frozen",
        "MSC are infused; sera from healthy adults are the control",
        "MSC with plasma from a healthy donor",
        "MSC beside transplantation of a kidney from his brother",
        "MSC are infused; diaries are given back",
        "MSC are infused and empty bags given back to the pharmacy",
        "MSC are injected into the patient's marrow",
        "MSC and the donor's marrow transplant",
        "The third part of the plan: MSC",
        "MSC around the autotransplanted tooth",
    ],
)
def test_what_is_of_a_person_but_no_cells_tells_no_donor(how):
    assert of_lupus(how).donor == ("not_stated",)


@pytest.mark.parametrize("how", ["near the patient's tooth", "mixed with blood and infused back"])
def test_tissue_of_a_birth_is_no_patients_own_by_what_it_is_mixed_with(how):
    assert of_lupus(how, given="UC-MSC").donor == ("allogeneic",)


@pytest.mark.parametrize(
    "how",
    [
        "MSC are injected IC 50 is found later",
        "MSC are kept by the given IT system",
        "MSC; thrombosis of the vein of the kidney",
        "MSC from the vein of the cord",
        "MSC; gel electrophoresis of proteins",
        "MSC; neutrophilic infiltration is scored",
        "MSC; infiltration by lymphocytes is scored",
        "MSC for infiltrating carcinoma",
        "talk between the MSC and joint",
        "MSC received at the eye hospital",
        "MSC infused in the burn unit",
    ],
)
def test_what_looks_like_a_way(how):
    assert of_lupus(how).route == ("not_stated",)


@pytest.mark.parametrize(
    "how",
    [
        "MSC treated with trypsin and washed",
        "MSC are treated with antibiotics in the flask",
        "Rituximab-treated patients are given MSC",
        "Azathioprine-treated and MSC groups",
        "Belimumab-treated MSC recipients",
    ],
)
def test_what_looks_like_a_pretreatment(how):
    assert of_lupus(how).modification == "none_stated"


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("MSC infusion weekly, total of 4 mL", None),
        ("MSC infusion once a week, up to 5 million", None),
        ("MSC infusions on days 0 and 7, then blood at days 14 and 28", 2),
        ("MSC infusions on days 0 and 7, then one infusion at months 3 and 6", 4),
        ("MSC are infused the day after admission and two weeks later", None),
        ("MSC 5e6 at single time points", None),
    ],
)
def test_what_looks_like_a_number_of_doses(how, number):
    assert of_lupus(how).infusions_max == number


def test_marrow_that_is_stimulated_is_not_given():
    told = trial("Treatment of Arthrosis", given="Bone marrow stimulation", summary="MSC come to it.")
    assert told.cell_type == "none"


@pytest.mark.parametrize(
    "what", ["A peptide that attracts", "A drug against", "A growth factor for", "A scaffold to hold"]
)
def test_a_code_behind_cells_that_it_acts_on_is_no_cells(what):
    told = trial(
        "Mesenchymal Stromal Cells for Knee Injury",
        given="QCEL-K-BETA",
        summary=f"{what} mesenchymal stromal cells (QCEL-K-BETA).",
    )
    assert told.cell_type == "none"


@pytest.mark.parametrize(
    "how",
    [
        "MSC in patients after knee surgery",
        "MSC without surgery",
        "MSC instead of surgery",
        "MSC following failed surgery",
        "MSC grown in a collagen matrix",
        "Patients are given MSC by infusion (total 9)",
        "MSC in two cohorts (in total: 12)",
    ],
)
def test_what_looks_like_one_session_or_a_sum(how):
    assert of_lupus(how).infusions_max is None


def test_marrow_that_is_taken_months_later_is_not_that_of_the_cells():
    told = of_lupus(detail="A bone marrow aspirate is taken at month 3. MSC are infused.")
    assert told.cell_source == ("not_stated",)
