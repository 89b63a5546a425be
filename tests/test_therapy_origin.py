"""Where the cells come from and whose they are: many wordings, and what only looks like them. All are invented."""

from __future__ import annotations

import pytest

from support.therapy import trial


def of_bone(how="", *, given="MSC", title="Cell Therapy in Pseudarthrosis", **more):
    """A trial of a bone, whose product says no more than `given` and `how`."""
    return trial(title, given=given, how=how, conditions=("Pseudarthrosis",), **more)


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("eASC", "adipose"),
        ("Adipo-MSC", "adipose"),
        ("MSC from the patient's fat", "adipose"),
        ("MSC of fat origin", "adipose"),
        ("MSC from fatty tissue", "adipose"),
        ("BM/MSC", "bone_marrow"),
        ("BM-hMSC", "bone_marrow"),
        ("BM-drived mesenchymal cells", "bone_marrow"),
        ("bone marow mesenchymal cells", "bone_marrow"),
        ("UC-derived MSC", "umbilical_cord"),
        ("Warthon's jelly MSC", "umbilical_cord"),
        ("MSC from donated cords", "umbilical_cord"),
        ("cP-MSC", "placenta"),
        ("dental pulp MSC", "dental_pulp"),
        ("MSC from milk teeth", "dental_pulp"),
        ("third molar pulp MSC", "dental_pulp"),
        ("menstruation blood MSC", "menstrual_blood"),
        ("MSC isolated from foetal liver", "liver"),
        ("MSC from healthy skin", "skin"),
        ("iPS-MSC", "other"),
        ("pluripotent stem cell-derived MSC", "other"),
        ("MSC isolated from own endometrium", "other"),
        ("MSC from synovial membrane", "other"),
        ("MSC from skeletal muscle", "other"),
        ("gingiva MSC", "other"),
        ("MSC from limbus", "other"),
        ("thymus-derived stromal cells", "other"),
        ("apical papilla MSC", "other"),
    ],
)
def test_a_tissue(given, source):
    assert of_bone(given=given).cell_source == (source,)


@pytest.mark.parametrize(
    "how",
    [
        "compared with autologous iliac crest graft",
        "instead of bone from the iliac crest",
        "with PBSC",
        "with marrow or PBSC, mobilised by a drug",
        "co-infused with either PBSC or cord blood",
        "together with cord blood",
        "before transplantation of umbilical cord blood",
        "with haematopoietic stem cells from bone marrow",
        "injected into subcutaneous fat",
        "injected into the bone marrow",
        "on amniotic membrane",
        "in patients with amniotic band",
        "by the umbilical route",
        "near adipose tissue",
        "to fill the dental pulp space",
        "for olfactory loss",
    ],
)
def test_what_looks_like_the_tissue_of_the_cells(how):
    assert of_bone(f"MSC {how}").cell_source == ("not_stated",)
    assert of_bone("MSC", summary=f"Patients will get MSC {how}.").cell_source == ("not_stated",)


@pytest.mark.parametrize(
    ("given", "how", "source"),
    [
        ("PBSC with MSC", "Bone marrow-derived MSC of third parties", "bone_marrow"),
        ("Peripheral blood stem cells plus MSC", "The MSC were bone marrow derived", "bone_marrow"),
        ("Adipose MSC", "Unlike bone marrow MSC they are plenty", "adipose"),
        ("UC-MSC", "They are younger than bone marrow MSC", "umbilical_cord"),
        ("MSC of Wharton's jelly", "On a scaffold of amniotic membrane", "umbilical_cord"),
        ("MSC", "Patients are seen before bone marrow aspiration, and get MSC", "bone_marrow"),
    ],
)
def test_the_tissue_of_the_cells_beside_another(given, how, source):
    assert of_bone(how, given=given).cell_source == (source,)


