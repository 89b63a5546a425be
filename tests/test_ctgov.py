"""The record as relational tables: what each oddity of the registry becomes, on a real DuckDB."""

import json
from datetime import date

import pytest

from mscwatch.store import ctgov
from support.ctgov_records import BARE, ODD, RESULTS, everything, opened, refresh, renamed, rows


@pytest.fixture(scope="module")
def odd():
    """A database with an odd and a bare record; tests only read it."""
    with opened() as connection:
        refresh(connection, ODD, BARE)
        yield connection


@pytest.fixture(scope="module")
def reported():
    """The same where the odd record has results."""
    with opened() as connection:
        refresh(connection, ODD | {"resultsSection": RESULTS}, BARE)
        yield connection


def test_dates_of_a_month_or_a_year_become_its_last_day_and_keep_their_text(odd):
    assert rows(
        odd,
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


def test_two_phases_are_joined_and_the_sentinel_enrolment_is_unknown(odd):
    columns = "phase, enrollment, enrollment_type, number_of_arms, number_of_groups, overall_status"
    assert rows(odd, columns, "studies") == [
        ("PHASE1/PHASE2", None, "ESTIMATED", 2, None, "A_STATUS_OF_TOMORROW")
    ]
    assert rows(odd, columns, "studies", "NCT00000043") == [(None,) * 6]


def test_a_scalar_of_the_wrong_type_costs_one_null_and_nothing_else(odd):
    assert rows(odd, "has_expanded_access, brief_title", "studies") == [(None, "It's an odd one")]
    assert rows(odd, "name, downcase_name", "conditions") == [
        ("Liver CIRRHOSIS", "liver cirrhosis"),
        ('{"wrong":1}', '{"wrong":1}'),
    ]
    assert rows(odd, "name", "keywords") == []
    assert rows(odd, "zip", "facilities")[1] == ("6000",)


def test_a_record_with_hardly_anything_makes_a_study_and_its_figures_only(con):
    refresh(con, BARE)
    filled = {name for name, found in everything(con).items() if found}
    assert filled == {"studies", "calculated_values"}
    columns = (
        "number_of_facilities, has_us_facility, has_single_facility, were_results_reported, actual_duration"
    )
    assert rows(con, columns, "calculated_values", "NCT00000043") == [(0, None, None, None, None)]


def test_the_lead_sponsor_comes_first_then_the_collaborators(odd):
    assert rows(odd, "id, name, agency_class, lead_or_collaborator", "sponsors") == [
        (42_000_001, "Lead", "OTHER", "lead"),
        (42_000_002, "First", "NIH", "collaborator"),
        (42_000_003, "Second", None, "collaborator"),
    ]


def test_outcomes_of_three_kinds_share_one_table(odd):
    assert rows(odd, "id, outcome_type, measure, time_frame, description, population", "design_outcomes") == [
        (42_000_001, "primary", "P1", "1 year", None, None),
        (42_000_002, "primary", "P2", None, None, None),
        (42_000_003, "secondary", "S1", None, "why", None),
        (42_000_004, "other", "O1", None, None, None),
    ]


def test_other_identifiers_keep_their_source(odd):
    assert rows(odd, "id_source, id_value, id_type, id_type_description, id_link", "id_information") == [
        ("org_study_id", "ORG-1", None, None, "https://example.org/1"),
        ("secondary_id", "2019-1", "EUDRACT_NUMBER", "EMA", None),
        ("secondary_id", "x", None, None, None),
        ("nct_alias", "NCT00000007", None, None, None),
    ]


def test_a_site_without_a_facility_or_with_an_odd_place_is_still_a_site(odd):
    assert rows(odd, "name, city, latitude::VARCHAR, longitude", "facilities") == [
        (None, "Lyon", "45.748460", None),
        ("Clinic", "Nice", None, None),
        ("Hospital", "Guam", None, None),
    ]
    assert rows(odd, "name, removed", "countries") == [("France", False), ("Guam", False), ("Spain", True)]


def test_interventions_of_the_same_name_stay_apart_from_arm_to_synonym(odd):
    assert rows(odd, "id, name", "interventions") == [
        (42_000_001, "Cells"),
        (42_000_002, "Cells"),
        (42_000_003, "Saline"),
    ]
    assert rows(odd, "id, intervention_id, name", "intervention_other_names") == [
        (42_000_001, 42_000_001, "a"),
        (42_000_002, 42_000_001, "b"),
        (42_000_003, 42_000_003, "c"),
    ]
    assert rows(odd, "intervention_id, design_group_id", "design_group_interventions") == [
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


def test_mesh_terms_summaries_documents_and_officials_are_found(odd):
    assert rows(odd, "mesh_term, downcase_mesh_term, mesh_type", "browse_conditions") == [
        ("Fibrosis", "fibrosis", "mesh-list"),
        ("Liver Diseases", "liver diseases", "mesh-ancestor"),
    ]
    assert rows(odd, "description", "brief_summaries") == [('Quotes "and" \\> escapes',)]
    assert rows(odd, "document_date, url", "provided_documents") == [
        (date(2020, 1, 2), "https://clinicaltrials.gov/ProvidedDocs/42/NCT00000042/Prot_000.pdf")
    ]
    assert rows(odd, "name, role", "overall_officials") == [("A. Person", "STUDY_CHAIR")]
    assert rows(odd, "responsible_party_type", "responsible_parties") == [("SPONSOR",)]


def test_groups_of_results_are_named_by_part_outcome_and_place(reported):
    assert rows(reported, "id, ctgov_group_code, result_type, title, outcome_id", "result_groups") == [
        (421_000_001, "FG000", "Participant Flow", "Cells", None),
        (421_000_002, "FG001", "Participant Flow", "Saline", None),
        (422_000_001, "BG000", "Baseline", "Cells", None),
        (422_000_002, "BG001", "Baseline", "Total", None),
        (423_002_001, "OG000", "Outcome", "Cells", 42_000_002),
        (423_002_002, "OG001", "Outcome", "Saline", 42_000_002),
        (423_003_001, "OG000", "Outcome", "Everybody", 42_000_003),
        (424_000_001, "EG000", "Reported Event", None, None),
        (424_000_002, "EG001", "Reported Event", None, None),
    ]
    assert rows(reported, "recruitment_details, units_analyzed", "participant_flows") == [
        ("One clinic", None)
    ]


def test_figures_of_outcomes_find_their_outcome_and_their_group(reported):
    assert rows(reported, "id, outcome_type, title, anticipated_posting_date", "outcomes") == [
        (42_000_001, "PRIMARY", "Not posted yet", date(2026, 2, 28)),
        (42_000_002, "SECONDARY", "MELD", None),
        (42_000_003, None, "Death", None),
    ]
    columns = "id, outcome_id, result_group_id, title, classification, category, param_value_num, dispersion_lower_limit"
    assert rows(reported, columns, "outcome_measurements") == [
        (42_000_001, 42_000_002, 423_002_002, "MELD", "Week 4", "A", -1.5, None),
        (42_000_002, 42_000_002, 423_002_001, "MELD", "Week 4", "B", None, None),
        (42_000_003, 42_000_002, 423_002_002, "MELD", "Week 4", "B", None, None),
        (42_000_004, 42_000_002, 423_002_001, "MELD", "Week 8", None, None, 2.0),
        (42_000_005, 42_000_003, 423_003_001, "Death", None, None, 1.0, None),
    ]
    assert rows(reported, "outcome_id, result_group_id, scope, units, count", "outcome_counts") == [
        (42_000_002, 423_002_002, "Measure", "Participants", 8)
    ]


def test_baseline_figures_say_how_many_they_are_about(reported):
    columns = (
        "result_group_id, classification, category, param_value, param_value_num, dispersion_value,"
        " dispersion_value_num, explanation_of_na, number_analyzed, number_analyzed_units, calculate_percentage"
    )
    assert rows(reported, columns, "baseline_measurements") == [
        (422_000_001, "Clinic", None, "51.5", 51.5, "NA", None, None, 7, "Eyes", "No"),
        (422_000_001, None, "Old", "NA", None, None, None, None, 9, "Participants", "No"),
        (None, None, None, None, None, None, None, "lost", None, "Participants", "No"),
    ]
    assert rows(reported, "result_group_id, units, scope, count", "baseline_counts") == [
        (422_000_001, "Participants", "overall", 9),
        (422_000_001, "Eyes", "overall", 18),
        (422_000_002, "Eyes", "overall", None),
    ]


def test_adverse_events_are_one_row_per_term_and_group_and_totals_count_people(reported):
    columns = "result_group_id, event_type, adverse_event_term, subjects_affected, event_count, time_frame, frequency_threshold"
    assert rows(reported, columns, "reported_events") == [
        (424_000_001, "serious", "Sepsis", 1, 3, "1 year", 5),
        (424_000_002, "serious", "Sepsis", None, None, "1 year", 5),
        (424_000_001, "serious", "Death", 2, None, "1 year", 5),
        (424_000_002, "other", "Fever", None, None, "1 year", 5),
    ]
    assert rows(
        reported, "ctgov_group_code, event_type, subjects_affected, subjects_at_risk", "reported_event_totals"
    ) == [
        ("EG000", "serious", 2, 9),
        ("EG001", "serious", 0, None),
        ("EG000", "other", 4, None),
        ("EG001", "other", None, None),
        ("EG000", "deaths", None, None),
        ("EG001", "deaths", 1, 8),
    ]
    sums = "number_of_sae_subjects, number_of_nsae_subjects"
    assert rows(reported, sums, "calculated_values") == [(3, None)]
    assert rows(reported, sums, "calculated_values", "NCT00000043") == [(None, None)]


def test_results_that_disappear_leave_no_row(con):
    refresh(con, ODD | {"resultsSection": RESULTS})
    refresh(con, ODD)
    assert rows(con, "id", "outcome_measurements") == rows(con, "id", "result_groups") == []


def test_retractions_and_steps_of_unposted_results_are_found(con):
    references = [{"pmid": "1"}, {"pmid": "2", "retractions": [{"pmid": "3", "source": "J 2020"}]}]
    steps = [{"type": "RELEASE", "date": "2012-06-12"}, {"type": "RESET"}]
    protocol = BARE["protocolSection"] | {"referencesModule": {"references": references}}
    annotation = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": steps}}}
    refresh(con, {"protocolSection": protocol, "annotationSection": annotation})
    cited = "SELECT r.pmid, x.pmid, x.source FROM ctgov.retractions x JOIN ctgov.study_references r ON r.id = reference_id"
    assert con.execute(cited).fetchall() == [("2", "3", "J 2020")]
    assert rows(con, "event, event_date, event_date_description", "pending_results", "NCT00000043") == [
        ("RELEASE", date(2012, 6, 12), "2012-06-12"),
        ("RESET", None, None),
    ]


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
