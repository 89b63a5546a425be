"""What was done to cells before they are given, and words of patients, studies and flasks that look like it."""

from __future__ import annotations

import pytest

from support.therapy import trial


def modification(how="", **more):
    """What was done to the cells of a product that says no more than `how`."""
    return trial("Cells for a Disease", given="MSC", how=how, conditions=("Disease",), **more).modification


@pytest.mark.parametrize(
    "how",
    [
        "activated adipose-derived stromal vascular fraction and MSC",
        "activated umbilical cord MSC",
        "pre-activated MSC",
        "MSC pre-cultivated in a medium with nanoparticles",
        "MSC cultivated under hypoxia",
        "MSC exposed to low-intensity ultrasound",
        "MSC subjected to shock waves",
        "serum-starved MSC",
        "MSC activated by light",
        "MSC boosted with vitamin E",
    ],
)
def test_pretreated_cells(how):
    assert modification(how) == "pretreated"


@pytest.mark.parametrize(
    "how",
    [
        "genetically altered MSC",
        "hTERT-immortalised MSC",
        "MSC with knock-down of a gene",
        "virus-infected MSC",
    ],
)
def test_gene_modified_cells(how):
    assert modification(how) == "gene_modified"


@pytest.mark.parametrize(
    "how",
    [
        "You are asked to take part in a gene transfer research study with MSC",
        "patients with a genetically caused disease get MSC",
        "MSC are mixed and treated with anterior iliac crest bone",
        "MSC cultured in polymer flasks",
        "non-modified MSC",
        "MSC for adenovirus infection",
        "MSC; patients pretreated with steroids",
        "MSC with a thymidine kinase inhibitor",
        "tissue-engineered MSC",
        "MSC with activated PRP",
        "MSC suppress activated T cells",
        "Genetic modification of MSC is not done",
        "unlike gene-modified MSC, these are native",
        "MSC instead of genetically engineered cells",
    ],
)
def test_what_was_not_done_to_the_cells(how):
    assert modification(how) == "none_stated"
