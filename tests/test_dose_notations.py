"""The dose reader: every notation found in records, then any text at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mscwatch.therapy.amounts import amounts, plain_signs
from mscwatch.therapy.doses import read_doses
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.plausible import is_plausible

UNITS = {"cells", "cells/kg", "particles", "other"}


def doses(text, **options):
    """What is read of a text, plausible or not."""
    levels, _, odd = read_doses(Passage("here", text).sentences(), **({"bare": True} | options))
    return [(level.low, level.high, level.unit) for level in (*levels, *odd)]


def implausible(text, **options):
    """The dose levels of a sentence that are outside the bounds."""
    _, _, levels = read_doses(Passage("here", text).sentences(), **({"bare": True} | options))
    return levels


def issues(text, **options):
    _, unread, _ = read_doses(Passage("here", text).sentences(), **({"bare": True} | options))
    return [one.message for one in unread]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1x10E6 MSCs/kg body weight", [(1e6, 1e6, "cells/kg")]),
        ("2x10e6 allogeneic ABCB5-positive mesenchymal stem cells/kg", [(2e6, 2e6, "cells/kg")]),
        ("by peripheral vein(2×105/Kg, once a week, 4 times)", [(2e5, 2e5, "cells/kg")]),
        ("1×106 huc-MSCs/kg body weight", [(1e6, 1e6, "cells/kg")]),
        ("4 doses of 2 x 106/kg", [(2e6, 2e6, "cells/kg")]),
        ("approximately 2.5 x 106 cells/kg", [(2.5e6, 2.5e6, "cells/kg")]),
        ("5X107 autologous mesenchymal stem cell", [(5e7, 5e7, "cells")]),
        ("2×107 hUC-MSC", [(2e7, 2e7, "cells")]),
        ("approximately 5 x 10^7 cells/10 mL (range: 4.5 x 10^7 to 5.5 x 10^7 cells/10 mL)", [(5e7, 5e7, "cells")]),
        ("10 ml autologous BMSCs(7~8log10 cells/ml) were infused", [(1e8, 1e9, "cells")]),
        ("every time 6*10^7 (30ml)", [(6e7, 6e7, "cells")]),
        ("6 * 10 ^ 7 (30 ml)", [(6e7, 6e7, "cells")]),
        ("UC-MSCs(6.0×10E7cells per time)", [(6e7, 6e7, "cells")]),
        ("doses of 5, 10 and 15 ×10E7 cells", [(5e7, 5e7, "cells"), (1e8, 1e8, "cells"), (1.5e8, 1.5e8, "cells")]),
        ("1*10^8 cells/dose, 2 doses", [(1e8, 1e8, "cells")]),
        ("hUC-MSCs 12*10^5/kg/each time", [(1.2e6, 1.2e6, "cells/kg")]),
        ("(1-6)*10^7 cells/time", [(1e7, 6e7, "cells")]),
        ("1-2 millions of MSCs per kilogram body weight", [(1e6, 2e6, "cells/kg")]),
        ("1.000.000(one million) cells/kg, IV", [(1e6, 1e6, "cells/kg")]),
        ("50 million cells via hepatic artery", [(5e7, 5e7, "cells")]),
        ("100 million MSCs for each subject", [(1e8, 1e8, "cells")]),
        ("2 million cells per Kg via portal vein once", [(2e6, 2e6, "cells/kg")]),
        (r"1.5x10\^8 cells/time", [(1.5e8, 1.5e8, "cells")]),
        (r"2.0x10\^6/kg", [(2e6, 2e6, "cells/kg")]),
        (r"4.0\*10\^6/kg", [(4e6, 4e6, "cells/kg")]),
        ("2.5M Cell, 5M Cell, 7.5M Cell", [(2.5e6, 2.5e6, "cells"), (5e6, 5e6, "cells"), (7.5e6, 7.5e6, "cells")]),
        ("125,000 HLSCs x gram of liver/dose", [(125000, 125000, "other")]),
        ("3-5×10^7", [(3e7, 5e7, "cells")]),
        ("(4.0-4.5)×10^8", [(4e8, 4.5e8, "cells")]),
        ("1.0 to 10×10^5 cells/kg", [(1e5, 1e6, "cells/kg")]),
        ("0.1-1x10E6 MSCs/kg", [(1e5, 1e6, "cells/kg")]),
        ("1x10e8 ~3x10e8 cells", [(1e8, 3e8, "cells")]),
        ("between 1x10^6 and 2x10^6 cells/kg", [(1e6, 2e6, "cells/kg")]),
        ("0,5 million * weight (kg)", [(5e5, 5e5, "cells/kg")]),
        ("5 x 10⁶ cells", [(5e6, 5e6, "cells")]),
        ("2×1,000,000 MSC/kg", [(2e6, 2e6, "cells/kg")]),
        ("1×106 to 3×106 cells/kg", [(1e6, 3e6, "cells/kg")]),
        ("injection of 15,000,000 Human Umbilical Cord Mesenchymal Stem Cells", [(1.5e7, 1.5e7, "cells")]),
        ("Low-dose group: 1000000 cells/kg High-dose group: 4000000 cells/kg", [(1e6, 1e6, "cells/kg"), (4e6, 4e6, "cells/kg")]),
        ("one billion mesenchymal stem cells", [(1e9, 1e9, "cells")]),
        ("20 x106 (20 million) cells", [(2e7, 2e7, "cells")]),
        ("(1x10^6, 10x10^6, 20x10^6 cells/kg)", [(1e6, 1e6, "cells/kg"), (1e7, 1e7, "cells/kg"), (2e7, 2e7, "cells/kg")]),
        ("2.0*10^8 particles of MSC exosomes", [(2e8, 2e8, "particles")]),
        ("5 x 10^5 cells per square cm", [(5e5, 5e5, "other")]),
        ("1x10^6 cells/mL, 50 mL in all", [(5e7, 5e7, "cells")]),
        ("2 million cells/kg up to 150 million cells", [(2e6, 2e6, "cells/kg")]),
        ("up to 1x10^6 MSCs per kg", [(1e6, 1e6, "cells/kg")]),
        ("1.10^6 CSM / kg, 2.10^6 CSM / kg", [(1e6, 1e6, "cells/kg"), (2e6, 2e6, "cells/kg")]),
        ("Dose 10 mil/kg of cells", [(1e7, 1e7, "cells/kg")]),
        ("200 mln. cells per 400 mL", [(2e8, 2e8, "cells")]),
        ("about 1.2 trillion EVs", [(1.2e12, 1.2e12, "particles")]),
        ("10 E10 MSC-EV particles per 100ml", [(1e10, 1e10, "particles")]),
        ("10x10^6 unit of umbilical cord mesenchymal stem cells in 2 ml", [(1e7, 1e7, "cells")]),
        ("MSC 30 million unit", [(3e7, 3e7, "cells")]),
        ("a minimum dose of 0.5 x106 CSM / kg and a maximum of 1, 5x106 CSM / kg", [(5e5, 1.5e6, "cells/kg")]),
        ("bags of 60million cells per bag are thawed; 1million UCMSCs per kilogram are infused", [(1e6, 1e6, "cells/kg")]),
        ("3×10^7 per side (total 6×10^7 cells)", [(6e7, 6e7, "cells")]),
        ("5 to 10 million MSCs in each dose. 10 million cells is the maximum dose", [(5e6, 1e7, "cells")]),
        ("1.5 million cells/kg, not to exceed 150 million cells", [(1.5e6, 1.5e6, "cells/kg")]),
        ("200 x 10^6 stem cells (hMSC), reconstituted in 80 mL, delivered at 2 mL/min", [(2e8, 2e8, "cells")]),
    ],
)  # fmt: skip
def test_a_notation_found_in_records(text, expected):
    assert doses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ursodeoxycholic acid 13 mg/kg/day",
        "BMI above 30 kg/m2",
        "platelets above 50x10^9/L",
        "platelet count 5 x 10^4 /mm3",
        "about 93 million carriers of hepatitis B",
        "HBV DNA below 1x10^5 IU/mL",
        "100-200ml of bone marrow",
        "every 3 days, three times",
        "25 million hepatocytes per kilogram",
        "delivered at 5x10^5 MPCs/min",
        "HC-SVT-1001 for NCT01378182 in 2015",
        "a 2x10 mm balloon",
        "10 mg of tacrolimus and 1000 mg of mycophenolate",
    ],
)
def test_what_is_no_dose_of_the_cells(text):
    assert doses(text) == []


def test_a_concentration_without_a_volume_is_an_issue():
    assert (doses("2 million cells per mL"), issues("2 million cells per mL")) == (
        [],
        ["a concentration without a volume"],
    )


@pytest.mark.parametrize("text", ["3x10^13 cells", "5 x 10^20 cells/kg", "0.001 x 10^3 cells"])
def test_an_implausible_number_is_set_apart(text):
    assert (len(doses(text)), len(implausible(text))) == (1, 1)


@given(
    m=st.integers(1, 99),
    e=st.integers(0, 15),
    sign=st.sampled_from(["x10^", " x 10E", "*10^", "×10e"]),
    unit=st.sampled_from([" cells", " MSCs/kg", " hUC-MSCs", " cells per kilogram"]),
)
def test_every_written_number_of_cells_is_a_dose_or_set_apart_as_implausible(m, e, sign, unit):
    text, number = f"a dose of {m}{sign}{e}{unit}", float(f"{m}e{e}")
    plausible = is_plausible("cells/kg" if "k" in unit else "cells", number, number)
    assert (len(doses(text)), len(implausible(text))) == (1, 0 if plausible else 1)


def test_hepatocytes_are_a_dose_where_they_are_the_product():
    counted = frozenset({"hepatocyte"})
    assert doses("25 million hepatocytes per kilogram", counted=counted) == [(2.5e7, 2.5e7, "cells/kg")]


def test_a_bare_power_in_a_description_counts_nothing():
    assert doses("a titre of 6*10^7", bare=False) == []


# --- Any text ---

pieces = st.sampled_from(
    ["1", "2.5", "10", "1,5", "1.000.000", "x", "×", "*", r"\*", "10", "^", r"\^", "E", "e", "6", "7", "10E6", "106", "⁶",
     " ", "-", "~", " to ", ", ", " and ", "(", ")", "million", "billion", "log10", "cells", "MSCs", "/kg", "/mL", "10 ml",
     " per ", "kg", "particles", "IU", "mg", "/", "one", "±", "%", ".", "\n", "hepatocytes", "maximum of ", "x10", "9" * 30]
)  # fmt: skip
typed = st.one_of(
    st.text(max_size=80),
    st.lists(pieces, max_size=14).map("".join),
    st.lists(pieces, max_size=12).map(" ".join),
)


@given(text=typed, bare=st.booleans())
def test_any_text_gives_plausible_numbers_with_units_or_issues(text, bare):
    levels, unread, odd = read_doses(Passage("here", text).sentences(), bare=bare)
    for level in levels:
        assert level.unit in UNITS
        assert level.low <= level.high
        assert level.evidence in text
        assert is_plausible(level.unit, level.low, level.high)
    assert not any(is_plausible(level.unit, level.low, level.high) for level in odd)
    assert all(one.message for one in unread)


@given(text=typed)
def test_amounts_keep_their_places(text):
    signs = plain_signs(text)
    assert len(signs) == len(text)
    for amount in amounts(signs):
        assert 0 <= amount.start < amount.end <= len(text)
        assert amount.low <= amount.high


tenths = st.integers(1, 300).map(lambda tenth: tenth / 10)
exponents = st.integers(5, 9)
powers = st.sampled_from(
    [
        "{m}x10^{e}",
        "{m} × 10{e}",
        "{m}*10E{e}",
        "{m} x 10e{e}",
        r"{m}\*10\^{e}",
        "{m}X10^{e}",
        "{m} * 10 ^ {e}",
        "{m}x10({e})",
    ]
)
units = st.sampled_from(
    [
        (" cells/kg", "cells/kg"),
        ("/Kg", "cells/kg"),
        (" MSCs per kilogram", "cells/kg"),
        (" UC-MSCs", "cells"),
        ("", "cells"),
        (" cells/time", "cells"),
        (" particles", "particles"),
    ]
)


@given(m=tenths, e=exponents, power=powers, unit=units, comma=st.booleans())
def test_a_written_power_is_read_back(m, e, power, unit, comma):
    mantissa = f"{m:g}".replace(".", ",") if comma else f"{m:g}"
    value = float(f"{m:g}e{e}")
    assert doses(f"a dose of {power.format(m=mantissa, e=e)}{unit[0]}") == [(value, value, unit[1])]


@given(
    low=st.integers(1, 9),
    more=st.integers(1, 9),
    e=exponents,
    dash=st.sampled_from(["-", "~", "–", " to ", " - "]),
)
def test_a_written_range_is_read_back(low, more, e, dash):
    expected = [(float(f"{low}e{e}"), float(f"{low + more}e{e}"), "cells/kg")]
    assert doses(f"{low}{dash}{low + more} x 10^{e} cells/kg") == expected
    assert doses(f"{low}x10^{e}{dash}{low + more}x10^{e} cells/kg") == expected


@given(st.lists(st.integers(1, 30), min_size=2, max_size=4, unique=True).map(sorted), exponents)
def test_a_list_with_one_exponent_is_read_back(values, e):
    written = ", ".join(map(str, values[:-1])) + f" and {values[-1]}"
    assert doses(f"doses of {written} x10E{e} cells") == [
        (float(f"{value}e{e}"),) * 2 + ("cells",) for value in values
    ]


@given(st.integers(1, 900), st.sampled_from([("million", 6), ("millions of", 6), ("billion", 9)]))
def test_a_number_in_words_is_read_back(number, scale):
    value = number * 10.0 ** scale[1]
    assert doses(f"{number} {scale[0]} cells") == [(value, value, "cells")]


@given(st.integers(10_000, 900_000_000), st.sampled_from([",", ".", ""]))
def test_a_plain_number_is_read_back(number, mark):
    written = f"{number:,}".replace(",", mark)
    assume(not re.search(r"\.10\d$", written))  # "10.106" is 10 million, its superscript lost
    assert doses(f"a dose of {written} cells") == [(number, number, "cells")]


@pytest.mark.parametrize(
    ("written", "number"), [("10.106", 1e7), ("10.206", 10_206), ("10.106.200", 10_106_200)]
)
def test_a_point_before_a_power_of_ten_is_no_mark_of_thousands(written, number):
    assert doses(f"a dose of {written} cells") == [(number, number, "cells")]
