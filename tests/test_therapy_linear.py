"""Hostile texts: the reading takes time in proportion to their length, whatever they repeat."""

from __future__ import annotations

import time

import pytest

from support.therapy import forget, trial

SHORT, LONG = 600, 4_800  # letters in each of six fields
# A linear reading takes 8 times as long for 8 times the text, a quadratic one 64 times. Between them is room for noise.
MOST = 24
LEAST = 0.004  # seconds below which a measurement says nothing

FRAGMENTS = [
    " ", "\t", "a", "1", "1 ", "1,", "1.", "1.000.", "1 000 ", "10^", "x10^6 ", "1x10^6 MSC, ", "10E6 ", "e6", "million ", "- ", "(", "1-2-",
    "5 ml ", "10 ml MSC ", "1x10^6 cells/ml ", "bone ", "umbilical cord ", "UC-MSC ", "MSC-", "SC ", "hUC-", "stem cell ", "inject ",
    "injected into the ", "into the a ", "intra", "intravenous ", "day 1, ", "day 1 (", "days ", "week 1 and ", "every ", "every 2 weeks for 3 months ",
    "once a week ", "for a ", "two ", "2 infusions ", "single ", "repeated after ", "second ", "additional ", "2 additional infusions ", "one one ",
    "Rituximab 2 times ", "cycle ", "4 cycles ", "hepatitis B and ", "exosome MSC ", "MSC and exosomes ", "autologous ", "between 1 and ",
    "two syringes of ", "/bag ", "a-", "A-", "a.", ". ", ";", "\n", "1\u00b1", "every each ", "interval between ", "transplantation of the ",
    "liver ", "not ", "without ", "diabetes ", "seeded on ", "MSC mixed with chondrocytes ", "followed by ",
    "a total of 2 ml injected ", "(1, 2", "3 doses every ", "stem cells and mesenchymal stem cells ", "alternate days ", "2 cycles of 3 ",
    "implant a ", "cells in hyaluronic acid ", "1st at day 1, ", "MSC (", "not-treated ", "from the a ",
    "blood of a ", "total 9x10^6, 3 infusions of 3x10^6 MSC ", "hundred and ", "one and a ", "CD34+ cells of ", "1 10E6 ", "5 IU/kg ",
    "minimum 1 and a maximum of ", "in (total 2) ", "then MSC ", "days 1 and 2, then infusions of ",
]  # fmt: skip


def taken(text):
    """The least processor time of two readings of a trial whose texts are this one, in seconds."""
    spent = []
    for _ in range(2):
        forget()  # so that a second reading takes its time too
        begun = time.process_time()
        trial(text, given="MSC " + text, how=text, arm=text, summary=text, detail=text, eligibility=text)
        spent.append(time.process_time() - begun)
    return min(spent)


QUICK = ("1", "10E6 ", "1x10^6 MSC, ", "day 1, ", "umbilical cord ", "injected into the ", "2 infusions ")


@pytest.mark.parametrize(
    "fragment",
    [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in FRAGMENTS],
)
def test_time_grows_with_the_length_of_the_text(fragment):
    short = taken("MSC on day 1" + fragment * (SHORT // len(fragment)))
    long = taken("MSC on day 1" + fragment * (LONG // len(fragment)))
    assert long / max(short, LEAST) < MOST
