"""Reading a record's therapy: situations from the registry, the vocabulary's promises, overrides, the printed rows."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from mscwatch.errors import ConfigError
from mscwatch.therapy import (
    Confidence,
    Therapy,
    indication_group,
    overrides,
    read_printed,
    read_record,
    words,
)
from support.records import record

SEEDS = Path(__file__).parents[1] / "warehouse" / "seeds" / "published_trials.csv"


def trial(
    title="UC-MSC in Liver Cirrhosis",
    *,
    given="UC-MSC",
    how="",
    arm="",
    conditions=("Liver Cirrhosis",),
    control=None,
    **more,
):
    """A trial's therapy; `control` is a control arm's drug and how it is given."""
    interventions = [{"name": given, "description": how}]
    if control:
        interventions.append({"name": control[0], "description": control[1]})
    return read_record(
        record(
            identificationModule={
                "nctId": "NCT00000001",
                "briefTitle": title,
                "officialTitle": more.get("official", ""),
            },
            conditionsModule={"conditions": list(conditions), "keywords": more.get("keywords", [])},
            armsInterventionsModule={
                "interventions": interventions,
                "armGroups": [{"label": "Treated", "type": "EXPERIMENTAL", "description": arm}],
            },
            descriptionModule={
                "briefSummary": more.get("summary", ""),
                "detailedDescription": more.get("detail", ""),
            },
            eligibilityModule={"eligibilityCriteria": more.get("eligibility", "")},
            designModule={"studyType": more.get("study", "INTERVENTIONAL")},
        )
    )


# --- The vocabulary keeps its promises ---


@pytest.mark.parametrize(("field", "value", "spelling"), words.examples())
def test_the_vocabulary_reads_its_examples(field, value, spelling):
    found = {one.value for one in words.find(field, spelling)}
    assert found == set() if value == words.NOTHING else value in found


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
    assert found.confidence["donor"] is Confidence.MEDIUM
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


def test_a_dose_told_by_arm_keeps_the_arm_and_its_path():
    (level,) = trial(arm="1x10E6 MSCs/kg body weight").doses
    assert (level.arm, level.low, level.high, level.unit, level.evidence) == (
        "Treated",
        1e6,
        1e6,
        "cells/kg",
        "1x10E6 MSCs/kg",
    )
    assert level.path == "protocolSection.armsInterventionsModule.armGroups[0].description"


def test_a_dose_in_the_description_counts_only_where_arms_tell_none():
    summary = "Each patient will receive 5x10^7 cells."
    assert [level.low for level in trial(summary=summary).doses] == [5e7]
    assert [level.low for level in trial(how="6x10^7 cells", summary=summary).doses] == [6e7]


def test_a_bare_number_of_exosomes_counts_particles():
    (level,) = trial("MSC exosomes in cirrhosis", given="MSC exosomes", how="4.0 × 10⁹ by inhalation").doses
    assert level.unit == "particles"


def test_the_dose_of_an_earlier_study_is_not_read():
    assert trial(summary="A previous study gave (1-6)*10^7 cells/time.").doses == ()


def test_not_stated_and_not_understood_differ():
    silent, unread = trial(), trial(how="1x10^6 cells/mL")
    assert (silent.doses, silent.issues) == ((), ())
    assert unread.doses == ()
    (issue,) = unread.issues
    assert (issue.nct_id, issue.message) == ("NCT00000001", "a concentration without a volume")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("once a week, 4 times", 4),
        ("for 3 times at week 0, 4 and 8", 3),
        ("9 times in total", 9),
        ("four times in one year", 4),
        ("MSC on days 1, 4, 11 and 18", 4),
        ("MSC infused on Day 0, Day 5 (±1) and Day 13 (±1)", 3),
        ("MSC injected on the first, fourth, seventh, and tenth day", 4),
        ("1-time or 2-time injection", 2),
        ("2 doses (apart from 24weeks)", 2),
        ("3 does of UC-MSCs", 3),
        ("in 6 divided doses", 6),
        ("MSC twice per week for 2 weeks", 4),
        ("MSC once per 4 week for 12 weeks", 3),
        ("MSC every 2 weeks for 3 months", 6),
        ("MSC monthly for three months", 3),
        ("a single intravenous infusion", 1),
        ("2 million cells per Kg via portal vein once", 1),
        ("for a total of 3 infusions", 3),
        ("MSC; plasma exchange 3 times", None),
        ("in a single center, single-blind", None),
        ("MSC; followed up at 1, 3 and 6 months", None),
        ("MSC; patients are monitored every 3 months for one year", None),
        ("as a single infusion or several infusions", None),
        ("MSC 3 times a week", None),
        ("the first MSC infusion at day 0, and the second infusion of MSC two weeks later", 2),
        ("one million MSC/kg, the second transplantation 3 months after the first transplantation", 2),
        ("MSC after a second liver transplantation", None),
        ("MSC at 0,1,5,6 week", 4),
        ("MSC; a single infusion, assessed at 1, 3 and 6 months", 1),
        ("MSC on day 1 and repeated on day 4", 2),
        ("75 million MSC at baseline and possibly again after 3 months", 2),
        ("MSC infused at surgery and day 4", 2),
        ("Treatment will consist of 3-5 doses of MSC", 5),
        ("a total of 6 intravenous infusions of MSC or placebo", 6),
        ("8 autologous HB-adMSC infusions", 8),
        ("one dose of MSC once a day for continuous six days", 6),
        ("MSC every 2 months for a year", 6),
        ("one of three infusions: saline, MSC low, MSC high", None),
        ("15 injections of MSC in the anterior wall", 15),
        ("MSC, 15 injections in the anterior wall of the ventricle", None),
        ("MSC; sterility tests are done three times", None),
        ("compared two doses of MSC", None),
        ("one infusion of MSC; re-treatment: at week 24 arms will be reversed compared to week 0", 1),
        ("MSC infused on day 3, 7 and 14 after liver transplantation", 3),
        ("MSC infusion and imaging of patients who receive MSC at month 1, 3 and 6 after the infusion", None),
        ("at week 24 treatments with MSC will be reversed", None),
        ("1x10^6 MSC/kg a safe dose", None),
    ],
)
def test_infusions(text, number):
    assert trial(how=text).infusions_max == number


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


# --- A person corrects ---


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


def test_a_correction_wins_and_is_visible():
    correction = {
        "field": "cell_source",
        "value": ["skin"],
        "reason": "the protocol says so",
        "date": date(2026, 1, 2),
    }
    found = overrides.corrected(Therapy("NCT00000001"), [correction])
    assert found.cell_source == ("skin",)
    assert found.evidence["cell_source"][0].rule == "override: the protocol says so"


@pytest.mark.parametrize(
    "change",
    [
        {"field": "colour"},
        {"value": "skin"},
        {"field": "doses", "value": 3},
        {"field": "infusions_max", "value": "3"},
    ],
)
def test_a_correction_of_nothing_is_refused(change):
    correction = {
        "field": "cell_source",
        "value": ["skin"],
        "reason": "why",
        "date": date(2026, 1, 2),
    } | change
    with pytest.raises(ConfigError):
        overrides.corrected(Therapy("NCT00000001"), [correction])


def test_a_correction_without_a_reason_is_refused():
    with pytest.raises(ConfigError, match="reason"):
        overrides.corrected(
            Therapy("NCT00000001"), [{"field": "route", "value": ["other"], "date": date(2026, 1, 2)}]
        )


def test_a_corrected_dose_is_a_dose():
    value = [{"low": 1e6, "high": 2e6, "unit": "cells/kg"}]
    correction = {"field": "doses", "value": value, "reason": "why", "date": date(2026, 1, 2)}
    (level,) = overrides.corrected(Therapy("NCT00000001"), [correction]).doses
    assert (level.low, level.high, level.unit) == (1e6, 2e6, "cells/kg")


# --- The review's table, by the same code ---

PRINTED = list(csv.DictReader(SEEDS.open(encoding="utf-8", newline=""))) if SEEDS.is_file() else []


def printed(row, *, judged=True):
    cells = (row[f"{name}_as_printed"] for name in ("source", "route", "dose", "disease"))
    return read_printed(*cells, row=int(row["review_row"]) if judged else None)


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"row-{row['review_row']}")
def test_a_printed_row_gives_its_normalised_columns(row):
    found = printed(row)
    assert set(found.cell_source) == set(row["cell_source"].split(";"))
    assert found.donor == tuple(row["donor"].split(";"))
    assert set(found.route) == set(row["route"].split(";"))
    dose = [(level.low, level.high, level.unit) for level in found.doses]
    assert dose == (
        [(float(row["dose_low"]), float(row["dose_high"]), row["dose_unit"])] if row["dose_low"] else []
    )
    assert found.indication_group == row["indication_group"]
    assert found.aetiology == tuple(row["aetiology"].split(";"))


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"row-{row['review_row']}")
def test_source_donor_route_and_dose_need_no_judgement(row):
    judged, read_alone = printed(row), printed(row, judged=False)
    for name in ("cell_source", "donor", "route", "doses"):
        assert getattr(read_alone, name) == getattr(judged, name)


def test_the_judgements_are_visible():
    judged = {
        int(row["review_row"])
        for row in PRINTED
        for seen in printed(row).evidence.values()
        if seen[0].rule.startswith("override: ")
    }
    assert judged == {4, 5, 6, 7, 9, 12, 17, 18, 20, 22}
