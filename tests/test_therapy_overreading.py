"""Sentences that look like a dose, a plan, a way or a product of cells, and state something else. Invented words."""

from __future__ import annotations

import pytest

from mscwatch.vocabulary import CellType, Route
from support.therapy import trial

KNEE = {"title": "MSC for knee pain", "conditions": ("Knee Osteoarthritis",), "given": "MSC"}
SMALL = {"title": "ABX-7 for knee pain", "conditions": ("Knee Osteoarthritis",), "given": "ABX-7"}


@pytest.mark.parametrize(
    "told",
    [
        "T cells (2x10^5) will be co-cultured with MSC (1x10^5) in a mixed lymphocyte reaction.",
        "A 2 ml sample with 1 x 10^6 MSC is sent for karyotyping.",
        "Five million MSC will be sent for sterility testing.",
        "One million MSC per batch are used for quality control.",
        "If there are fewer than 30 million MSC, expansion goes on.",
        "In a mouse model, 1x10^6 MSC reduced the lesions.",
        "100 million MSC had been safe in rabbits.",
        "MSC given at 2x10^6 cells/kg were effective in horses and dogs.",
        "Bone marrow has about 1 x 10^4 MSC per 10^9 nucleated cells.",
    ],
)
def test_cells_of_a_laboratory_or_of_animals_are_no_dose(told):
    assert trial(**KNEE, detail=told).doses == ()


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("20 million MSC in group 1 and 40 million MSC in group 2", [2e7, 4e7]),
        ("MSC: 10 million on day 1 and 30 million on day 15", [1e7, 3e7]),
        ("MSC escalated from 1x10^6 cells/kg to 2x10^6 cells/kg to 4x10^6 cells/kg", [1e6, 2e6, 4e6]),
        ("MSC, cohorts of 1 and 2 million cells/kg", [1e6, 2e6]),
        ("MSC expanded to 20 million cells, which are injected", [2e7]),
    ],
)
def test_a_group_or_a_step_is_not_part_of_an_amount(how, levels):
    found = trial(**KNEE, how=how).doses
    assert [(one.low, one.high) for one in found] == [(level, level) for level in levels]


@pytest.mark.parametrize(
    "how",
    [
        "Two doses of vaccine against pneumococcus before the MSC",
        "Three cycles of induction chemotherapy, then MSC",
        "MSC on top of 12 courses of rehabilitation",
        "MSC after two courses of a steroid",
        "MSC and one additional injection of hyaluronic acid after 2 weeks",
        "MSC. NSAIDs twice daily for 7 days if needed",
        "MSC, with antibiotics twice a day for 5 days",
        "MSC with acupuncture three times a week for 4 weeks",
        "MSC and physical therapy 3 times weekly for 8 weeks",
        "MSC with metformin twice daily for 3 months",
        "MSC and hyperbaric oxygen 20 sessions",
        "Infusion of MSC with vital signs every hour for 4 hours",
        "MSC injection in patients awaiting surgery",
        "MSC; the second dose level opens 4 weeks after the first",
        "Cells are passaged twice before the injection of MSC",
    ],
)
def test_what_goes_with_the_product_is_no_administration_of_it(how):
    found = trial(**KNEE, how=how)
    assert (found.infusions_max, found.interval_days) == (None, None)


@pytest.mark.parametrize(
    "how",
    [
        "Marrow aspiration at day -28 and MSC injection on day 0",
        "Fat is harvested on day 1, and MSC are injected on day 29",
        "Marrow is harvested, and MSC are implanted in a second operation 4 weeks later",
        "Marrow is aspirated; the MSC that were grown are injected into the knee 3 weeks later",
        "Liposuction is done, MSC are cultured and then injected after 4 weeks",
        "The first patient receives MSC; the second patient is treated 4 weeks later",
        "MSC are implanted in the second operation, 3 weeks after the first arthroscopy",
    ],
)
def test_a_harvest_or_another_patient_before_is_no_administration(how):
    found = trial(**KNEE, how=how)
    assert found.infusions_max in (None, 1)
    assert found.interval_days is None


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("Marrow is aspirated at day -28; MSC are injected on days 0 and 14", 2, 14),
        ("Fat is harvested; the MSC are injected, and a second injection is given 4 weeks later", 2, 28),
        ("Blood is collected from donors; patients receive MSC on day 0 and day 7", 2, 7),
        ("MSC twice, 7 days apart, in steroid-refractory patients", 2, 7),
        ("Two courses of MSC, each of 3 infusions", 6, None),
        ("MSC infusion followed by one additional infusion 2 weeks later", 2, 14),
    ],
)
def test_plans_beside_a_harvest_or_a_drug_are_read(how, count, days):
    found = trial(**KNEE, how=how)
    assert (found.infusions_max, found.interval_days) == (count, days)


