-- The state at the end of a past day (UTC). A content counts from the night that first read it or, where the registry's
-- own history was read, from the day on which it was posted (versions.valid_from).
-- The file stores macros in parsed form for old clients too, so they may call only functions that DuckDB 1.2 has.

CREATE OR REPLACE MACRO main.events_between(a, b) AS TABLE
SELECT * FROM main.events
WHERE observed_at >= CAST(a AS TIMESTAMP) AND observed_at < CAST(b AS TIMESTAMP);

COMMENT ON MACRO TABLE main.events_between IS
    'Rows of events observed from a (included) to b (not included), UTC; days or times. An event from the registry''s own '
    'history counts from the day on which the change was posted.';

-- An empty answer for a day of which nothing is known would say that there were no trials. The error is raised where the
-- one row of the subquery is made: as a filter on versions it would not be, because no version passes.
CREATE OR REPLACE MACRO main.versions_as_of(day) AS TABLE
SELECT stored.* FROM main.versions AS stored
CROSS JOIN (
    SELECT CASE
        WHEN day IS NULL THEN error('The day is null. Give one, such as DATE ''2026-11-30''.')
        WHEN began >= CAST(day AS DATE) + INTERVAL 1 DAY
            THEN error(concat(
                'Nothing is known of ', CAST(day AS DATE), ': the watch began on ', CAST(began AS DATE),
                ' (UTC). `mscwatch history` reads what the registry itself keeps of earlier days.'
            ))
        ELSE CAST(day AS DATE) + INTERVAL 1 DAY
    END AS day_end
    FROM (SELECT min(valid_from) AS began FROM main.versions) AS first_night
) AS asked
WHERE stored.valid_from < asked.day_end AND (stored.valid_to IS NULL OR stored.valid_to >= asked.day_end);

COMMENT ON MACRO TABLE main.versions_as_of IS
    'The version of every trial that was current at the end of that day (UTC), with its whole record. An error for a day '
    'before the first version.';

CREATE OR REPLACE MACRO main.whole_date(written) AS CASE length(written)
    WHEN 10 THEN TRY_CAST(written AS DATE)
    WHEN 7 THEN last_day(TRY_CAST(written || '-01' AS DATE))
    WHEN 4 THEN TRY_CAST(written || '-12-31' AS DATE)
END;

COMMENT ON MACRO main.whole_date IS
    'A date of the registry as a day: a month or a year alone becomes its last day, as AACT does it.';

CREATE OR REPLACE MACRO main.date_precision(written) AS
CASE length(written) WHEN 10 THEN 'day' WHEN 7 THEN 'month' WHEN 4 THEN 'year' END;

COMMENT ON MACRO main.date_precision IS 'How exact a date of the registry is: day, month or year.';

-- Parses each record once for all columns that are read from it.
CREATE OR REPLACE MACRO main.headlines_as_of(day) AS TABLE
SELECT
    nct_id, version_no, data_timestamp,
    parsed.hasResults AS has_results,
    parsed.protocolSection.identificationModule AS named,
    parsed.protocolSection.statusModule AS status,
    parsed.protocolSection.designModule AS design,
    parsed.protocolSection.sponsorCollaboratorsModule.leadSponsor AS lead,
    parsed.protocolSection.oversightModule AS oversight,
    parsed.protocolSection.ipdSharingStatementModule AS sharing,
    parsed.protocolSection.conditionsModule.conditions AS conditions,
    parsed.protocolSection.armsInterventionsModule.interventions AS interventions,
    len(parsed.protocolSection.armsInterventionsModule.armGroups) AS arm_groups,
    parsed.protocolSection.contactsLocationsModule.locations AS places
