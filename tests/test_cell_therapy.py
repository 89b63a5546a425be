"""The watch cell-therapy-liver: every kind of cell of the review's Table 1 is found and read, and no study that only counts."""

from __future__ import annotations

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.record import record_nct_id
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica
from mscwatch.screening import relevance
from mscwatch.watches import load_watch
from support.orders import order_for
from support.records import record
from support.snapshots import nights
from support.warehouse import rows

RULES = "cell-therapy-liver"


CITATION = "Doe J. A phase 1 trial of cells in patients with liver cancer. J Cells. 2021 May;1(1):1-9."


def trial(number, title, condition, product, *, study_type="INTERVENTIONAL", summary="", references=()):
    return record(
        number,
        identificationModule={"nctId": f"NCT{number:08}", "briefTitle": title},
        conditionsModule={"conditions": [condition]},
        designModule={"studyType": study_type},
        armsInterventionsModule={"interventions": [{"type": "BIOLOGICAL", "name": product}]},
        descriptionModule={"briefSummary": summary},
        referencesModule={
            "references": [{"type": "DERIVED", "pmid": one, "citation": CITATION} for one in references]
        },
    )


GIVEN = {
    "CAR-T": ("GPC3 CAR-T cells", "Hepatocellular Carcinoma", "GPC3 CAR-T"),
    "CAR": ("Chimeric antigen receptor T cells in HCC", "HCC", "CAR cell infusion"),
    "TIL": ("Tumour infiltrating lymphocytes for children", "Hepatoblastoma", "TIL, one cell infusion"),
    "TCR-T": (
        "HBV antigen specific TCR-T cells",
        "HBV-related Hepatocellular Carcinoma",
        "TCR-T cell infusion",
    ),
    "CIK": ("Adjuvant CIK after resection", "Liver Cancer", "cytokine-induced killer cells"),
    "NK": ("Donor NK cells against recurrence", "Liver Transplant; Complications", "NK cell infusion"),
    "Treg": ("Tregs for tolerance", "Liver Transplantation", "autologous regulatory T cells"),
    "macrophages": ("Macrophage therapy for cirrhosis", "Cirrhosis, Liver", "autologous macrophages"),
    "dendritic": ("Pulsed dendritic cells", "HCC", "dendritic cells pulsed with lysate"),
    "CD34": ("CD34+ cells in cirrhosis", "Liver Cirrhosis", "autologous CD34+ cells"),
    "CD133": ("CD133+ cells before resection", "Liver Regeneration", "CD133+ bone marrow cells"),
    "mononuclear": ("Marrow cells", "Decompensated Cirrhosis", "bone marrow mononuclear cells"),
    "hepatocytes": ("Hepatocyte transplantation", "Urea Cycle Disorders", "human hepatocytes"),
    "liver cells": ("Liver cell infusion in infants", "Crigler-Najjar Syndrome", "liver cell suspension"),
    "EPC": ("EPC in liver failure", "Acute Liver Failure", "endothelial progenitor cells"),
    "MSC": ("UC-MSC in NASH", "NASH", "UC-MSC"),
    "virus": ("MSC against HBV cirrhosis", "HBV", "MSC"),
    "PBC": ("Cord MSC in PBC", "PBC", "MSC"),
    "PSC": ("Stem cells for PSC cholangitis", "PSC", "stem cells"),
}
COUNTED = {
    "phenotype": ("Immunophenotype of mononuclear cells in HCC", "Liver Cancer", "Atezolizumab"),
    "predictor": ("Regulatory T cells predict the response in hepatitis B", "Hepatitis B", "Peginterferon"),
    "marker": ("NK cells and macrophages in NASH", "NASH", "Liver biopsy"),
    "counted in the arms": ("Macrophages in HCC", "HCC", "Blood sample for mononuclear cells"),
    "progenitors": ("Circulating endothelial progenitor cells in cirrhosis", "Cirrhosis", "Blood sample"),
}


@pytest.fixture(scope="module")
def found():
    """The numbers that the packaged query finds among all of these trials."""
    everything = [
        trial(number, *facts) for number, facts in enumerate((*GIVEN.values(), *COUNTED.values()), start=1)
    ]
    with Replica(nights(everything)) as registry:
        client = Client(registry.url, Politeness("test python-requests", min_interval=0))
        parameters = load_watch(RULES).query.parameters()
        return {record_nct_id(one) for page in client.pages(parameters, 1000) for one in page.records}


@pytest.mark.parametrize("kind", GIVEN)
def test_cells_that_are_given_for_the_liver_are_found_and_core(kind, found):
    number = list(GIVEN).index(kind) + 1
    assert f"NCT{number:08}" in found
    assert relevance.read(trial(number, *GIVEN[kind]), RULES).relevance == "core"


