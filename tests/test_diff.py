"""Which paths of two versions differ, and by which rule that is worth something or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscwatch.changes import diff
from support.records import edited, put, record

CONDITIONS = "protocolSection.conditionsModule.conditions"
TITLE = "protocolSection.identificationModule.briefTitle"
START = "protocolSection.statusModule.startDateStruct.date"
MESH = "derivedSection.conditionBrowseModule"
SITES = "protocolSection.contactsLocationsModule"


def site(**values):
    return put(f"{SITES}.locations", [{"city": "Hangzhou", "facility": "A hospital"} | values])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("aB *\\-", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_a_record_does_not_differ_from_itself(value):
    assert diff.differences({"protocolSection": value}, {"protocolSection": value}) == []


@given(json_values, json_values)
def test_every_difference_is_found_and_named_with_both_values(before, after):
    found = diff.differences({"protocolSection": before}, {"protocolSection": after})
    assert bool(found) == (before != after)
    assert all(difference.path.startswith("protocolSection") for difference in found)
    assert all(difference.is_material == (difference.rule == "content") for difference in found)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        (CONDITIONS, ["Hepatitis B", "Liver Cirrhosis"], "order"),
        (CONDITIONS, ["hepatitis  B", "Liver Cirrhosis"], "markup"),
        (CONDITIONS, ["Liver Cirrhosis"], "content"),
        (CONDITIONS, ["Liver Cirrhosis", "Hepatitis B", "Hepatitis B"], "content"),
        (TITLE, "Mesenchymal stem cells in\r\nliver cirrhosis", "markup"),
        (TITLE, "mesenchymal Stem cells in liver cirrhosis", "markup"),
        (TITLE, "Mesenchymal stem cells in liver cirrhosis.", "content"),
        (START, "2020-05-17", "precision"),
        (START, "2020", "precision"),
        (START, "2020-06-01", "content"),
        (START, "2020-05-in spring", "content"),
        (START.replace(".date", ".type"), "ESTIMATED", "content"),
        (f"{MESH}.meshes", [{"id": "D008103"}], "derived"),
    ],
)
def test_the_rule_that_decides_is_named(path, value, rule):
    before = record()
    (found,) = diff.differences(before, edited(before, put(path, value)))
    assert (found.rule, found.is_material) == (rule, rule == "content")
    assert path.startswith(found.path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("p \\< 0.05", "p < 0.05"),
        ("p &lt; 0.05", "p < 0.05"),
        ("1\\. first", "1. first"),
        ("a\\\\b", "a\\b"),
        ("Cre\u0301teil", "Créteil"),
    ],
)
def test_escapes_and_encodings_of_a_text_say_the_same(before, after):
    assert diff.plain_text(before) == diff.plain_text(after)


def test_two_texts_that_differ_in_a_sign_do_not_say_the_same():
    assert diff.plain_text("p < 0.05") != diff.plain_text("p > 0.05")


def test_a_backslash_before_a_letter_is_part_of_the_text():
    assert diff.plain_text("C:\\data") == "c:\\data"


@pytest.mark.parametrize(
    ("values", "rule"),
    [({"geoPoint": {"lat": 30.3, "lon": 120.2}}, "derived"), ({"city": "Ningbo"}, "content")],
)
def test_a_site_coded_anew_is_the_registrys_and_a_moved_one_is_content(values, rule):
    before = edited(record(), site(geoPoint={"lat": 30.2, "lon": 120.1}))
    (found,) = diff.differences(
        before, edited(before, site(**({"geoPoint": {"lat": 30.2, "lon": 120.1}} | values)))
    )
    assert (found.path, found.rule) == (f"{SITES}.locations", rule)


def test_precision_is_only_looked_at_in_dates():
    before = edited(record(), put(TITLE, "2020"))
    (found,) = diff.differences(before, edited(before, put(TITLE, "2020-05")))
    assert found.rule == "content"


def test_a_moved_version_holder_is_not_even_a_change():
    before = record()
    after = edited(before, put("derivedSection.miscInfoModule.versionHolder", "2022-10-07"))
    assert diff.differences(before, after) == []


def test_a_difference_shows_both_values():
    before = record()
    (found,) = diff.differences(before, edited(before, put(TITLE, "Another title")))
    assert found[:3] == (TITLE, "Mesenchymal stem cells in liver cirrhosis", "Another title")


def test_what_appears_or_goes_is_one_change_at_its_own_path():
    before = record()
    (found,) = diff.differences(
        before, edited(before, put("protocolSection.outcomesModule", {"otherOutcomes": []}))
    )
    assert found[:3] == ("protocolSection.outcomesModule", None, '{"otherOutcomes":[]}')


@pytest.mark.parametrize(
    ("path", "before", "after", "rule"),
    [
        ("statusModule.startDateStruct.date", "January 2019", "2019-01", "writing"),
        ("statusModule.startDateStruct.date", "January 2019", "2019-02", "content"),
        ("designModule.enrollmentInfo.count", "40", 40, "writing"),
        ("designModule.enrollmentInfo.count", "forty", 40, "content"),
        ("designModule.phases", [], None, "writing"),
        ("designModule.phases", [], ["PHASE1"], "content"),
        ("newModule", {"a": 1}, {"a": 2}, "content"),
    ],
)
def test_another_way_of_writing_the_same_value_is_not_material(path, before, after, rule):
    whole = f"protocolSection.{path}"
    old, new = (edited(record(), put(whole, value)) for value in (before, after))
    found = diff.differences(old, new)
    assert {(one.rule, one.is_material) for one in found} == {(rule, rule == "content")}
