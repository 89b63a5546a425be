"""A new version of a record rewrites the tables of `ctgov` that read what changed, and no other."""

import json
from datetime import datetime

import pytest

from mscwatch.store import ctgov, working
from mscwatch.store.touched import changed_fields, tables_that_read
from support.ctgov_records import ODD, RESULTS, everything, opened, refresh
from support.orders import WATCH, run_nights
from support.records import edited, record, set_status
from support.snapshots import night_at

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


def set_module(name, content):
    return lambda one: one["protocolSection"].update({name: content})


def test_what_nights_leave_in_the_tables_is_what_their_records_say(tmp_path):
    """Three trials change, each another field; then one is new and one changes; then one is back with a change."""
    first = [record(1), record(2), record(3), record(4)]
    second = [
        edited(first[0], set_status("COMPLETED")),
        edited(first[1], set_module("conditionsModule", {"keywords": ["cells"]})),
        edited(first[2], set_module("armsInterventionsModule", {"interventions": []})),
    ]
    third = [edited(second[0], set_module("conditionsModule", {})), *second[1:], record(5)]
    fourth = [*third, edited(first[3], set_module("designModule", {"studyType": "INTERVENTIONAL"}))]
    contents = enumerate((first, second, third, fourth), start=3)
    nights = [night_at(datetime(2022, 10, day, 9), *records) for day, records in contents]
    order = run_nights(tmp_path / "data", nights, watch=WATCH)
    with working.open_warehouse(order.data_dir) as con:
        left = everything(con)
        con.execute(
            "CREATE TEMP TABLE current AS "
            "SELECT nct_id, coalesce(plain, record)::VARCHAR AS record FROM versions WHERE valid_to IS NULL"
        )
        ctgov.refresh(con, "current")
        assert con.execute("SELECT count(*) FROM versions").fetchall() == [(10,)]
        assert left == everything(con)
