"""What a person writes of rows of the living table in `decisions.toml`: it reads back, and what is wrong is named."""

from __future__ import annotations

import datetime as dt

import pytest

from mscwatch.errors import ConfigError
from mscwatch.screening import cells
from mscwatch.screening.decisions import read, with_entry
from mscwatch.screening.entries import RowDecision


def decision(paper, decision="accept", **more):
    usual = {"reason": "the full text says so", "date": dt.date(2026, 1, 31), "by": "A. Reader"}
    return RowDecision(paper=paper, decision=decision, **(usual | more))


@pytest.mark.parametrize(
    "one",
    [
        decision("10.1000/ABC", seen="abc"),
        decision("1", "reject", reason='"quoted" [[row]]\n\\'),
        decision("1", "correct", field="n_control", value=0),
        decision("1", "correct", field="cell_source", value="bone_marrow, adipose"),
        decision("1", "correct", field="colour", value=["red"]),
    ],
)
def test_whatever_is_decided_reads_back_from_the_file(one):
    assert read(with_entry("", one, "it"), "it").rows == (one,)


ENTRY = '[[row]]\npaper = 1\ndecision = "accept"\nreason = "r"\ndate = 2026-01-31\nby = "B"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY * 2, "row of paper 1 is decided already"),
        (ENTRY + 'field = "route"\n', "only `correct` takes"),
        (ENTRY.replace("accept", "correct"), "needs a field and a value"),
        (ENTRY.replace("accept", "correct") + 'field = "route"\nvalue = "mouth"\n', "'mouth' is not in the list"),
        (ENTRY.replace("accept", "perhaps"), "row entry 1 (line 1): decision"),
        (ENTRY + 'nct_id = "NCT00000001"\n', "nct_id is not a key"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_named_with_its_line(text, message):
    with pytest.raises(ConfigError) as error:
        read(text, "decisions.toml")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("n_treated", "-1", "is not a number above 0"),
        ("n_treated", "0", "is not a number above 0"),
        ("n_treated", "nan", "is not a number above 0"),
        ("n_treated", "1e20", "or too large"),
        ("n_treated", "2.5", "is not a whole number"),
        ("dose", "a lot", "is not a dose"),
        ("dose", "1e6 cells; 2e6 cells", "is not one dose"),
        ("disease", "x" * 301, "1 to 300 characters"),
        ("effect", "good", "'good' is not in the list"),
    ],
)
def test_what_cannot_be_the_value_of_a_cell_is_refused(name, value, says):
    with pytest.raises(ConfigError, match=says):
        cells.parted(name, value)


def test_a_dose_is_three_cells_and_no_controls_are_a_number():
    assert cells.parted("dose", "1e6-2e6 cells/kg") == {
        "dose_low": 1e6,
        "dose_high": 2e6,
        "dose_unit": "cells/kg",
    }
    assert set(cells.parted("dose", "not_stated").values()) == {"not_stated"}
    assert cells.parted("n_control", "0") == {"n_control": 0}
