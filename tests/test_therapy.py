"""Reading a record's therapy: the vocabulary's promises, and situations of the registry."""

from __future__ import annotations

import pytest

from mscwatch.therapy import (
    indication_group,
    read_record,
    vocabulary,
    words,
)
from support.records import record
from support.therapy import trial

# --- The vocabulary keeps its promises ---


@pytest.mark.parametrize(("field", "value", "spelling"), vocabulary.examples())
def test_the_vocabulary_reads_its_examples(field, value, spelling):
    found = {one.value for one in words.find(field, spelling)}
    assert found == set() if value == vocabulary.NOTHING else value in found


@pytest.mark.parametrize(
    "text", ["delivered to the ward", "at MSC level", "Group B MSC", "PSC and AIH", "stem from"]
)
def test_words_inside_words_are_not_found(text):
    assert not words.names("cell_source", text)
    assert not words.names("route", text)


# --- Traps ---


def test_a_control_drug_has_no_route():
    found = trial(
        how="infused via the portal vein", control=("Conserved therapy", "Oral or intravenous administration")
    )
    assert found.route == ("portal_vein",)


def test_a_route_of_a_control_drug_alone_is_not_stated():
    found = trial(control=("Conserved therapy", "Oral or intravenous administration"))
    assert found.route == ("not_stated",)


def test_literature_about_bone_marrow_is_not_the_source():
    found = trial(summary="Autologous bone marrow MSC have been shown to improve liver function.")
    assert (found.cell_source, found.donor) == (("umbilical_cord",), ("allogeneic",))


def test_a_source_told_only_by_the_literature_is_not_stated():
    found = trial(
        "MSC in cirrhosis", given="MSC", summary="Bone marrow MSC have been used in previous studies."
    )
    assert found.cell_source == ("not_stated",)


def test_birth_tissue_is_allogeneic_even_when_unsaid():
    found = trial()
    assert found.donor == ("allogeneic",)
    assert "birth" in found.evidence["donor"][0].rule


def test_a_childs_own_cord_blood_is_autologous():
    assert trial("Autologous cord blood MSC", given="autologous cord blood MSC").donor == ("autologous",)


def test_umbilical_cord_is_short_for_its_blood_where_both_are_said():
    found = trial("UC-MSC in liver failure", given="umbilical cord blood mesenchymal stem cells")
    assert found.cell_source == ("cord_blood",)


def test_two_tissues_on_purpose():
    found = trial(
        "MSC in cirrhosis", given="autologous bone marrow MSC", how="or umbilical cord mesenchymal stem cells"
    )
    assert found.cell_source == ("bone_marrow", "umbilical_cord")
    assert found.donor == ("autologous", "allogeneic")


def test_a_transplant_before_the_trial_is_neither_source_nor_donor():
    found = trial(
        "MSC for GVHD after allogeneic hematopoietic stem cell transplantation",
        given="MSC",
        how="after bone marrow transplantation",
    )
    assert (found.cell_source, found.donor) == (("not_stated",), ("not_stated",))


def test_what_is_done_comes_before_what_the_title_offers():
    found = trial("MSC via portal vein or peripheral vein", how="1x10^6/kg into the right hepatic artery")
    assert found.route == ("hepatic_artery",)


def test_into_the_liver_through_an_artery_is_the_artery():
    assert trial(how="injected into the liver through the hepatic artery").route == ("hepatic_artery",)


def test_a_grade_or_phase_four_is_no_vein():
    assert trial(how="MSC for GVHD grade III-IV, phase IV").route == ("not_stated",)


def test_an_injection_into_the_ventricle_is_no_vein():
    assert trial(how="intraventricular injection of cells").route == ("other",)


def test_the_placebo_is_not_the_product():
    found = trial(control=("Saline (solution without UC-MSCs)", "via portal vein, 9x10^9 cells, 7 times"))
    assert (found.route, found.doses, found.infusions_max) == (("not_stated",), (), None)


@pytest.mark.parametrize(
    ("title", "given", "form", "modification", "kind"),
    [
        ("MSC in cirrhosis", "MSC", "cells", "none_stated", "msc"),
        ("PT-MSCs Exosome in cirrhosis", "exosomes", "exosome", "cell_free", "msc"),
        ("Cirrhosis", "MSC conditioned medium", "conditioned_medium", "cell_free", "msc"),
        ("Cirrhosis", "MSC differentiated into hepatocytes", "hepatocyte_like", "none_stated", "msc"),
        ("Cirrhosis", "gene-modified MSC", "cells", "gene_modified", "msc"),
        ("Cirrhosis", "preconditioned MSC", "cells", "pretreated", "msc"),
        ("Cirrhosis", "CD34+ bone marrow stem cells", "cells", "none_stated", "haematopoietic"),
        ("Cirrhosis", "bone marrow mononuclear cells", "cells", "none_stated", "mononuclear"),
        ("Liver failure", "hepatocyte transplantation", "cells", "none_stated", "hepatocyte"),
        ("Cirrhosis", "autologous macrophages", "cells", "none_stated", "immune"),
        ("Cirrhosis", "Aspirin", "other", "none_stated", "none"),
    ],
)
def test_what_the_product_is(title, given, form, modification, kind):
    found = trial(title, given=given)
    assert (found.product_form, found.modification, found.cell_type) == (form, modification, kind)


def test_a_study_of_samples_gives_nothing():
    found = trial(
        "Secretome of MSC",
        given="Use of patient-derived samples",
        keywords=["mesenchymal stem cell"],
        study="OBSERVATIONAL",
    )
    assert (found.cell_type, found.cell_source, found.product_form) == ("none", ("not_stated",), "other")