@pytest.mark.parametrize(
    ("detail", "source"),
    [
        ("Fat is removed under local anaesthesia. MSC are grown.", "adipose"),
        ("Liposuction is done under general anesthesia. MSC are grown.", "adipose"),
        ("Marrow is drawn from the sternum. MSC are grown.", "bone_marrow"),
        ("The study's objective is to follow the incidence of harm after bone marrow MSC.", "bone_marrow"),
        ("This study gives UC-MSC with bone marrow and peripheral blood stem cells.", "umbilical_cord"),
        ("Sources of MSC are bone marrow and cord.", "not_stated"),
    ],
)
def test_a_tissue_that_only_the_description_names(detail, source):
    assert of_bone(detail=detail).cell_source == (source,)


@pytest.mark.parametrize(
    "how",
    [
        "autogeneic MSC",
        "auto-BM-MSC",
        "autoMSC",
        "own MSCs",
        "recipient-derived MSC",
        "MSC from the same patient",
        "the participants' MSC",
        "MSC are reinfused into the patient",
        "MSC from your own bone marrow",
        "MSC isolated from the individual's adipose tissue",
        "autologous MSC fixed in allogenic bone tissue",
        "autologous MSC on an allogeneic scaffold",
        "autologous MSC with homologous fibrin",
        "autologous conjunctival MSC",
        "autologous bone morrow MSC",
        "autologous MSC after allogeneic kidney transplantation",
        "autologous MSC on a trachea from a deceased donor",
    ],
)
def test_the_patients_own(how):
    assert of_bone(how).donor == ("autologous",)


@pytest.mark.parametrize(
    "how",
    [
        "allogeinic MSC",
        "alloMSC",
        "3rd party MSC",
        "MSC of a third part donor",
        "non-autologous MSC",
        "unrelated MSC",
        "HLA-mismatched MSC",
        "MSCs donated by healthy people",
        "the mother's MSC",
        "donors' MSC",
        "MSC from marrow of healthy volunteers",
        "MSC isolated from marrow of the kidney donor",
        "MSC from the fat of healthy people undergoing liposuction",
        "MSC from another person",
        "MSC from marrow of healthy, unrelated, unmatched donors",
        "MSC transplantation from a healthy donor",
        "allogeneic MSC compared with autologous bone graft",
        "allogeneic MSC. Compared to autologous cells they are at hand",
    ],
)
def test_the_cells_of_others(how):
    assert of_bone(how).donor == ("allogeneic",)


@pytest.mark.parametrize(
    "what",
    [
        "fixed in allogeneic bone",
        "on a decellularized allogeneic matrix",
        "with autologous fibrin glue",
        "under an autologous periosteal flap",
        "in homologous plasma",
        "with autologous T cells",
        "with autologous chondrocytes",
        "on collagen; controls get autologous chondrocytes",
        "with an allogeneic meniscus",
        "with lymphocytes from the first donor",
        "and deaths that are unrelated to the MSC",
        "compared with autologous bone graft",
        "versus autograft",
        "after allogenic bone marrow transplantation",
        "after allogenic haemopoietic stem cell transplantation",
        "after haploidentical HSCT",
        "after unrelated donor bone marrow transplantation",
        "after transplantation of marrow from an unrelated donor",
        "with PBSC from related or unrelated donors",
        "with haploidentical PBSC",
        "in recipients of allogeneic stem cells",
        "in allogeneic kidney transplantation",
        "with allogeneic islets",
        "for patients who have no HLA-identical donor",
        "for donor-specific tolerance",
        "at the patient's own request",
    ],
)
def test_a_donor_of_something_else(what):
    assert of_bone(f"MSC {what}").donor == ("not_stated",)
    assert of_bone(title=f"Mesenchymal Stem Cells {what}").donor == ("not_stated",)


@pytest.mark.parametrize("given", ["Autologous CAR-T cells", "Autologous T cell infusion"])
def test_other_cells_have_a_donor_too(given):
    assert of_bone(given=given).donor == ("autologous",)


def test_a_childs_own_cord_is_its_own():
    assert of_bone("MSC of the child's own cord blood").donor == ("autologous",)


