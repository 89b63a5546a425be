"""The record as relational tables: what each oddity of the registry becomes, on a real DuckDB."""

import calendar
import csv
import gzip
import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from mscwatch.store import ctgov

SHARED = Path(__file__).resolve().parents[2] / "shared"
RECORDS = [SHARED / "records" / name for name in ("studies.ndjson.gz", "msc_2022.ndjson.gz")]
AACT_COLUMNS = SHARED / "registry" / "aact_columns.csv"

ODD = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00000042",
            "orgStudyIdInfo": {"id": "ORG-1", "link": "https://example.org/1"},
            "secondaryIdInfos": [{"id": "2019-1", "type": "EUDRACT_NUMBER", "domain": "EMA"}, {"id": "x"}],
            "nctIdAliases": ["NCT00000007"],
            "briefTitle": "It's an odd one",
        },
        "statusModule": {
            "overallStatus": "A_STATUS_OF_TOMORROW",
            "startDateStruct": {"date": "2020-02"},
            "primaryCompletionDateStruct": {"date": "2021", "type": "ACTUAL"},
            "completionDateStruct": {"date": "soon", "type": "ESTIMATED"},
            "studyFirstSubmitDate": "2019-12-31",
            "resultsFirstSubmitDate": "2021-11-30",
            "expandedAccessInfo": {"hasExpandedAccess": "maybe"},
        },
        "sponsorCollaboratorsModule": {
            "leadSponsor": {"name": "Lead", "class": "OTHER"},
            "collaborators": [{"name": "First", "class": "NIH"}, {"name": "Second"}],
            "responsibleParty": {"type": "SPONSOR"},
        },
        "descriptionModule": {"briefSummary": 'Quotes "and" \\> escapes'},
        "conditionsModule": {"conditions": ["Liver CIRRHOSIS", None, {"wrong": 1}], "keywords": "not a list"},
        "designModule": {
            "studyType": "INTERVENTIONAL",
            "phases": ["PHASE1", "PHASE2"],
            "designInfo": {
                "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "INVESTIGATOR"]}
            },
            "enrollmentInfo": {"count": 99999999, "type": "ESTIMATED"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": "High", "type": "EXPERIMENTAL"}, {"label": "Low"}],
            "interventions": [
                {"type": "BIOLOGICAL", "name": "Cells", "armGroupLabels": ["High"], "otherNames": ["a", "b"]},
                {"type": "BIOLOGICAL", "name": "Cells", "armGroupLabels": ["Low", "Gone"]},
                {"type": "DRUG", "name": "Saline", "otherNames": ["c"]},
            ],
        },
        "outcomesModule": {
            "primaryOutcomes": [{"measure": "P1", "timeFrame": "1 year"}, {"measure": "P2"}],
            "secondaryOutcomes": [{"measure": "S1", "description": "why"}],
            "otherOutcomes": [{"measure": "O1"}],
        },
        "eligibilityModule": {
            "minimumAge": "6 Months",
            "maximumAge": "none",
            "stdAges": ["CHILD", "ADULT"],
            "healthyVolunteers": False,
        },
        "contactsLocationsModule": {
            "locations": [
                {"city": "Lyon", "country": "France", "geoPoint": {"lat": 45.74846, "lon": "east"}},
                {"facility": "Clinic", "city": "Nice", "country": "France", "zip": 6000},
                {"facility": "Hospital", "city": "Guam", "country": "Guam", "contacts": [{"phone": "1"}]},
            ],
            "overallOfficials": [{"name": "A. Person", "affiliation": "Lead", "role": "STUDY_CHAIR"}],
        },
    },
    "documentSection": {
        "largeDocumentModule": {
            "largeDocs": [{"label": "Protocol", "date": "2020-01-02", "filename": "Prot_000.pdf"}]
        }
    },
    "derivedSection": {
        "miscInfoModule": {"removedCountries": ["Spain"]},
        "conditionBrowseModule": {
            "meshes": [{"term": "Fibrosis"}],
            "ancestors": [{"term": "Liver Diseases"}],
        },
    },
    "hasResults": False,
}
BARE = {"protocolSection": {"identificationModule": {"nctId": "NCT00000043"}}, "hasResults": "yes, of course"}


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute(ctgov.ddl())
        yield connection


def refresh(con, *records):
    con.execute("CREATE OR REPLACE TEMP TABLE changed (nct_id VARCHAR, record VARCHAR)")
    rows = [[r["protocolSection"]["identificationModule"]["nctId"], json.dumps(r)] for r in records]
    con.executemany("INSERT INTO changed VALUES (?, ?)", rows)
    ctgov.refresh(con, "changed")


def rows(con, columns, table, nct_id="NCT00000042"):
    order = "id" if table != "studies" else "nct_id"
    return con.execute(
        f"SELECT {columns} FROM ctgov.{table} WHERE nct_id = ? ORDER BY {order}", [nct_id]
    ).fetchall()


