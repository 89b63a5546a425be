"""The mapping of records to AACT's tables: whole, explained, and equal to a reading in plain Python."""

import calendar
import csv
import json
import re
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from mscwatch.store import ctgov

SHARED = Path(__file__).resolve().parents[2] / "shared"
RECORDS = [SHARED / "records" / name for name in ("studies.ndjson.gz", "msc_2022.ndjson.gz")]
AACT_COLUMNS = SHARED / "registry" / "aact_columns.csv"
PIECES = SHARED / "registry" / "pieces.json"  # the field tree that the API publishes
IGNORED = resources.files("mscwatch.warehouse") / "ctgov_ignored.csv"


def test_every_table_and_column_carries_its_meaning_into_the_database(con):
    con.execute(ctgov.comments())
    said = con.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'ctgov'"
    )
    comments = {(table, column): comment for table, column, comment in said.fetchall()}
    assert [key for key, comment in comments.items() if not comment] == []
    path = "protocolSection.designModule.enrollmentInfo.count"
    assert comments["studies", "enrollment"].endswith(f" Unit: participants. Source: {path}")
    tables = con.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'ctgov'"
    ).fetchall()
    assert [name for name, comment in tables if not comment] == []
    assert {name for name, _ in tables} == {table.name for table in ctgov.load_mapping()}


def test_the_mapping_reads_no_contact(con):
    touched = [
        path
        for path in ctgov.mapped_paths()
        if re.search(r"contacts\b|phone|email|pointOfContact", path, re.IGNORECASE)
    ]
    assert touched == []


def test_mapped_paths_are_plain_paths(con):
    paths = ctgov.mapped_paths()
    assert {
        "protocolSection.designModule.phases[]",
        "protocolSection.outcomesModule.otherOutcomes[].timeFrame",
        "protocolSection.identificationModule.nctIdAliases[]",
        "protocolSection.armsInterventionsModule.interventions[].otherNames[]",
        "hasResults",
    } <= paths
    assert [path for path in paths if not re.fullmatch(r"\w+(\[\])?(\.\w+(\[\])?)*", path)] == []


def test_every_value_of_the_real_records_is_mapped_or_ignored_with_a_reason(real_records):
    found = {path for record in real_records for path in leaves(record, "")}
    assert len(found) > 250
    assert sorted(path for path in found if not accounted_for(path)) == []


@pytest.mark.skipif(not PIECES.exists(), reason="the API's field tree is not beside the project")
def test_every_field_that_the_api_publishes_is_mapped_or_ignored_with_a_reason():
    fields = json.loads(PIECES.read_text(encoding="utf-8"))["fields"]
    assert [field["json"] for field in fields if field["leaf"] and not accounted_for(field["json"])] == []
    unpublished = ctgov.mapped_paths() - {field["json"] for field in fields}
    place = "protocolSection.contactsLocationsModule.locations[].geoPoint"  # published as one value of a type
    assert unpublished == {f"{place}.lat", f"{place}.lon"}


def test_no_path_is_both_mapped_and_ignored_and_each_reason_is_given():
    assert [path for path in ctgov.mapped_paths() if is_ignored(path)] == []
    assert [path for path, reason in ignored().items() if len(reason) < 20] == []


@pytest.mark.skipif(
    not AACT_COLUMNS.exists(), reason="the facts about AACT's schema are not beside the project"
)
def test_every_aact_column_of_these_tables_exists_with_its_type(con):
    types = {"text": "VARCHAR", "varchar": "VARCHAR", "decimal(10,6)": "DECIMAL(10,6)", "decimal": "DOUBLE"}
    ours = {
        (table.name, column.name): column.type.replace("TEXT", "VARCHAR")
        for table in ctgov.load_mapping()
        for column in table.columns
    }
    tables = {table for table, _ in ours}
    with AACT_COLUMNS.open(encoding="utf-8") as file:
        theirs = {
            (row["table"], row["column"]): types.get(row["type"], row["type"].upper())
            for row in csv.DictReader(file)
            if row["table"] in tables
        }
    # The trial's number times a million needs more than AACT's integer.
    theirs = {
        key: "BIGINT" if re.fullmatch(r"(.*_)?id", key[1]) and type_ == "INTEGER" else type_
        for key, type_ in theirs.items()
    }
    assert ours == theirs