FROM (
    SELECT nct_id, version_no, data_timestamp, json_transform(coalesce(plain, record), '{
        "hasResults": "BOOLEAN",
        "protocolSection": {
            "identificationModule": {
                "briefTitle": "VARCHAR", "officialTitle": "VARCHAR", "acronym": "VARCHAR",
                "organization": {"fullName": "VARCHAR", "class": "VARCHAR"}
            },
            "statusModule": {
                "overallStatus": "VARCHAR", "lastKnownStatus": "VARCHAR", "whyStopped": "VARCHAR",
                "statusVerifiedDate": "VARCHAR",
                "startDateStruct": {"date": "VARCHAR", "type": "VARCHAR"},
                "primaryCompletionDateStruct": {"date": "VARCHAR", "type": "VARCHAR"},
                "completionDateStruct": {"date": "VARCHAR", "type": "VARCHAR"},
                "studyFirstSubmitDate": "VARCHAR", "lastUpdateSubmitDate": "VARCHAR",
                "studyFirstPostDateStruct": {"date": "VARCHAR"},
                "resultsFirstPostDateStruct": {"date": "VARCHAR"},
                "lastUpdatePostDateStruct": {"date": "VARCHAR"}
            },
            "designModule": {
                "studyType": "VARCHAR", "phases": ["VARCHAR"],
                "enrollmentInfo": {"count": "VARCHAR", "type": "VARCHAR"}
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "VARCHAR", "class": "VARCHAR"}},
            "oversightModule": {
                "oversightHasDmc": "BOOLEAN", "isFdaRegulatedDrug": "BOOLEAN", "isFdaRegulatedDevice": "BOOLEAN"
            },
            "ipdSharingStatementModule": {"ipdSharing": "VARCHAR"},
            "conditionsModule": {"conditions": ["VARCHAR"]},
            "armsInterventionsModule": {"armGroups": [{"label": "VARCHAR"}], "interventions": [{"name": "VARCHAR"}]},
            "contactsLocationsModule": {"locations": [{"country": "VARCHAR"}]}
        }
    }') AS parsed
    FROM main.versions_as_of(day)
);

COMMENT ON MACRO TABLE main.headlines_as_of IS
    'The parts of each record that trials_as_of and ctgov.studies_as_of read, as it was at the end of that day.';

CREATE OR REPLACE MACRO ctgov.studies_as_of(day) AS TABLE
SELECT
    nct_id,
    main.whole_date(status.studyFirstSubmitDate) AS study_first_submitted_date,
    main.whole_date(status.studyFirstPostDateStruct."date") AS study_first_posted_date,
    main.whole_date(status.resultsFirstPostDateStruct."date") AS results_first_posted_date,
    main.whole_date(status.lastUpdateSubmitDate) AS last_update_submitted_date,
    main.whole_date(status.lastUpdatePostDateStruct."date") AS last_update_posted_date,
    status.startDateStruct."date" AS start_month_year,
    status.startDateStruct."type" AS start_date_type,
    main.whole_date(status.startDateStruct."date") AS start_date,
    status.statusVerifiedDate AS verification_month_year,
    main.whole_date(status.statusVerifiedDate) AS verification_date,
    status.completionDateStruct."date" AS completion_month_year,
    status.completionDateStruct."type" AS completion_date_type,
    main.whole_date(status.completionDateStruct."date") AS completion_date,
    status.primaryCompletionDateStruct."date" AS primary_completion_month_year,
    status.primaryCompletionDateStruct."type" AS primary_completion_date_type,
    main.whole_date(status.primaryCompletionDateStruct."date") AS primary_completion_date,
    design.studyType AS study_type,
    named.acronym AS acronym,
    named.briefTitle AS brief_title,
    named.officialTitle AS official_title,
    status.overallStatus AS overall_status,
    status.lastKnownStatus AS last_known_status,
    array_to_string(design.phases, '/') AS phase,
    TRY_CAST(nullif(design.enrollmentInfo."count", '99999999') AS INTEGER) AS enrollment,
    design.enrollmentInfo."type" AS enrollment_type,
    named.organization.fullName AS "source",
    named.organization."class" AS source_class,
    CASE WHEN design.studyType = 'INTERVENTIONAL' THEN arm_groups END AS number_of_arms,
    CASE WHEN design.studyType IS DISTINCT FROM 'INTERVENTIONAL' THEN arm_groups END AS number_of_groups,
    status.whyStopped AS why_stopped,
    oversight.oversightHasDmc AS has_dmc,
    oversight.isFdaRegulatedDrug AS is_fda_regulated_drug,
    oversight.isFdaRegulatedDevice AS is_fda_regulated_device,
    sharing.ipdSharing AS plan_to_share_ipd