@pytest.mark.parametrize("kind", COUNTED)
def test_a_study_that_only_counts_cells_is_off_and_an_unclear_one_is_for_a_person(kind):
    assert relevance.read(trial(1, *COUNTED[kind], study_type="OBSERVATIONAL"), RULES).relevance == "off"
    if kind != "counted in the arms":
        assert relevance.read(trial(1, *COUNTED[kind]), RULES).relevance in {"unsure", "off"}


def test_what_a_description_says_of_anybodys_cells_is_no_hint_and_what_it_says_of_a_product_is():
    drug = ("Nivolumab in HCC", "HCC", "Nivolumab")
    for said in (
        "It blocks regulatory T cells and natural killer cells.",
        "No earlier stem cell transplant.",
        "Macrophages are counted.",
    ):
        assert relevance.read(trial(1, *drug, summary=said), RULES).relevance == "off"
    coded = ("ABC-01 in cirrhosis", "Cirrhosis", "ABC-01")
    for said in ("ABC-01 is a suspension of stromal cells.", "A CAR-T product.", "A new cell therapy."):
        assert relevance.read(trial(1, *coded, summary=said), RULES).relevance == "unsure"


def test_an_observed_group_that_was_given_cells_stays():
    follow_up = (
        "Follow-up of patients with cirrhosis treated with CD34+ cells",
        "Cirrhosis",
        "CD34+ cells infusion",
    )
    assert relevance.read(trial(1, *follow_up, study_type="OBSERVATIONAL"), RULES).relevance == "core"


@pytest.mark.parametrize("rules", ["msc-liver", RULES])
def test_mesenchymal_cells_need_no_word_of_giving(rules):
    registry = ("Mesenchymal stem cells in cirrhosis", "Cirrhosis", "UC-MSC")
    assert relevance.read(trial(1, *registry, study_type="OBSERVATIONAL"), rules).relevance == "core"


@pytest.mark.parametrize("rules", ["msc-liver", RULES])
@pytest.mark.parametrize(
    ("title", "condition"),
    [
        ("PSC-01 for the knee", "Osteoarthritis"),
        ("PSC-derived MSC for the heart", "Heart Failure"),
        ("iPSC-derived MSC in diabetes", "Diabetes"),
    ],
)
def test_psc_is_not_always_the_liver(rules, title, condition):
    assert relevance.read(trial(1, title, condition, "MSC"), rules).relevance == "off"


def test_serology_in_the_arms_is_not_the_disease():
    tested = trial(1, "MSC in arthritis", "Arthritis", "MSC, after tests for HBV and HCV")
    assert relevance.read(tested, "msc-liver").relevance == "off"


# Table 1


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The view cell_types after one night of the packaged watch's rules."""
    folder = tmp_path_factory.mktemp("table")
    watch = folder / "all.toml"
    watch.write_text(
        f'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "{RULES}"\n[review]\ntable = true\n'
    )
    content = [
        trial(1, "CAR-T in liver cancer", "Liver Cancer", "CAR-T cells", references=["111"]),
        trial(
            2, "Hepatocyte transplantation in liver failure", "Liver Failure", "Hepatocyte transplantation"
        ),
        trial(3, "CD34+ cells in cirrhosis", "Liver Cirrhosis", "CD34+ cells"),
        trial(4, "Mononuclear cells in cirrhosis", "Liver Cirrhosis", "bone marrow mononuclear cells"),
        trial(5, "CAR-T in leukaemia", "Leukemia", "CAR-T cells"),
        trial(420134, "MSC in cirrhosis", "Liver Cirrhosis", "MSC"),
    ]
    with Replica(nights(content)) as registry:
        order = order_for(registry.url, watch, data_dir=folder / "data", report=False)
        assert run_watch(order).exit_code == 0
    return {row[0]: row[1:] for row in rows(order, COUNTS)}


COUNTS = (
    "SELECT cells, registered, registered_cirrhosis, registered_liver_failure, registered_other_liver, published, "
    "published_cirrhosis, trials[:2] FROM cell_types"
)


def test_each_row_of_table_1_counts_its_registered_and_published_trials(table):
    assert list(table) == ["Hepatocytes", "Hemopoietic cells", "Immune cells", "EPCs", "MSCs"]
    assert table["Hepatocytes"] == (1, 0, 1, 0, 0, 0, ["NCT00000002"])
    assert table["Hemopoietic cells"] == (2, 2, 0, 0, 0, 0, ["NCT00000003", "NCT00000004"])
    assert table["Immune cells"] == (1, 0, 0, 1, 1, 0, ["NCT00000001"])
    assert table["EPCs"] == (0, 0, 0, 0, 0, 0, [])


def test_a_trial_that_is_registered_and_in_table_2_counts_once_as_published(table):
    registered, of_cirrhosis, *_ = table["MSCs"]
    assert (registered, of_cirrhosis) == (1, 1)
    assert table["MSCs"][4:6] == (22, 14)
