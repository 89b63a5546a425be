"""What is given, where names and arms leave it open: a description ties the name to cells, or says what people get."""

from __future__ import annotations

import pytest

from support.therapy import trial


def of_bone(title="Zyntavel in Fractures", given="Zyntavel", **more):
    """A trial of bone, whose names say nothing about cells unless the test does."""
    return trial(title, given=given, conditions=("Bone fracture",), **more)


def followed(title, summary, **more):
    """An observational study of people who were treated before."""
    return trial(title, given="", conditions=("Knee pain",), summary=summary, study="OBSERVATIONAL", **more)


@pytest.mark.parametrize(
    "told",
    [
        "The study evaluates Zyntavel, a suspension of allogeneic umbilical cord mesenchymal stem cells.",
        "Zyntavel is composed of culture-expanded allogeneic mesenchymal stromal cells from the umbilical cord.",
        "The active substance of Zyntavel is allogeneic mesenchymal stromal cells of the umbilical cord.",
        "The product (Zyntavel) is a preparation of allogeneic umbilical cord mesenchymal stem cells.",
        "Zyntavel, an advanced product with allogeneic MSCs of the umbilical cord, is implanted in patients.",
        "Zyntavel™ (allogeneic umbilical cord MSCs) will be implanted once.",
        "This trial tests allogeneic cord-derived mesenchymal stromal cells, known as Zyntavel, in fractures.",
        "Expanded, allogeneic MPCs (Zyntavel) from cord tissue are compared with a bone graft.",
    ],
)
def test_a_description_says_what_has_the_name(told):
    read = of_bone(summary=told)
    assert (read.cell_type, read.donor, read.product_form) == ("msc", ("allogeneic",), "cells")
    assert read.cell_source == (
        ("not_stated",) if "MPC" in told and "cord" not in told else ("umbilical_cord",)
    )


@pytest.mark.parametrize(
    ("title", "given", "told"),
    [
        ("Bone Substitute for Nonunion", "Bone substitute", "It is seeded with autologous MSC and will be implanted in patients."),
        ("Scaffolds for Nonunion", "Scaffold", "Patients will receive a ceramic scaffold loaded with autologous marrow MSC."),
        ("Tissue-engineered Bone", "Tissue-engineered bone", "It is grown from the patients' mesenchymal stem cells on a mesh."),
        ("Spine Fusion", "OsteoRegen", "The aim of this study is to assess the safety of mesenchymal precursor cells in fusion."),
        ("Hip Decompression", "Core decompression", "In the treatment group, MSCs are cultured and then injected into the hip."),
        ("Cleft Repair", "Osteoplasty", "Group A gets a sponge carrying MSC; the sponge will be placed in the cleft."),
        ("New Treatment of Lupus", "Infusion", "Participants will be treated with umbilical cord MSC twice."),
        ("Stem Cells of the Cord", "Stem cells", "This study tests the therapeutic effect of the cord's mesenchymal stem cells."),
    ],
)  # fmt: skip
def test_a_description_says_what_people_get(title, given, told):
    assert of_bone(title, given, detail=told).cell_type == "msc"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Zyntavel", "Zyntavel recruits mesenchymal stem cells to the fracture."),
        ("Zyntavel", "Zyntavel is a peptide that stimulates mesenchymal stem cells."),
        (
            "Zyntavel",
            "This study will assess the effect of Zyntavel on mesenchymal stem cells of the marrow.",
        ),
        ("Zyntavel", "We will evaluate the number of mesenchymal stem cells before treatment with Zyntavel."),
        (
            "Zyntavel",
            "The study will compare mesenchymal stem cells of patients treated with Zyntavel to others.",
        ),
        (
            "Zyntavel",
            "Patients who received mesenchymal stem cells within 30 days are excluded from the study.",
        ),
        (
            "Zyntavel",
            "Subjects will receive Zyntavel or best available therapy, such as mesenchymal stromal cells.",
        ),
        ("Zyntavel", "The study will evaluate whether menstrual bleeding improves with treatment."),
        ("Zyntavel", "Zyntavel is a dehydrated amniotic membrane that patients will receive at surgery."),
        (
            "Zyntavel",
            "Model predictive control (MPC) of glucose is evaluated in the treatment of participants.",
        ),
        (
            "Autologous bone graft",
            "Autologous bone graft contains mesenchymal stem cells and growth factors.",
        ),
        (
            "Cholecalciferol",
            "Mesenchymal stem cells will be isolated from participants and treated in the laboratory.",
        ),
        ("Exercise", "The study will test whether circulating mesenchymal stem cells increase with therapy."),
        ("Microfracture", "It releases mesenchymal stem cells; patients will undergo marrow stimulation."),
    ],
)
def test_cells_that_are_not_given(given, told):
    assert of_bone("Healing of Fractures", given, detail=told).cell_type == "none"


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Long-term Follow-up of ZY-204", "Subjects received ZY-204 in phase 1. The main component of ZY-204 is cord MSC."),
        ("Extension Study of ZY-204-K01", "Safety of cord MSC (ZY-204) in people who took part in the parent trial of ZY-204."),
        ("Five-year Follow-up of the Knee", "Patients who received cord MSC in an earlier trial are seen every year."),
        ("Registry of Zyntavel", "Zyntavel (cord mesenchymal stem cells) is sold. Patients treated with Zyntavel are registered."),
    ],
)  # fmt: skip
def test_a_follow_up_is_of_what_people_got_before(title, told):
    read = followed(title, told)
    assert (read.cell_type, read.cell_source, read.infusions_max) == ("msc", ("umbilical_cord",), None)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Follow-up After Chemotherapy", "Marrow mesenchymal stem cells of patients who received chemotherapy are studied."),
        ("Follow-up of Marrow Failure", "Patients were treated with drugs. Mesenchymal stem cells are isolated from marrow."),
        ("Mesenchymal Stem Cells of the Joint: a Follow-up", "Patients who underwent arthroscopy give a sample."),
        ("Registry of Joints", "Patients treated with a prosthesis are registered. Mesenchymal stem cells are discussed."),
    ],
)  # fmt: skip
def test_a_follow_up_of_people_who_got_no_cells(title, told):
    assert followed(title, told).cell_type == "none"