@pytest.mark.slow
def test_real_records_agree_with_a_reading_in_plain_python(con, real_records):
    records = {at(record, P + "identificationModule.nctId"): record for record in real_records}
    con.execute("CREATE TEMP TABLE changed (nct_id VARCHAR, record VARCHAR)")
    for path in RECORDS:
        con.execute(
            "INSERT INTO changed SELECT json->'protocolSection'->'identificationModule'->>'nctId', json::VARCHAR"
            " FROM read_ndjson_objects(?)",
            [str(path)],
        )
    ctgov.refresh(con, "changed")
    for columns, read in READINGS.items():
        table, _, names = columns.partition(": ")
        expected = sorted(((nct_id, *row) for nct_id, r in records.items() for row in read(r)), key=repr)
        found = sorted(con.execute(f"SELECT nct_id, {names} FROM ctgov.{table}").fetchall(), key=repr)
        assert found == expected, columns
    for table in ctgov.load_mapping():
        if table.columns[0].name == "id":
            count = f"SELECT count(*) - count(DISTINCT id) FROM ctgov.{table.name}"
            assert con.execute(count).fetchall() == [(0,)], table.name


@cache
def ignored():
    return {row["path"]: row["reason"] for row in csv.DictReader(IGNORED.read_text("utf-8").splitlines())}


def is_ignored(path):
    return any(f"{path}.".startswith(f"{prefix}.") for prefix in ignored())


def accounted_for(path):
    return is_ignored(path) or any(f"{mapped}.".startswith(f"{path}.") for mapped in ctgov.mapped_paths())