@pytest.mark.parametrize(
    ("title", "conditions", "group"),
    [
        ("MSC for decompensated cirrhosis", ["Liver Diseases"], "cirrhosis"),
        ("MSC for acute-on-chronic liver failure in cirrhosis", ["ACLF"], "liver_failure"),
        ("MSC after liver transplantation", ["Liver Failure"], "transplant"),
        ("MSC for Wilson's disease", ["Wilson's Disease"], "other_liver"),
        ("MSC for biliary atresia", ["Primary Biliary Cirrhosis"], "other_liver"),
        ("MSC for liver regeneration", ["Liver Cirrhosis"], "cirrhosis"),
        ("MSC for a new disease", ["Liver Fibrosis"], "cirrhosis"),
        ("MSC for type 1 diabetes", ["Evidence of Liver Transplantation"], "none"),
        ("MSC in renal cirrhosis", ["Renal Cirrhosis"], "none"),
        ("A survey of biliary tract cancer", ["Biliary Tract Cancer"], "none"),
        ("MSC for graft versus host disease of the liver", ["GVHD"], "none"),
        ("HepaStem in urea cycle disorders", ["Urea Cycle Disorders"], "other_liver"),
    ],
)
def test_the_indication_is_what_the_trial_enrols(title, conditions, group):
    assert trial(title, given="MSC", conditions=conditions).indication_group == group


def test_the_group_alone_is_that_of_the_reading():
    assert indication_group(record()) == read_record(record()).indication_group == "cirrhosis"


@pytest.mark.parametrize(
    ("told", "causes"),
    [
        ({"conditions": ["Liver Cirrhosis", "Hepatitis B"]}, ("HBV",)),
        (
            {"summary": "This study investigates MSC in hepatitis B and C related liver cirrhosis."},
            ("HBV", "HCV"),
        ),
        ({"summary": "Cirrhosis is usually a result of alcohol or hepatitis B."}, ("not_stated",)),
        ({"eligibility": "Inclusion: cirrhosis caused by hepatitis C\nExclusion Criteria: HBV"}, ("HCV",)),
        ({"eligibility": "Hepatitis B cirrhosis patients need antiviral therapy"}, ("not_stated",)),
        ({"eligibility": "liver disease such as viral or alcoholic liver disease"}, ("not_stated",)),
        ({"title": "MSC in nonalcoholic steatohepatitis"}, ("nash",)),
        ({"eligibility": "Inclusion: cirrhosis of any etiology (alcohol, NASH)"}, ("not_stated",)),
        ({"title": "MSC in PSC", "conditions": ["Cholangitis, Sclerosing"]}, ("PSC",)),
    ],
)
def test_the_cause_is_that_of_the_enrolled(told, causes):
    assert trial(**told).aetiology == causes


@pytest.mark.parametrize(
    "one", [{}, {"protocolSection": {}}, {"protocolSection": None}, record(armsInterventionsModule={})]
)
def test_a_record_that_says_nothing_is_read(one):
    found = read_record(one)
    assert (found.cell_source, found.donor, found.route) == (("not_stated",),) * 3


def test_tissue_of_a_birth_beside_the_patients_own_has_two_donors():
    found = trial(
        "UC-MSC and bone marrow cells", given="UC-MSC and bone marrow mononuclear cells",
        summary="This study gives autologous bone marrow mononuclear cells and umbilical cord MSC.",
    )  # fmt: skip
    assert set(found.donor) == {"autologous", "allogeneic"}


def test_an_organs_allograft_is_no_donor_of_cells():
    assert trial("Autologous MSC in kidney allografts", given="autologous MSC").donor == ("autologous",)


@pytest.mark.parametrize(
    ("detail", "donor"),
    [
        ("MSC are extracted from bone marrow of enrolled patients.", "autologous"),
        ("The patients underwent bone marrow aspiration and later MSC infusion.", "autologous"),
        ("Fat of healthy donors is taken by lipoaspiration. The MSC are infused.", "allogeneic"),
        ("The MSC are infused.", "not_stated"),
    ],
)
def test_whose_cells_may_be_told_by_where_the_tissue_is_taken(detail, donor):
    assert trial("MSC in cirrhosis", given="MSC", detail=detail).donor == (donor,)


def test_a_sentence_that_lists_tissues_is_no_source():
    listing = "This study uses MSC, found in bone marrow, adipose tissue and umbilical cord."
    assert trial("MSC in cirrhosis", given="MSC", summary=listing).cell_source == ("not_stated",)


def test_cells_suspended_in_conditioned_medium_are_cells():
    found = trial("MSC in cirrhosis", given="MSC", how="MSC in 2 ml conditioned medium")
    assert (found.product_form, found.modification) == ("cells", "none_stated")


def test_the_only_word_of_an_intervention_is_its_name():
    found = trial("Pneumostem in cirrhosis", given="Pneumostem", summary="A single infusion of Pneumostem is given.",
                  keywords=["mesenchymal stem cells"])  # fmt: skip
    assert found.infusions_max == 1


def test_marrow_stem_cells_are_mesenchymal_only_where_the_record_says_so():
    plain = {"given": "autologous bone marrow stem cells"}
    assert trial("Stem cells in cirrhosis", **plain).cell_type == "other"
    assert (
        trial("Stem cells in cirrhosis", summary="Mesenchymal cells are grown.", **plain).cell_type == "msc"
    )
