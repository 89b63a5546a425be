"""One meaning in many wordings: doses, plans, places, tissues, mixtures and what was done to the cells before."""

from __future__ import annotations

import pytest

from support.therapy import trial


def of_knee(how="", *, given="MSC", **more):
    """A trial of a knee, whose product says no more than `given` and `how`."""
    return trial(
        "Cell Therapy in Knee Osteoarthritis", given=given, how=how, conditions=("Arthrosis",), **more
    )


@pytest.mark.parametrize(
    ("how", "levels"),
    [
        ("2 x 10 to the 8th cells", [(2e8, 2e8)]),
        ("MSC dose .5 x 10^6 cells", [(5e5, 5e5)]),
        ("10x6 cells by lumbar puncture", [(1e6, 1e6)]),
        ("50M UC-MSCs", [(5e7, 5e7)]),
        ("0,5-1 million cellls per side", [(5e5, 1e6)]),
        ("Stromal cells 20 - 40 mill.", [(2e7, 4e7)]),
        ("1 million (cohort 1), 3 million (cohort 2), 10 million (cohort 3) cells", [(1e6, 1e6), (3e6, 3e6), (1e7, 1e7)]),
        ("MSC at 2-4 million cells/ml. A total of 2 ml will be injected", [(4e6, 8e6)]),
        ("(1.5)-3.0 x 10^6 MSC per kg", [(1.5e6, 3e6)]),
        ("25 million cells a dose (cumulative dose: 75 million MSCs)", [(2.5e7, 2.5e7)]),
        ("1 million MSC for every kilogram. MSC are cultured to get 500 million cells", [(1e6, 1e6)]),
        ("Two doses of MSCs 1x10^8 (±10%) by vein plus two doses of EVs", [(1e8, 1e8)]),
    ],
)  # fmt: skip
def test_a_dose(how, levels):
    assert [(one.low, one.high) for one in of_knee(how).doses] == levels


@pytest.mark.parametrize(
    ("how", "number", "days"),
    [
        ("MSC infusions (D1, D3, D5)", 3, 2),
        ("MSC in 3 doses (0, 7 and 14 days)", 3, 7),
        ("MSC infusions every fortnight for 3 doses", 3, 14),
        ("Bi-weekly MSC infusions, 4 in total", 4, 14),
        ("Three MSC doses given on alternate days", 3, 2),
        ("One infusion of MSC per week for three weeks", 3, 7),
        ("MSC twice, with a half-year interval", 2, 182.5),
        ("Subjects receive MSC 3 times (interval: 4 weeks)", 3, 28),
        ("MSC given at the beginning and after 3 months", 2, 90),
        ("MSC intrathecal injections once in 3 months for a year", 4, 90),
        ("3 doses of MSC every 2 weeks", 3, 14),
        ("MSC are given as 2 cycles of 3 infusions, each one week apart", 6, 7),
        ("MSC injections are given every month", None, 30),
        ("MSC infusions x3", 3, None),
        ("The number of MSC doses is 3", 3, None),
        ("Triple injection of MSC", 3, None),
        ("A pair of MSC infusions", 2, None),
        ("A one-off infusion of MSC", 1, None),
        ("MSC on day one and day eight", 2, 7),
        ("MSC every 7th day, 4 times", 4, 7),
        ("MSC once a week (4 weeks)", 4, 7),
        ("Two MSC infusions per week for 2 weeks", 4, 3),
        ("MSC re-infused at 3 months", 2, 90),
        ("MSC in two courses, three infusions each", 6, None),
        ("A loading dose of MSC, then three doses monthly", 4, 30),
        ("12,5 million MSC at day 0 and 12,5 million MSC at day 14", 2, 14),
        ("MSC at baseline and placebo at 6 months", 1, None),
        ("MSC in the knee, followed six months later by sham injection", None, None),
        ("MSC injection; a 24-week trial", None, None),
    ],
)
def test_a_plan(how, number, days):
    therapy = of_knee(how)
    assert (therapy.infusions_max, therapy.interval_days) == (number, days)


def test_a_total_of_administrations_needs_no_name_of_the_cells():
    told = of_knee(
        summary="One MSC injection is given first. More are given weekly, for a total of 4 injections."
    )
    assert told.infusions_max == 4