def everything(con, nct_id="%"):
    return {
        table.name: con.execute(
            f"SELECT * FROM ctgov.{table.name} WHERE nct_id LIKE ? ORDER BY ALL", [nct_id]
        ).fetchall()
        for table in ctgov.load_mapping()
    }


def test_dates_of_a_month_or_a_year_become_its_last_day_and_keep_their_text(con):
    refresh(con, ODD)
    assert rows(
        con,
        "start_date, start_month_year, start_date_type, primary_completion_date, primary_completion_month_year,"
        " completion_date, completion_month_year, study_first_submitted_date, verification_date",
        "studies",
    ) == [
        (
            date(2020, 2, 29),
            "2020-02",
            None,
            date(2021, 12, 31),
            "2021",
            None,
            "soon",
            date(2019, 12, 31),
            None,
        )
    ]


def test_two_phases_are_joined_and_the_sentinel_enrolment_is_unknown(con):
    refresh(con, ODD, BARE)
    columns = "phase, enrollment, enrollment_type, number_of_arms, number_of_groups, overall_status"
    assert rows(con, columns, "studies") == [
        ("PHASE1/PHASE2", None, "ESTIMATED", 2, None, "A_STATUS_OF_TOMORROW")
    ]
    assert rows(con, columns, "studies", "NCT00000043") == [(None,) * 6]


def test_a_scalar_of_the_wrong_type_costs_one_null_and_nothing_else(con):
    refresh(con, ODD)
    assert rows(con, "has_expanded_access, brief_title", "studies") == [(None, "It's an odd one")]
    assert rows(con, "name, downcase_name", "conditions") == [
        ("Liver CIRRHOSIS", "liver cirrhosis"),
        ('{"wrong":1}', '{"wrong":1}'),
    ]
    assert rows(con, "name", "keywords") == []
    assert rows(con, "zip", "facilities")[1] == ("6000",)


def test_a_record_with_hardly_anything_makes_a_study_and_its_figures_only(con):
    refresh(con, BARE)
    filled = {name for name, found in everything(con).items() if found}
    assert filled == {"studies", "calculated_values"}
    columns = (
        "number_of_facilities, has_us_facility, has_single_facility, were_results_reported, actual_duration"
    )
    assert rows(con, columns, "calculated_values", "NCT00000043") == [(0, None, None, None, None)]


def test_the_lead_sponsor_comes_first_then_the_collaborators(con):
    refresh(con, ODD)
    assert rows(con, "id, name, agency_class, lead_or_collaborator", "sponsors") == [
        (42_000_001, "Lead", "OTHER", "lead"),
        (42_000_002, "First", "NIH", "collaborator"),
        (42_000_003, "Second", None, "collaborator"),
    ]


def test_outcomes_of_three_kinds_share_one_table(con):
    refresh(con, ODD)
    assert rows(con, "id, outcome_type, measure, time_frame, description, population", "design_outcomes") == [
        (42_000_001, "primary", "P1", "1 year", None, None),
        (42_000_002, "primary", "P2", None, None, None),
        (42_000_003, "secondary", "S1", None, "why", None),
        (42_000_004, "other", "O1", None, None, None),
    ]


def test_other_identifiers_keep_their_source(con):
    refresh(con, ODD)
    assert rows(con, "id_source, id_value, id_type, id_type_description, id_link", "id_information") == [
        ("org_study_id", "ORG-1", None, None, "https://example.org/1"),
        ("secondary_id", "2019-1", "EUDRACT_NUMBER", "EMA", None),
        ("secondary_id", "x", None, None, None),
        ("nct_alias", "NCT00000007", None, None, None),
    ]


def test_a_site_without_a_facility_or_with_an_odd_place_is_still_a_site(con):
    refresh(con, ODD)
    assert rows(con, "name, city, latitude::VARCHAR, longitude", "facilities") == [
        (None, "Lyon", "45.748460", None),
        ("Clinic", "Nice", None, None),
        ("Hospital", "Guam", None, None),
    ]
    assert rows(con, "name, removed", "countries") == [("France", False), ("Guam", False), ("Spain", True)]


def test_interventions_of_the_same_name_stay_apart_from_arm_to_synonym(con):
    refresh(con, ODD)
    assert rows(con, "id, name", "interventions") == [
        (42_000_001, "Cells"),
        (42_000_002, "Cells"),
        (42_000_003, "Saline"),
    ]
    assert rows(con, "id, intervention_id, name", "intervention_other_names") == [
        (42_000_001, 42_000_001, "a"),
        (42_000_002, 42_000_001, "b"),
        (42_000_003, 42_000_003, "c"),
    ]
    assert rows(con, "intervention_id, design_group_id", "design_group_interventions") == [
        (42_000_001, 42_000_001),
        (42_000_002, 42_000_002),
        (42_000_002, None),
    ]


