"""Ways of giving cells: carriers, places, several ways at once, and words of diseases or samples that are no way."""

from __future__ import annotations

import pytest

from support.therapy import trial


def ways(how="", **more):
    """The routes of a trial whose product says no more than `how`."""
    return trial("Cell Therapy of a Disease", given="MSC", how=how, conditions=("Disease",), **more).route


@pytest.mark.parametrize(
    "how",
    [
        "MSC are fixed in allogeneic bone chips",
        "MSC loaded on a ceramic carrier",
        "MSC combined with demineralised bone matrix",
        "MSC mixed with bone allograft",
        "MSC delivered in a PEEK cage",
        "MSC and HA-TCP granules",
        "tissue-engineered cartilage of MSC",
        "MSC implanted at the fusion site",
        "MSC are placed at the arthrodesis site",
        "MSC implanted in the pseudarthrosis",
        "injection of MSC into the tracheal wall",
        "MSC injected with a thin needle into the plantar fascia",
        "MSC injected above the periosteum",
        "MSC on a contact lens",
        "MSC into the internal carotid",
        "MSC administered locally",
        "intravesical MSC",
        "MSC are given intrapericardially",
        "orally given MSC",
        "MSC capsules by mouth",
        "MSC in utero",
        "perianal injection of MSC",
        "Into the Femoral Head infusion of MSC",
        "one injection of MSC per knee",
        "one drop of MSC secretome in the morning",
        "MSC by the nasal route",
        "the defect is packed with MSC",
        "bioprinted MSC",
        "MSC are painted on the anastomosis",
    ],
)
def test_a_place_or_a_carrier_is_another_way(how):
    assert ways(how) == ("other",)


@pytest.mark.parametrize(
    "how",
    [
        "MSC via peripheral line",
        "MSC by CVC",
        "MSC into the superior vena cava",
        "MSC given through an IV line",
    ],
)
def test_a_vein(how):
    assert ways(how) == ("peripheral_vein",)


@pytest.mark.parametrize(
    ("how", "way"),
    [
        ("MSC by portal infusion", "portal_vein"),
        ("MSC through the arteria hepatica", "hepatic_artery"),
        ("MSC into both liver lobes", "intrahepatic"),
    ],
)
def test_a_way_into_the_liver(how, way):
    assert ways(how) == (way,)


@pytest.mark.parametrize(
    "how",
    [
        "MSC given intravenously and injected into the joints",
        "MSC are infused by vein and also into the knee",
        "IV infusion of MSC plus injection of MSC into the muscle",
        "MSC by vein, followed by MSC implanted into the bone defect",
        "MSC intravenously (first day) and into the spinal canal (day 8)",
    ],
)
def test_a_vein_and_a_place(how):
    assert set(ways(how)) == {"peripheral_vein", "other"}
    told = f"The investigators study the regenerative potential. The investigators will test {how}."
    assert set(ways(detail=told)) == {"peripheral_vein", "other"}


@pytest.mark.parametrize(
    "how",
    [
        "MSC are given intravenously and migrate into the injured lung",
        "MSC are given intravenously, and a shunt is implanted in the brain",
        "MSC are infused intravenously and engraft into the heart",
        "MSC are infused intravenously, and blood flow into the leg is measured",
    ],
)
def test_a_vein_and_a_place_where_no_cells_are_put(how):
    assert ways(how) == ("peripheral_vein",)


@pytest.mark.parametrize(
    "how",
    [
        "MSC infusion at day of recovery after bone marrow transplant",
        "MSC infusion in the treatment of graft failure",
        "MSC given either alone or with drugs. At Northern Bone Centre",
        "MSC in patients with perianal fistula",
        "MSC; lumbar puncture is done to take a sample",
        "MSC. Patients with intracranial hypertension are excluded",
        "MSC after subarachnoid hemorrhage",
        "MSC for smoke inhalation injury",
        "MSC in patients under endotracheal intubation",
        "MSC for peri-implantitis",
        "MSC in carotid artery occlusion",
        "MSC for intrauterine growth restriction",
        "MSC for epidural fibrosis",
        "MSC for intra-articular fractures",
        "MSC; fat is taken by subcutaneous liposuction",
        "MSC are seeded on plastic flasks",
        "MSC differentiate into the cartilage",
        "syringes are filled with MSC",
        "MSC of cords after vaginal delivery",
    ],
)
def test_what_looks_like_a_way(how):
    assert ways(how) == ("not_stated",)


@pytest.mark.parametrize(
    "how",
    [
        "MSC suspended in phosphate buffered saline",
        "MSC isolated with collagenase",
        "MSC infused within 24 hours of brain injury",
        "MSC administered over 30 min for lung injury",
        "MSC are administered at the clinic for leg ulcers",
        "MSC are delivered in line with guidance for burns",
        "MSC infusion at the time of lung transplantation",
        "MSC infusion in heart failure",
        "MSC transplantation at the stage of ovarian failure",
        "Efficacy of MSC injection on skin aging",
    ],
)
def test_the_organ_of_a_disease_is_no_place(how):
    assert ways(how) == ("not_stated",)


@pytest.mark.parametrize(
    "detail",
    [
        "Many topical and systemic therapies are available; MSC are new.",
        "After infusion MSC accumulate in the lungs.",
        "Injected MSC are trapped in the lungs.",
        "Transplanted MSC lodge within the joint.",
        "MSC routes can be classified into intrathecal injection and others.",
        "Several techniques of intramuscular injection of MSC exist.",
        "Patients get MSC with a steroid cream.",
        "MSC plus tacrolimus ointment.",
        "MSC and extracorporeal photopheresis.",
        "In a dog study, MSC were given intratracheally.",
        "Intrathecal MSC were safe in a study of 20 subjects.",
    ],
)
def test_what_becomes_of_cells_and_the_carrier_of_another_drug_are_no_way(detail):
    assert ways(detail=detail) == ("not_stated",)


@pytest.mark.parametrize(
    ("detail", "way"),
    [
        ("MSC are given as an ointment.", "other"),
        ("Wounds are treated with MSC ointment.", "other"),
        ("MSC plus collagen scaffold.", "other"),
        ("MSC are loaded in an extracorporeal device.", "other"),
        ("MSC are injected into the hepatic parenchyma.", "intrahepatic"),
    ],
)
def test_a_carrier_or_place_of_the_cells_themselves_is_a_way(detail, way):
    assert ways(detail=detail) == (way,)
