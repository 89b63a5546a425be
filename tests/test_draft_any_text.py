"""Any text as title and abstract: every cell shows its literal words, and a long text takes seconds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscwatch.review.draft import draft

COLUMNS = {
    *("n_treated", "n_control", "design", "cell_source", "donor", "product_form", "route", "dose_low", "dose_high", "dose_unit"),
    *("infusions_max", "disease", "indication_group", "aetiology", "effect", "indicators", "registry_ids"),
}  # fmt: skip
pieces = st.sampled_from(
    ["Thirty", "20", "one hundred", "patients", "with", "cirrhosis", "received", "UC-MSCs", "group A", "(n = 15)", "(n=15", "control group", "and", "or", "placebo",
     "were randomly assigned to", "Methods:", "RESULTS", "Conclusions", ".", ". ", "; ", ",", "1·5", "× 10⁶", "x 106", "million", "cells/kg", "range", "hepatic artery", "intravenously",
     "albumin", "MELD", "improved significantly", "no significant difference", "safe", "in both groups", "hepatitis B", "NCT 09999901", "two equal groups", "in each group", "knees",
     "contralateral knee", "\n", "\u2009", "<b>", "|", "=cmd()", "\ud800", "\u202e", "bone marrow", "autologous", "three times", "weekly for 4 weeks", "we", "study"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=40).map(" ".join))


@given(title=texts, abstract=texts)
def test_every_cell_shows_its_literal_words_and_holds_one_value_of_its_kind(title, abstract):
    row = draft(title, abstract)
    for column, cell in row.items():
        assert column in COLUMNS
        assert cell.evidence in (title if cell.sentence == 0 else abstract)
        assert cell.evidence == cell.evidence.strip() != ""
        assert len(cell.evidence) <= 300
    cells = {column: cell.value for column, cell in row.items()}
    assert all(
        type(cells[name]) is int for name in ("n_treated", "n_control", "infusions_max") if name in cells
    )
    assert {"dose_low", "dose_high", "dose_unit"} & cells.keys() in (
        set(),
        {"dose_low", "dose_high", "dose_unit"},
    )
    assert cells.get("dose_low", 0) <= cells.get("dose_high", 0)
    for name in ("cell_source", "donor", "route", "aetiology", "indicators", "registry_ids"):
        assert cells.get(name, ("one",)) != ()


QUICK = ("20 patients ", "(n = 20) ", "1x10^6 cells/kg; ")
OTHERS = (
    "a",
    "patients ",
    "group A ",
    "we treated 20 patients with MSCs. ",
    "one hundred and ",
    "significantly ",
    "1·",
    "no ",
    "and MSC ",
    "20 patients vs.",
)


@pytest.mark.parametrize("fragment", [*QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS)])
def test_a_megabyte_takes_seconds(fragment):
    begun = time.process_time()
    draft(fragment * (10_000 // len(fragment)), fragment * (1_000_000 // len(fragment)))
    assert time.process_time() - begun < 5