def test_masking_ages_and_figures_follow_aacts_rules(con):
    refresh(con, ODD)
    masked = "subject_masked, caregiver_masked, investigator_masked, outcomes_assessor_masked"
    assert rows(con, masked, "designs") == [(True, False, True, False)]
    ages = "minimum_age, maximum_age, child, adult, older_adult, healthy_volunteers"
    assert rows(con, ages, "eligibilities") == [("6 Months", "none", True, True, False, False)]
    refresh(con, {"protocolSection": BARE["protocolSection"] | {"eligibilityModule": {"sex": "ALL"}}})
    assert rows(con, ages, "eligibilities", "NCT00000043") == [("N/A", "N/A", None, None, None, None)]
    figures = (
        "number_of_facilities, has_us_facility, has_single_facility, minimum_age_num, minimum_age_unit,"
        " maximum_age_num, maximum_age_unit, actual_duration, months_to_report_results, registered_in_calendar_year,"
        " number_of_primary_outcomes_to_measure, were_results_reported"
    )
    # 671 days from 29 February 2020 to 31 December 2021; -31 days from then back to 30 November
    assert rows(con, figures, "calculated_values") == [
        (3, True, False, 6, "month", None, None, 22, -1, 2019, 2, False)
    ]


def test_mesh_terms_summaries_documents_and_officials_are_found(con):
    refresh(con, ODD)
    assert rows(con, "mesh_term, downcase_mesh_term, mesh_type", "browse_conditions") == [
        ("Fibrosis", "fibrosis", "mesh-list"),
        ("Liver Diseases", "liver diseases", "mesh-ancestor"),
    ]
    assert rows(con, "description", "brief_summaries") == [('Quotes "and" \\> escapes',)]
    assert rows(con, "document_date, url", "provided_documents") == [
        (date(2020, 1, 2), "https://clinicaltrials.gov/ProvidedDocs/42/NCT00000042/Prot_000.pdf")
    ]
    assert rows(con, "name, role", "overall_officials") == [("A. Person", "STUDY_CHAIR")]
    assert rows(con, "responsible_party_type", "responsible_parties") == [("SPONSOR",)]


def test_a_second_refresh_or_another_trial_changes_no_row(con):
    refresh(con, ODD)
    before = everything(con, "NCT00000042")
    refresh(con, ODD)
    assert everything(con) == before
    refresh(con, renamed(ODD, "NCT00000041"), BARE)
    assert everything(con, "NCT00000042") == before


def test_a_refresh_replaces_the_given_trials_and_leaves_the_others_alone(con):
    refresh(con, ODD, renamed(ODD, "NCT00000041"))
    others = everything(con, "NCT00000041")
    refresh(con, renamed(BARE, "NCT00000042"))
    assert everything(con, "NCT00000041") == others
    assert rows(con, "name", "conditions") == []
    assert rows(con, "brief_title", "studies") == [(None,)]


def test_a_refresh_belongs_to_the_callers_transaction_and_leaves_nothing_temporary(con):
    refresh(con, ODD)
    before = everything(con)
    con.execute("BEGIN")
    refresh(con, renamed(BARE, "NCT00000042"))
    con.execute("ROLLBACK")
    assert everything(con) == before
    assert con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == [("changed",)]
    assert con.execute(
        "SELECT count(*) FROM duckdb_functions() WHERE function_name = 'partial_date'"
    ).fetchall() == [(0,)]


def test_the_records_may_be_json_and_live_in_a_schema_of_their_own(con):
    con.execute("CREATE SCHEMA working; CREATE TABLE working.newest (record JSON, nct_id VARCHAR)")
    con.execute("INSERT INTO working.newest VALUES (?, 'NCT00000042')", [json.dumps(ODD)])
    ctgov.refresh(con, "working.newest")
    assert len(rows(con, "id", "design_outcomes")) == 4


def test_every_table_and_column_carries_its_meaning_into_the_database(con):
    con.execute(ctgov.comments())
    said = con.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'ctgov'"
    )
    comments = {(table, column): comment for table, column, comment in said.fetchall()}
    assert [key for key, comment in comments.items() if not comment] == []
    assert comments["studies", "enrollment"].endswith("Unit: participants.")
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


@pytest.mark.skipif(
    not AACT_COLUMNS.exists(), reason="the facts about AACT's schema are not beside the project"
)
def test_every_aact_column_of_these_tables_exists_with_its_type(con):
    types = {"text": "VARCHAR", "varchar": "VARCHAR", "decimal(10,6)": "DECIMAL(10,6)", "decimal": "DOUBLE"}
    ours = {
        (table.name, column.name): column.type for table in ctgov.load_mapping() for column in table.columns
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


def test_real_records_agree_with_a_reading_in_plain_python(con):
    records = real_records()
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


def renamed(record, nct_id):
    return json.loads(
        json.dumps(record).replace(record["protocolSection"]["identificationModule"]["nctId"], nct_id)
    )


def real_records():
    if not all(path.exists() for path in RECORDS):
        pytest.skip("the real records are not beside the project")
    found = {}
    for path in RECORDS:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for record in map(json.loads, file):
                found[record["protocolSection"]["identificationModule"]["nctId"]] = record
    return found


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
}
