"""Registration numbers are told by their formats, however a text spells them."""

from __future__ import annotations

import pytest

from mscwatch.papers.numbers import registry_numbers


def written(text):
    return [number.number for number in registry_numbers(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("registered (NCT01220492)", "NCT01220492"),
        ("ClinicalTrials.gov: NCT 01220492.", "NCT01220492"),
        ("nct01220492", "NCT01220492"),
        ("NCT-01220492", "NCT01220492"),
        ("EudraCT 2006-002363-59", "2006-002363-59"),
        ("EudraCT number: 2006-002363-59-DE", "2006-002363-59"),
        ("CTIS 2023-508083-30-00", "2023-508083-30"),
        ("EU CT 2023-508083-30", "2023-508083-30"),
        ("ISRCTN15660965", "ISRCTN15660965"),
        ("ISRCTN 15660965", "ISRCTN15660965"),
        ("ChiCTR2000037732", "ChiCTR2000037732"),
        ("chictr-trc-12002501", "ChiCTR-TRC-12002501"),
        ("ChiCTR–OOC–15007043", "ChiCTR-OOC-15007043"),
        ("UMIN000022601", "UMIN000022601"),
        ("UMIN-CTR ID: 000022601", "UMIN000022601"),
        ("JPRN-UMIN000022601", "UMIN000022601"),
        ("jRCT2051220179", "jRCT2051220179"),
        ("jRCTs031180123", "jRCTs031180123"),
        ("JapicCTI-142540", "JapicCTI-142540"),
        ("IRCT2016070428786N1", "IRCT2016070428786N1"),
        ("IRCT20080901001165N58", "IRCT20080901001165N58"),
        ("CTRI/2010/091/000123", "CTRI/2010/091/000123"),
        ("CTRI No. CTRI/2022/06/043399", "CTRI/2022/06/043399"),
        ("ACTRN12610000123456", "ACTRN12610000123456"),
        ("DRKS-ID: DRKS00012345", "DRKS00012345"),
        ("NTR2284", "NTR2284"),
        ("KCT0001234", "KCT0001234"),
    ],
)
def test_a_number_is_read_as_its_registry_writes_it(text, number):
    assert written(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "NCT0122049",
        "NCT012204921",
        "NCT00000000",
        "XNCT01220492",
        "phone 2006-00236-59",
        "in 2019-2020, 123456 people",
        "ISRCTN1566096",
        "ChiCTR200003773",
        "the NTR of 5",
        "KCT12",
        "PMID 33370477",
        "",
    ],
)
def test_what_only_looks_like_a_number_is_none(text):
    assert written(text) == []


def test_numbers_come_once_and_in_their_order():
    text = "ISRCTN15660965, NCT01220492 and again NCT01220492; EudraCT 2006-002363-59"
    assert written(text) == ["ISRCTN15660965", "NCT01220492", "2006-002363-59"]


def test_a_ctis_number_is_not_a_eudract_number_too():
    assert [number.registry for number in registry_numbers("2023-508083-30-00")] == ["CTIS"]


def test_a_long_text_of_near_numbers_ends():
    assert written("NCT-" * 50_000 + "2006-0023" * 20_000) == []