FROM main.headlines_as_of(day);

COMMENT ON MACRO TABLE ctgov.studies_as_of IS
    'The headline columns of ctgov.studies as they stood at the end of that day (UTC).';

CREATE OR REPLACE MACRO main.trials_as_of(day) AS TABLE
SELECT
    stood.nct_id,
    stood.named.briefTitle AS brief_title,
    stood.named.officialTitle AS official_title,
    stood.status.overallStatus AS overall_status,
    stood.status.lastKnownStatus AS last_known_status,
    stood.status.whyStopped AS why_stopped,
    stood.design.studyType AS study_type,
    coalesce(stood.design.phases, []) AS phases,
    TRY_CAST(nullif(stood.design.enrollmentInfo."count", '99999999') AS INTEGER) AS enrollment,
    stood.design.enrollmentInfo."type" AS enrollment_type,
    main.whole_date(stood.status.startDateStruct."date") AS start_date,
    stood.status.startDateStruct."type" AS start_date_type,
    main.date_precision(stood.status.startDateStruct."date") AS start_date_precision,
    main.whole_date(stood.status.primaryCompletionDateStruct."date") AS primary_completion_date,
    stood.status.primaryCompletionDateStruct."type" AS primary_completion_date_type,
    main.date_precision(stood.status.primaryCompletionDateStruct."date") AS primary_completion_date_precision,
    main.whole_date(stood.status.completionDateStruct."date") AS completion_date,
    stood.status.completionDateStruct."type" AS completion_date_type,
    main.date_precision(stood.status.completionDateStruct."date") AS completion_date_precision,
    main.whole_date(stood.status.studyFirstPostDateStruct."date") AS study_first_posted_date,
    main.whole_date(stood.status.lastUpdatePostDateStruct."date") AS last_update_posted_date,
    main.whole_date(stood.status.resultsFirstPostDateStruct."date") AS results_first_posted_date,
    coalesce(stood.has_results, stood.status.resultsFirstPostDateStruct."date" IS NOT NULL) AS has_results,
    stood.lead."name" AS lead_sponsor,
    stood.lead."class" AS lead_sponsor_class,
    coalesce(list_sort(list_distinct(list_transform(stood.places, lambda place: place.country))), []) AS countries,
    coalesce(stood.conditions, []) AS conditions,
    coalesce(
        list_filter(list_transform(stood.interventions, lambda one: one."name"), lambda name: name IS NOT NULL), []
    ) AS intervention_names,
    w.relevance,
    w.relevance_reason,
    w.indication_group,
    w.first_seen_at < CAST(day AS DATE) + INTERVAL 1 DAY
        AND coalesce(moved.inwards, true)
        AND (w.left_at IS NULL OR w.left_at >= CAST(day AS DATE) + INTERVAL 1 DAY) AS in_watch,
    w.first_seen_at,
    'https://clinicaltrials.gov/study/' || stood.nct_id AS url,
    stood.version_no,
    stood.data_timestamp
FROM main.headlines_as_of(day) AS stood
JOIN main.watched AS w ON w.nct_id = stood.nct_id
LEFT JOIN (
    SELECT
        nct_id,
        arg_max(kind, observed_at) NOT IN ('left_watch', 'merged', 'withheld', 'removed') AS inwards
    FROM main.events
    WHERE observed_at < CAST(day AS DATE) + INTERVAL 1 DAY AND retracted_by IS NULL
        AND kind IN (
            'new_trial', 'entered_watch', 'returned', 'left_watch', 'merged', 'withheld', 'removed'
        )
    GROUP BY nct_id
) AS moved ON moved.nct_id = stood.nct_id;

COMMENT ON MACRO TABLE main.trials_as_of IS
    'The columns of trials as they stood at the end of that day (UTC), also for trials no longer in the watch '
    '(in_watch says whether they were then), and for days before the watch began as far as the registry''s own history '
    'was read; an error for a day of which nothing is known. relevance, its reason and indication_group are today''s reading.';