def leaves(value, path):
    """Give the path of every scalar in a JSON value, `[]` for each list on the way."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path


def at(record, path, default=None):
    for name in path.split("."):
        record = record.get(name, {})
    return default if record == {} else record


def whole_date(text):
    if not text:
        return None
    year, month, day = [*map(int, text.split("-")), 0, 0][:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


P = "protocolSection."
RESULT = "resultsSection."
ARMS = P + "armsInterventionsModule."
SITES = P + "contactsLocationsModule.locations"


def arms_of_interventions(record):
    """Give pairs of positions: an intervention and an arm whose label it names."""
    labels = [arm["label"] for arm in at(record, ARMS + "armGroups", [])]
    return [
        (number, labels.index(label) + 1)
        for number, intervention in enumerate(at(record, ARMS + "interventions", []), 1)
        for label in intervention.get("armGroupLabels", [])
    ]


def figures(record):
    """Give each figure of each outcome with the places of its outcome and of its group."""
    return [
        (number, [group["id"] for group in outcome["groups"]].index(figure["groupId"]) + 1, outcome["title"],
         class_.get("title"), category.get("title"), figure.get("value"), figure.get("spread"))
        for number, outcome in enumerate(at(record, RESULT + "outcomeMeasuresModule.outcomeMeasures", []), 1)
        for class_ in outcome.get("classes", [])
        for category in class_.get("categories", [])
        for figure in category.get("measurements", [])
    ]  # fmt: skip


def adverse_events(record):
    module = at(record, RESULT + "adverseEventsModule", {})
    return [
        (kind, event["term"], event.get("organSystem"), stat["groupId"], stat["numAffected"], stat["numAtRisk"],
         [group["id"] for group in module["eventGroups"]].index(stat["groupId"]) + 1)
        for kind in ("serious", "other")
        for event in module.get(kind + "Events", [])
        for stat in event["stats"]
    ]  # fmt: skip


def baseline_figures(record):
    module = at(record, RESULT + "baselineCharacteristicsModule", {})
    return [
        (
            measure["title"],
            figure["groupId"],
            figure.get("value"),
            how_many(figure["groupId"], class_, measure, module),
        )
        for measure in module.get("measures", [])
        for class_ in measure.get("classes", [])
        for category in class_.get("categories", [])
        for figure in category.get("measurements", [])
    ]


def how_many(group, *holders):
    for holder in holders:
        for denom in holder.get("denoms", []):
            for count in denom["counts"]:
                if count["groupId"] == group:
                    return int(count["value"])
    return None


READINGS = {
    "studies: start_date, completion_date, verification_date, start_month_year": lambda r: [
        (
            whole_date(at(r, P + "statusModule.startDateStruct.date")),
            whole_date(at(r, P + "statusModule.completionDateStruct.date")),
            whole_date(at(r, P + "statusModule.statusVerifiedDate")),
            at(r, P + "statusModule.startDateStruct.date"),
        )
    ],
    "studies: phase, enrollment, has_dmc, official_title, why_stopped": lambda r: [
        (
            "/".join(at(r, P + "designModule.phases", [])) or None,
            at(r, P + "designModule.enrollmentInfo.count"),
            at(r, P + "oversightModule.oversightHasDmc"),
            at(r, P + "identificationModule.officialTitle"),
            at(r, P + "statusModule.whyStopped"),
        )
    ],
    "conditions: id % 1000000, name": lambda r: list(
        enumerate(at(r, P + "conditionsModule.conditions", []), 1)
    ),
    "interventions: id % 1000000, intervention_type, name, description": lambda r: [
        (number, i["type"], i["name"], i.get("description"))
        for number, i in enumerate(at(r, ARMS + "interventions", []), 1)
    ],
    "design_outcomes: outcome_type, measure, time_frame, description": lambda r: [
        (kind, o["measure"], o.get("timeFrame"), o.get("description"))
        for kind in ("primary", "secondary", "other")
        for o in at(r, P + f"outcomesModule.{kind}Outcomes", [])
    ],
    "sponsors: name, lead_or_collaborator": lambda r: [
        (at(r, P + "sponsorCollaboratorsModule.leadSponsor.name"), "lead"),
        *((s["name"], "collaborator") for s in at(r, P + "sponsorCollaboratorsModule.collaborators", [])),
    ],
    "facilities: name, city, zip, country, status, latitude::DOUBLE": lambda r: [
        (
            *(site.get(name) for name in ("facility", "city", "zip", "country", "status")),
            round(site["geoPoint"]["lat"], 6) if "geoPoint" in site else None,
        )
        for site in at(r, SITES, [])
    ],
    "countries: name, removed": lambda r: [
        *((name, False) for name in {site["country"] for site in at(r, SITES, [])}),
        *((name, True) for name in at(r, "derivedSection.miscInfoModule.removedCountries", [])),
    ],
    "study_references: pmid, reference_type, citation": lambda r: [
        (x.get("pmid"), x["type"], x["citation"]) for x in at(r, P + "referencesModule.references", [])
    ],
    "browse_conditions: mesh_term, mesh_type": lambda r: [
        (mesh["term"], kind)
        for kind, key in (("mesh-list", "meshes"), ("mesh-ancestor", "ancestors"))
        for mesh in at(r, "derivedSection.conditionBrowseModule." + key, [])
    ],
    "design_group_interventions: intervention_id % 1000000, design_group_id % 1000000": arms_of_interventions,
    "intervention_other_names: intervention_id % 1000000, name": lambda r: [
        (number, name)
        for number, i in enumerate(at(r, ARMS + "interventions", []), 1)
        for name in i.get("otherNames", [])
    ],
    "calculated_values: number_of_facilities, were_results_reported": lambda r: [
        (len(at(r, SITES, [])), r["hasResults"])
    ],
    "outcome_measurements: outcome_id % 1000000, result_group_id % 1000, title, classification, category,"
    " param_value, dispersion_value": figures,
    "baseline_measurements: title, ctgov_group_code, param_value, number_analyzed": baseline_figures,
    "reported_events: event_type, adverse_event_term, organ_system, ctgov_group_code, subjects_affected,"
    " subjects_at_risk, result_group_id % 1000": adverse_events,
    "outcomes: outcome_type, title, time_frame, population": lambda r: [
        (o["type"], o["title"], o["timeFrame"], o.get("populationDescription"))
        for o in at(r, RESULT + "outcomeMeasuresModule.outcomeMeasures", [])
    ],
    "pending_results: event, event_date": lambda r: [
        (step["type"], whole_date(step.get("date")))
        for step in at(r, "annotationSection.annotationModule.unpostedAnnotation.unpostedEvents", [])
    ],
}