def test_blood_stem_cells_by_themselves_have_a_tissue():
    told = of_bone(given="CD34 cells of cord blood, haematopoietic stem cells", title="Blood cells")
    assert (told.cell_source, told.donor) == (("cord_blood",), ("allogeneic",))


@pytest.mark.parametrize("name", ["AD-cSVF", "tSVF", "ADSVCs", "SVF"])
def test_a_vascular_fraction_by_its_abbreviations(name):
    therapy = trial("Cells for Alopecia", given=name, conditions=("Alopecia",))
    assert (therapy.cell_type, therapy.cell_source) == ("mixed", ("adipose",))


@pytest.mark.parametrize(
    ("summary", "source", "donor"),
    [
        ("MSC grown from cadaveric bone marrow are given.", "bone_marrow", "allogeneic"),
        ("MSC are grown from cadaveric corneas.", "not_stated", "allogeneic"),
        ("MSC are laid on a cadaveric bone scaffold.", "not_stated", "not_stated"),
        ("MSC act by the rescue of bone marrow progenitors.", "not_stated", "not_stated"),
        (
            "There are three types of stem cells: embryonic stem cells and two others.",
            "not_stated",
            "not_stated",
        ),
    ],
)
def test_cells_of_the_dead_and_what_only_looks_like_a_source(summary, source, donor):
    therapy = of_bone(summary=summary)
    assert (therapy.cell_source, therapy.donor) == ((source,), (donor,))


def test_an_injury_of_reperfusion_is_no_operation():
    summary = "MSC are given to reduce the reperfusion-injury of the graft."
    assert trial("MSC in Lung Transplantation", given="MSC", summary=summary).infusions_max is None


@pytest.mark.parametrize(
    "detail",
    [
        "Informed consent will be obtained from the patient. MSC are given.",
        "Blood samples are taken from patients after MSC.",
        "Serum will be collected from each patient who gets MSC.",
        "Data were collected from the participants given MSC.",
        "Written assent must be obtained from all subjects who get MSC.",
        "Permission to inject MSC is obtained from the patient.",
    ],
)
def test_what_is_taken_from_a_patient_for_a_look_is_no_tissue(detail):
    assert of_bone(detail=detail).donor == ("not_stated",)


@pytest.mark.parametrize(
    ("detail", "donor"),
    [
        ("Marrow samples are collected from the patient to grow MSC.", "autologous"),
        ("A fat sample is taken from the patient; MSC are grown from it.", "autologous"),
        ("Autologous MSC do not use allogeneic tissue.", "autologous"),
        ("Autologous MSC are grown without allogeneic serum.", "autologous"),
        ("Allogeneic MSC rather than autologous MSC are given.", "allogeneic"),
        (
            "The results from our first trial with autologous MSC were good. Allogeneic MSC are given.",
            "allogeneic",
        ),
    ],
)
def test_one_donor_of_two_that_are_named(detail, donor):
    assert of_bone(detail=detail).donor == (donor,)


@pytest.mark.parametrize(
    "detail",
    [
        "Patients with prior bone marrow MSC therapy are excluded.",
        "Exclusion: earlier treatment with adipose MSC.",
        "Marrow MSC repaired bones in sheep.",
    ],
)
def test_cells_that_were_given_before_are_not_those_of_the_trial(detail):
    assert of_bone(detail=detail).cell_source == ("not_stated",)


def test_a_prior_mark_of_time_is_no_earlier_treatment():
    assert of_bone(detail="Prior to surgery for a therapy of bone, marrow MSC are grown.").cell_source == (
        "bone_marrow",
    )


@pytest.mark.parametrize(
    "how", ["Scaffold from unrelated donor stromal cells", "Grafts of skin from healthy donor MSC"]
)
def test_a_donor_of_the_cells_in_a_graft_is_that_of_the_cells(how):
    assert of_bone(how).donor == ("allogeneic",)
