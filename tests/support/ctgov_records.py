"""Odd, bare and reported records for AACT's tables, and what stands in those tables."""

import json
from contextlib import contextmanager

import duckdb

from mscwatch.store import ctgov

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


RESULTS = {
    "participantFlowModule": {
        "groups": [{"id": "FG000", "title": "Cells"}, {"id": "FG001", "title": "Saline"}],
        "recruitmentDetails": "One clinic",
    },
    "baselineCharacteristicsModule": {
        "groups": [{"id": "BG000", "title": "Cells"}, {"id": "BG001", "title": "Total"}],
        "denoms": [
            {"units": "Participants", "counts": [{"groupId": "BG000", "value": "9"}]},
            {"units": "Eyes", "counts": [{"groupId": "BG000", "value": "18"}, {"groupId": "BG001"}]},
        ],
        "measures": [
            {
                "title": "Age",
                "paramType": "MEAN",
                "calculatePct": False,
                "classes": [
                    {
                        "title": "Clinic",
                        "denoms": [{"units": "Eyes", "counts": [{"groupId": "BG000", "value": "7"}]}],
                        "categories": [
                            {"measurements": [{"groupId": "BG000", "value": "51.5", "spread": "NA"}]}
                        ],
                    },
                    {"categories": [{"title": "Old", "measurements": [{"groupId": "BG000", "value": "NA"}]}]},
                    {"categories": [{"measurements": [{"groupId": "BG009", "comment": "lost"}]}]},
                ],
            }
        ],
    },
    "outcomeMeasuresModule": {
        "outcomeMeasures": [
            {"type": "PRIMARY", "title": "Not posted yet", "anticipatedPostingDate": "2026-02"},
            {
                "type": "SECONDARY",
                "title": "MELD",
                "groups": [{"id": "OG000", "title": "Cells"}, {"id": "OG001", "title": "Saline"}],
                "denoms": [{"units": "Participants", "counts": [{"groupId": "OG001", "value": "8"}]}],
                "classes": [
                    {
                        "title": "Week 4",
                        "categories": [
                            {"title": "A", "measurements": [{"groupId": "OG001", "value": "-1.5"}]},
                            {"title": "B", "measurements": [{"groupId": "OG000"}, {"groupId": "OG001"}]},
                        ],
                    },
                    {
                        "title": "Week 8",
                        "categories": [{"measurements": [{"groupId": "OG000", "lowerLimit": "2"}]}],
                    },
                ],
            },
            {
                "title": "Death",
                "groups": [{"id": "OG000", "title": "Everybody"}],
                "classes": [{"categories": [{"measurements": [{"groupId": "OG000", "value": "1"}]}]}],
            },
        ]
    },
    "adverseEventsModule": {
        "timeFrame": "1 year",
        "frequencyThreshold": "5",
        "eventGroups": [
            {"id": "EG000", "seriousNumAffected": 2, "seriousNumAtRisk": 9, "otherNumAffected": 4},
            {"id": "EG001", "seriousNumAffected": 0, "deathsNumAffected": 1, "deathsNumAtRisk": 8},
        ],
        "seriousEvents": [
            {
                "term": "Sepsis",
                "stats": [{"groupId": "EG000", "numAffected": 1, "numEvents": 3}, {"groupId": "EG001"}],
            },
            {"term": "Death", "organSystem": "General", "stats": [{"groupId": "EG000", "numAffected": 2}]},
        ],
        "otherEvents": [{"term": "Fever", "stats": [{"groupId": "EG001", "numAffected": "many"}]}],
    },
}


BARE = {"protocolSection": {"identificationModule": {"nctId": "NCT00000043"}}, "hasResults": "yes, of course"}


@contextmanager
def opened():
    """A database with AACT's tables, all empty."""
    with duckdb.connect() as con:
        con.execute(ctgov.ddl())
        yield con


def renamed(record, nct_id):
    return json.loads(
        json.dumps(record).replace(record["protocolSection"]["identificationModule"]["nctId"], nct_id)
    )


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