def test_a_number_that_patients_receive_needs_no_name_of_the_cells():
    assert of_knee(detail="MSC may help. Patients will receive 2 injections.").infusions_max == 2
    assert (
        of_knee(detail="MSC may help. Patients will receive 2 injections of heparin.").infusions_max is None
    )


def test_a_schedule_and_a_number_of_the_texts_are_compared():
    told = of_knee(
        summary="MSC are infused every 3 months for a year. All have 2 doses of MSC before a review."
    )
    assert told.infusions_max == 4


def test_a_plan_of_a_sentence_that_says_it_for_the_cells():
    told = of_knee(
        summary="MSC may help the knee. It will be injected twice. The two doses will be 9 days apart."
    )
    assert (told.infusions_max, told.interval_days) == (2, 9)


@pytest.mark.parametrize(
    "how",
    [
        "Then, patients receive injections of MSC during device surgery",
        "A sole injection of MSC",
        "The nerve is wrapped with a sheet of MSC",
        "MSC are placed after tooth extraction",
        "MSC delivered through cardiopulmonary bypass",
        "MSC are injected at the theatre for their safety",
        "Transplanted back on the same day, which is safest: MSC",
        "MSC are injected through a laparoscope",
        "Intra-ovarian injection of MSC",
        "MSC injected into the left ovary",
        "MSC are put, by hysteroscopy, on the scar",
        "MSC are given at the end of the ligament reconstruction",
        "MSC are placed in the socket of a molar",
        "MSC are delivered into the putamen",
        "MSC grafted with a sponge",
        "MSC are injected into the edges of the incision",
    ],
)
def test_one_session_is_one_administration(how):
    assert of_knee(how).infusions_max == 1


@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("Injected into the knee joint", 1),
        ("Injected into the knee joint; injections are repeated", None),
        ("Infused by vein", None),
        ("", None),  # where it is put is not said
    ],
)
def test_a_mixture_from_the_own_body_is_given_in_the_session_that_takes_it(how, number):
    assert of_knee(how, given="Autologous stromal vascular fraction").infusions_max == number


@pytest.mark.parametrize(
    ("how", "detail"),
    [
        ("MSC by injection under ultrasound guidance", ""),
        ("MSC with fibrin glue", "Injections will be repeated every month."),
        ("MSC", "Subjects with MSC were screened four times prior to administration."),
        ("MSC by vein, under fluoroscopy", ""),
        ("MSC by vein before surgery", ""),
        ("MSC are injected following standard operating procedures", ""),
    ],
)
def test_what_says_no_number_says_none(how, detail):
    assert of_knee(how, detail=detail).infusions_max is None


@pytest.mark.parametrize(
    "how",
    [
        "under the skin",
        "subcutaneous",
        "into the cavernous body",
        "via an Ommaya reservoir",
        "as a sheet",
        "i.t.",
        "ia 5*10^6 cells",
        "by IA injection",
        "in the joint space",
        "as a mouthwash",
        "by enema",
        "retro-orbital",
        "as a cream",
        "on the ocular surface",
        "immobilised on a biodegradable carrier",
    ],
)
def test_a_place(how):
    assert of_knee(f"MSC {how}").route == ("other",)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("gingival MSC", "other"),
        ("dermal MSC", "skin"),
        ("MSC from marrow", "bone_marrow"),
        ("liver MSC", "liver"),
        ("amniotic membrane and adipose-derived MSC", "adipose"),
        ("MSC capable of differentiation in decidual direction", "not_stated"),
        ("mesenchymoangioblast-derived MSC", "other"),
        ("lipo-derived MSC", "adipose"),
        ("cord MSC", "umbilical_cord"),
        ("hESC-MSC", "other"),
        ("urine-derived stem cells", "other"),
        ("foreskin MSC", "skin"),
    ],
)
def test_a_tissue(given, source):
    assert of_knee(given=given).cell_source == (source,)


