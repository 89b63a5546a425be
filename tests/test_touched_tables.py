"""A new version of a record rewrites the tables of `ctgov` that read what changed, and no other."""

import json

import pytest

from mscwatch.store import ctgov
from mscwatch.store.touched import changed_fields, tables_that_read
from support.ctgov_records import ODD, RESULTS, everything, opened, refresh

FULL = ODD | {"resultsSection": RESULTS}
MODULES = [
    (section, module)
    for section in ("protocolSection", "derivedSection", "resultsSection")
    for module in FULL.get(section, {})
    if module != "identificationModule"  # without which there is no number
]


def without(section, module):
    """The full record without one of its modules."""
    return FULL | {section: {name: value for name, value in FULL[section].items() if name != module}}


def refill(con, record, tables):
    """Replace the rows of one trial in some tables, as a night does."""
    con.execute("CREATE OR REPLACE TEMP TABLE changed (nct_id VARCHAR, record VARCHAR)")
    con.execute("INSERT INTO changed VALUES ('NCT00000042', ?)", [json.dumps(record)])
    with ctgov.parsed(con, "SELECT nct_id, record FROM changed", tables=tables):
        ctgov.fill(con, tables)


@pytest.fixture(scope="module")
def filled():
    with opened() as connection:
        refresh(connection, FULL)
        yield connection


@pytest.mark.parametrize(("section", "module"), MODULES)
def test_the_tables_that_a_module_touches_are_all_that_it_changes(filled, section, module):
    changed = without(section, module)
    tables = tables_that_read(set(changed_fields(FULL, changed)))
    refill(filled, changed, tables)
    some = everything(filled)
    refill(filled, changed, ctgov.load_mapping())
    assert some == everything(filled)
    refill(filled, FULL, tables)


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": {"b": {"c": 1, "d": 2}}}, {"a": {"b": {"c": 1, "d": 3}}}, {"a.b.d"}),
        ({"a": {"b": {"c": {"d": 2}}}}, {"a": {"b": {"c": {"d": 3}}}}, {"a.b.c"}),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {}}}, {"a.b.c"}),
        ({"a": {"b": 1}}, {}, {"a"}),
        ({}, {"a": {"b": 1}}, {"a"}),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": "text"}}, {"a.b"}),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [2, 1]}}, {"a.b"}),
        ({"a": {"b": 1}}, {"a": {"b": True}}, {"a.b"}),
        ({"a": {"b": 1}}, {"a": {"b": 1.0}}, {"a.b"}),
        ({"a": {"b": None}}, {"a": {}}, set()),
        ({"hasResults": False}, {"hasResults": True}, {"hasResults"}),
    ],
)
def test_fields_that_differ_are_named_by_their_paths(before, after, fields):
    assert set(changed_fields(before, after)) == fields


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("protocolSection.statusModule.whyStopped", {"studies"}),
        (
            "protocolSection.contactsLocationsModule.locations",
            {"calculated_values", "countries", "facilities"},
        ),
        ("protocolSection.conditionsModule.keywords", {"keywords"}),
        ("derivedSection.miscInfoModule.versionHolder", set()),
        ("protocolSection.noSuchModule", set()),
    ],
)
def test_a_field_touches_the_tables_that_read_it(field, names):
    assert {table.name for table in tables_that_read({field})} == names


def test_a_section_touches_whatever_reads_a_part_of_it():
    names = {table.name for table in tables_that_read({"resultsSection"})}
    assert {"outcomes", "milestones", "calculated_values", "result_groups"} <= names
    assert "facilities" not in names