@pytest.mark.parametrize("given", ["Remestemcel-L", "Rexlemestrocel-L plus gel", "Cartistem"])
def test_products_that_are_known_by_name(given):
    assert of_bone(f"{given} in Fractures", given).cell_type == "msc"


def test_an_application_is_no_sample():
    read = of_bone(
        "Bone After the Application of MSC", "Application of MSC", how="Imaging is done after 4 weeks"
    )
    assert read.cell_type == "msc"


@pytest.mark.parametrize(
    ("given", "forms"),
    [
        ("Stromal cell enriched fat graft", ("cells",)),
        ("Lipofilling plus stromal vascular fraction", ("cells",)),
        ("Fat graft and ADRC", ("cells",)),
        ("Cell-assisted fat graft", ("cells",)),
        ("Autologous fat graft", ("other",)),
        ("Fat graft with platelets", ("other",)),
    ],
)
def test_the_form_of_a_fat_graft(given, forms):
    assert of_bone("Fat Grafts of the Face", given).product_forms == forms


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("The safety of mesenchymal and specific populations of stem cells is studied in patients.", "mixed"),
        ("This study gives selected types of stem cells and mesenchymal stem cells.", "mixed"),
        (
            "The purpose is to inject the stromal vascular fraction in one procedure. Lesions proliferate.",
            "mixed",
        ),
        ("The stromal vascular fraction is cultured; patients receive the cultured stem cells.", "msc"),
        ("Patients receive mesenchymal stem cells, of two types of donors.", "msc"),
    ],
)
def test_several_kinds_that_a_description_tells(told, kind):
    assert of_bone("Stem Cells in Fractures", "Adipose-derived stem cells", detail=told).cell_type == kind


@pytest.mark.parametrize(
    "told",
    [
        "Allogeneic MSC (Zyntavel) are compared with an autograft.",
        "Zyntavel consists of allogeneic MSC, and fusion is as good as published data for autograft.",
    ],
)
def test_a_graft_for_comparison_is_no_donor_of_the_cells(told):
    assert of_bone(detail=told).donor == ("allogeneic",)


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Outcome in Fractures", "Mesenchymal stem cells (Outcome) are counted. The outcome is a scar."),
        ("Recovery After Fractures", "Mesenchymal stem cells, called Recovery, aid. The recovery is slow."),
    ],
)
def test_a_word_of_a_title_that_texts_also_have_in_small_letters_is_no_name(title, told):
    assert of_bone(title, given="Injection", detail=told).cell_type == "none"


@pytest.mark.parametrize(("given", "kind"), [("Prednisolone", "none"), ("Zyntavel", "msc")])
def test_a_drug_that_an_intervention_names_is_what_is_given(given, kind):
    told = "In this study patients receive allogeneic mesenchymal stem cells."
    assert of_bone("Healing of Fractures", given=given, summary=told).cell_type == kind


def test_cells_that_patients_of_the_study_must_not_get_are_not_given():
    told = "Patients in this study must not receive mesenchymal stem cells; mesenchymal stem cells are not given."
    assert of_bone(summary=told).cell_type == "none"