@pytest.mark.parametrize(
    ("given", "arm", "more", "kind"),
    [
        ("Adipose derived stem cells", "Adipose stem cells, that is stromal vascular fraction", {}, "mixed"),
        ("Adipose derived stem cells", "Cells grown from stromal vascular fraction", {}, "msc"),
        ("MSC", "", {"detail": "Concentrated autologous bone marrow will be injected."}, "mixed"),
        ("MSC", "", {"detail": "Concentrated bone marrow is injected after MSC are cultured."}, "msc"),
        ("Marrow-derived stem cells and mesenchymal stem cells", "", {}, "mixed"),
        ("Mononuclear and mesenchymal cells", "", {"official": "Combination stem cell therapy"}, "mixed"),
        ("Cartistem, mesenchymal cells", "", {}, "msc"),
        ("BM-MNC and UC-MSC", "", {}, "mixed"),
        ("MSC", "", {"official": "Mononuclear cells and MSC in the knee"}, "mixed"),
        ("MSC", "", {"official": "Fibroblasts or MSC in the knee"}, "msc"),
        ("MSC and osteoblasts", "Osteoblast-like cells are grown from MSC", {}, "msc"),
        ("Fat graft enriched with ASC", "ASC are expanded for 2 weeks", {}, "msc"),
        ("Fat graft enriched with ASC", "", {}, "mixed"),
    ],
)
def test_a_mixture(given, arm, more, kind):
    therapy = of_knee(given=given, arm=arm, **more)
    assert therapy.cell_type == kind
    assert "immune" not in therapy.cell_types


@pytest.mark.parametrize(
    ("given", "donors"),
    [
        ("Autologous BM-MNC and allogeneic UC-MSC", ("autologous", "allogeneic")),
        ("Autologous chondrons with allogeneic MSC", ("allogeneic",)),
        ("Fat graft enriched with expanded ASC", ("autologous",)),
        ("Self-derived MSC", ("autologous",)),
        ("Maternal MSC", ("allogeneic",)),
    ],
)
def test_whose_cells_of_two_kinds(given, donors):
    assert of_knee(given=given).donor == donors


@pytest.mark.parametrize(
    ("how", "modification"),
    [
        ("MSC cultured without genetic modification", "none_stated"),
        ("MSC kept under 5% oxygen", "pretreated"),
        ("MSC with HSV-TK", "gene_modified"),
        ("MSC derived pleiotropic factors", "cell_free"),
        ("MSC-derived vesicles", "cell_free"),
        ("sEV from MSC", "cell_free"),
        ("MSC supernatant", "cell_free"),
    ],
)
def test_what_was_done_before(how, modification):
    assert of_knee(how).modification == modification


@pytest.mark.parametrize(
    ("title", "conditions", "area"),
    [
        ("Analysis of Cells in Amputation", ("Peripheral Arterial Disease",), "cardiovascular"),
        ("Cells against Graft Versus Host Disease", ("Leukemia", "Lymphoma", "Myeloma"), "immune"),
        ("Diabetic Foot", ("Stem Cell Transplantation",), "diabetes"),
    ],
)
def test_an_area(title, conditions, area):
    assert trial(title, given="MSC", conditions=conditions).area == area


@pytest.mark.parametrize(
    ("explained", "kind"),
    [
        ("QRS-12 (umbilical cord-derived MSC) is tried in people for the first time.", "msc"),
        ("The product, QRS-12, consists of allogeneic mesenchymal stromal cells from cord.", "msc"),
        ("Dendritic cells, QRS-12, will be given.", "immune"),
        ("QRS-12 is a small molecule.", "none"),
        ("Mesenchymal stem cells repair nerves.", "none"),
    ],
)
def test_a_product_that_only_the_description_explains(explained, kind):
    read = trial(
        "Safety of QRS-12",
        given="QRS-12",
        how="QRS-12 by vein once",
        detail=explained,
        conditions=("Tooth pain",),
    )
    assert read.cell_type == kind


def test_a_field_with_no_other_word_anywhere_is_surer():
    plain = of_knee("1 MSC infusion")
    other = of_knee(
        "1 MSC infusion", summary="Patients had chondrocytes. Genetically modified cells are another way."
    )
    assert (plain.tiers["cell_type"], plain.tiers["modification"]) == (
        "in the product",
        "nothing else is named",
    )
    assert (other.tiers["cell_type"], other.tiers["modification"]) == (
        "in the product, among others",
        "named elsewhere",
    )
