"""Relevance: situations from the registry, then every labelled real record."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mscwatch.record import record_nct_id
from mscwatch.screening import relevance
from support.records import record

SHARED = Path(__file__).parents[2] / "shared"


def titled(title, *, conditions=("Liver Cirrhosis",), product="UC-MSC", summary=""):
    return record(
        identificationModule={"nctId": "NCT00000001", "briefTitle": title},
        conditionsModule={"conditions": list(conditions)},
        armsInterventionsModule={"interventions": [{"name": product}]},
        descriptionModule={"briefSummary": summary},
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (titled("Mesenchymal Stem Cells for Cirrhosis"), "core"),
        (titled("Cell infusion", product="hUCMSCs"), "core"),
        (titled("Adipose Tissue Derived Stromal Cells", product="cells"), "core"),
        (titled("CD34+ cells in liver failure", product="CD34+"), "adjacent"),
        (titled("Stem cells", product="Hepatocyte transplantation"), "adjacent"),
        (
            titled("A new drink for cirrhosis", product="Drink", summary="mesenchymal stem cells were tried"),
            "unsure",
        ),
        (titled("MSC in babies delivered early", conditions=["Preterm Delivery"]), "off"),
        (titled("Fetal liver-derived mesenchymal cells for bones", conditions=["Osteogenesis"]), "off"),
        (titled("MSC in renal cirrhosis", conditions=["Renal Cirrhosis"]), "off"),
        (titled("iPSC-derived MSC for the knee", conditions=["Osteoarthritis"]), "off"),
        (titled("Aspirin in hepatitis", product="Aspirin"), "off"),
        (titled("HepaStem", conditions=["Urea Cycle Disorders"], product="HepaStem"), "core"),
        (
            titled("MSC that carry a gene, for liver cancer", conditions=["Liver Cancer"], product="MSC"),
            "core",
        ),
        (titled("MSC-EV in liver failure", product="MSC exosomes"), "core"),
        (titled("Follow-up of patients with cirrhosis treated with MSC", product="none"), "core"),
        (titled("MSC for GVHD of the liver", conditions=["GVHD"], product="MSC"), "adjacent"),
        (titled("MSC in diabetes", conditions=["Liver Transplantation"], product="MSC"), "adjacent"),
        (
            titled("Bone marrow stem cells in cirrhosis", product="autologous bone marrow stem cells"),
            "adjacent",
        ),
        (titled("ABMSC via the hepatic artery in cirrhosis", product="ABMSC"), "adjacent"),
        (
            titled("Bone marrow stem cells in cirrhosis", product="cells", summary="Mesenchymal stem cells"),
            "unsure",
        ),
        (titled("Mononuclear cells in cirrhosis", product="mononuclear cells"), "adjacent"),
        (titled("G-CSF in liver failure", product="G-CSF"), "off"),
        (titled("Mononuclear cells of the blood as a marker in hepatitis", product="Blood sample"), "off"),
        (titled("MET (mesenchymal-epithelial transition) in HCC", product="Tepotinib"), "off"),
        (
            titled(
                "Sorafenib",
                conditions=["HCC"],
                product="Sorafenib",
                summary="epithelial-mesenchymal transition",
            ),
            "off",
        ),
        (
            titled(
                "MSC in COVID-19",
                conditions=["COVID-19"],
                product="MSC; liver function and hepatitis B are tested",
            ),
            "off",
        ),
        (
            titled(
                "Liver-derived MSC for the knee", conditions=["Osteoarthritis"], product="Liver-derived MSC"
            ),
            "off",
        ),
    ],
)
def test_words_decide_by_where_they_stand(one, expected):
    found = relevance.read(one, "msc-liver")
    assert (found.relevance, bool(found.reason)) == (expected, True)


def test_a_watch_without_rules_is_unsure_of_everything():
    assert relevance.read(record(), "none").relevance == "unsure"


@pytest.mark.parametrize(
    ("title", "conditions", "group"),
    [
        ("MSC for decompensated cirrhosis", ["Liver Diseases"], "cirrhosis"),
        ("MSC for acute-on-chronic liver failure in cirrhosis", ["ACLF"], "liver_failure"),
        ("MSC after liver transplantation", ["Liver Failure"], "transplant"),
        ("MSC for Wilson's disease", ["Wilson's Disease"], "other_liver"),
        ("MSC in patients", ["Primary Biliary Cholangitis"], "cirrhosis"),
    ],
)
def test_the_indication_is_read_from_titles_then_conditions(title, conditions, group):
    assert relevance.read(titled(title, conditions=conditions), "msc-liver").indication_group == group


# Read by eye among the records at hand that name a liver: what they are by the guide of the labels.
OTHERS = {
    "adjacent": ["NCT01526850", "NCT03198546"],
    "off": [
        "NCT01967186", "NCT03183622", "NCT03706482", "NCT03920397", "NCT04623606", "NCT05453292", "NCT00139620",
        "NCT01054430", "NCT02344823", "NCT02369484", "NCT03318380", "NCT03566914", "NCT04374877", "NCT04514484",
        "NCT04856215", "NCT04891874", "NCT05023109", "NCT05743218", "NCT05809934", "NCT06223893", "NCT06352177",
        "NCT06777628", "NCT06860815", "NCT07461727",
    ],
}  # fmt: skip


def test_records_that_only_name_a_liver_are_not_told(real_records):
    by_id = {record_nct_id(one): one for one in real_records}
    for expected, numbers in OTHERS.items():
        read = {
            number: relevance.read(by_id[number], "msc-liver").relevance
            for number in numbers
            if number in by_id
        }
        assert read == dict.fromkeys(read, expected)


def test_labelled_real_records_are_read_as_two_people_read_them(real_records):
    path = SHARED / "gold" / "therapy_labels.csv"
    if not path.exists():
        pytest.skip(f"no labels at {path}")
    by_id = {record_nct_id(one): one for one in real_records}
    labels = list(csv.DictReader(path.open(encoding="utf-8")))
    read = {label["nct_id"]: relevance.read(by_id[label["nct_id"]], "msc-liver") for label in labels}
    wrong = [
        (label["nct_id"], label["relevance"])
        for label in labels
        if read[label["nct_id"]].relevance != label["relevance"]
    ]
    assert wrong == []
    core = [label for label in labels if label["relevance"] == "core"]
    assert [
        label["nct_id"]
        for label in core
        if read[label["nct_id"]].indication_group != label["indication_group"]
    ] == []