@pytest.mark.parametrize(
    "told",
    [
        "Gadolinium is injected intravenously before magnetic resonance imaging.",
        "Cerebrospinal fluid is taken by lumbar puncture at baseline.",
        "A contraindication to intramuscular injection.",
        "Epidural analgesia is used during the marrow harvest.",
        "Patients who received intravitreal anti-VEGF within 3 months are excluded.",
    ],
)
def test_ways_of_other_things_are_no_route(told):
    assert trial(**KNEE, detail=told).route == (Route.NOT_STATED,)


@pytest.mark.parametrize(
    ("how", "ways"),
    [
        ("MSC are injected in the knee joint, with intravenous sedation", (Route.OTHER,)),
        ("MSC are injected in the knee joint, after intravenous fluorescein", (Route.OTHER,)),
        ("MSC are given intrathecally, with intravenous mannitol before", (Route.OTHER,)),
        ("MSC are infused into a vein, with topical wound care", (Route.PERIPHERAL_VEIN,)),
        ("MSC are given intravenously after intra-articular steroids", (Route.PERIPHERAL_VEIN,)),
        ("MSC through the femoral artery into the hepatic artery", (Route.HEPATIC_ARTERY,)),
    ],
)
def test_ways_of_what_goes_with_the_product_are_no_route(how, ways):
    assert trial(**KNEE, how=how).route == ways


@pytest.mark.parametrize(
    "told",
    [
        "Our study examines whether patients receiving ABX-7 have more mesenchymal stem cells in their blood.",
        "In this study, patients receive ABX-7, a matrix that is later populated by mesenchymal stem cells.",
        "The investigators test if drilling, which releases mesenchymal stem cells, is improved by ABX-7.",
        "ABX-7, like mesenchymal stem cells, reduces inflammation.",
        "The study will enroll patients who failed treatment with mesenchymal stem cells.",
        "This study looks at the effects of light on mesenchymal stem cell differentiation as a treatment.",
    ],
)
def test_cells_that_something_else_is_said_of_are_no_product(told):
    assert trial(**SMALL, detail=told).cell_type == CellType.NONE


@pytest.mark.parametrize(
    "told",
    [
        "In this study, patients who failed steroids will receive mesenchymal stem cells (ABX-7).",
        "In this study, patients receive ABX-7, a matrix populated with mesenchymal stem cells.",
        "ABX-7 consists of mesenchymal stem cells that release growth factors.",
    ],
)
def test_cells_that_are_the_product_are_read(told):
    assert trial(**SMALL, detail=told).cell_type == CellType.MSC


@pytest.mark.parametrize(
    ("how", "count", "days"),
    [
        ("MSC once a month for 3 months; vaccines are not allowed", 3, 30),
        ("MSC are given by two infusions 4 weeks apart under aspirin", 2, 28),
    ],
)
def test_a_drug_in_another_clause_takes_no_number_from_the_product(how, count, days):
    found = trial(**KNEE, how=how)
    assert (found.infusions_max, found.interval_days) == (count, days)


def test_words_near_those_of_a_laboratory_are_read():
    assert (
        trial(**KNEE, how="30 million MSC are used for quality-controlled implantation").doses[0].low == 3e7
    )
    told = trial(**KNEE, detail="Cerebrospinal fluid is taken and MSC are injected by lumbar puncture.")
    assert told.route == (Route.OTHER,)


def test_a_vaccine_of_cells_is_a_product():
    how = "The vaccine is made of autologous dendritic cells"
    found = trial("Tumor vaccine", given="Tumor vaccine", how=how, conditions=("Leukemia",))
    assert found.cell_type == CellType.IMMUNE
