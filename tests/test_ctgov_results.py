"""The tables of posted results that tell of analyses and of the flow of participants, as AACT has them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from mscwatch.store import ctgov
from support.ctgov_records import opened, rows
from support.records import record

GROUPS = [{"id": "OG000", "title": "Cells"}, {"id": "OG001", "title": "Saline"}]
FLOW = [{"id": "FG000", "title": "Cells"}, {"id": "FG001", "title": "Saline"}]
RESULTS = {
    "outcomeMeasuresModule": {
        "outcomeMeasures": [
            {"title": "Death", "groups": GROUPS},
            {
                "title": "MELD",
                "groups": GROUPS,
                "analyses": [
                    {"groupIds": ["OG000", "OG001"], "pValue": "<0.001", "statisticalMethod": "ANCOVA"},
                    {
                        "groupIds": ["OG001", "OG007"],
                        "pValue": "0.05",
                        "paramType": "Mean Difference (Net)",
                        "paramValue": "-1.5",
                        "ciPctValue": "95",
                        "ciLowerLimit": "-2",
                        "ciUpperLimit": "NA",
                        "ciUpperLimitComment": "too few",
                        "nonInferiorityType": "SUPERIORITY",
                    },
                ],
            },
            {
                "title": "Ascites",
                "groups": GROUPS,
                "analyses": [{"groupIds": ["OG000"], "pValue": "not done"}],
            },
        ]
    },
    "participantFlowModule": {
        "groups": FLOW,
        "periods": [
            {
                "title": "First year",
                "milestones": [
                    {
                        "type": "STARTED",
                        "comment": "all",
                        "achievements": [
                            {"groupId": "FG001", "numSubjects": "8", "numUnits": "16", "comment": "eyes too"},
                            {"groupId": "FG009", "numSubjects": "many"},
                        ],
                    }
                ],
                "dropWithdraws": [{"type": "Death", "reasons": [{"groupId": "FG000", "numSubjects": "1"}]}],
            },
            {
                "title": "Second year",
                "milestones": [{"type": "COMPLETED", "achievements": [{"groupId": "FG000"}]}],
            },
        ],
    },
    "moreInfoModule": {
        "certainAgreement": {
            "piSponsorEmployee": False,
            "restrictiveAgreement": True,
            "restrictionType": "LTE60",
        }
    },
}


def read(con, *records):
    con.execute("CREATE OR REPLACE TEMP TABLE given (nct_id VARCHAR, record VARCHAR)")
    numbered = [(one["protocolSection"]["identificationModule"]["nctId"], json.dumps(one)) for one in records]
    con.executemany("INSERT INTO given VALUES (?, ?)", numbered)
    ctgov.refresh(con, "given")


@pytest.fixture(scope="module")
def reported():
    with opened() as con:
        read(con, record(42) | {"resultsSection": RESULTS}, record(43))
        yield con


def test_an_analysis_names_its_outcome_its_figures_and_its_groups(reported):
    columns = (
        "id, outcome_id, p_value_modifier, p_value, p_value_raw, param_value, ci_lower_limit, ci_upper_limit"
    )
    assert rows(reported, columns, "outcome_analyses") == [
        (420_002_001, 42_000_002, "<", 0.001, "<0.001", None, None, None),
        (420_002_002, 42_000_002, None, 0.05, "0.05", -1.5, -2.0, None),
        (420_003_001, 42_000_003, None, None, "not done", None, None, None),
    ]
    words = "method, param_type, ci_upper_limit_raw, ci_upper_limit_na_comment, non_inferiority_type"
    assert rows(reported, words, "outcome_analyses")[:2] == [
        ("ANCOVA", None, None, None, None),
        (None, "Mean Difference (Net)", "NA", "too few", "SUPERIORITY"),
    ]
    linked = "outcome_analysis_id, result_group_id, ctgov_group_code"
    assert rows(reported, linked, "outcome_analysis_groups") == [
        (420_002_001, 423_002_001, "OG000"),
        (420_002_001, 423_002_002, "OG001"),
        (420_002_002, 423_002_002, "OG001"),
        (420_002_002, None, "OG007"),
        (420_003_001, 423_003_001, "OG000"),
    ]


def test_the_flow_of_participants_has_a_row_per_period_and_group(reported):
    columns = "result_group_id, ctgov_group_code, title, period, description, count, milestone_description, count_units"
    assert rows(reported, columns, "milestones") == [
        (421_000_002, "FG001", "STARTED", "First year", "eyes too", 8, "all", "16"),
        (None, "FG009", "STARTED", "First year", None, None, "all", None),
        (421_000_001, "FG000", "COMPLETED", "Second year", None, None, None, None),
    ]
    assert rows(reported, "result_group_id, reason, period, count", "drop_withdrawals") == [
        (421_000_001, "Death", "First year", 1)
    ]


def test_what_investigators_may_publish(reported):
    columns = "pi_employee, restrictive_agreement, restriction_type, agreement"
    assert rows(reported, columns, "result_agreements") == [(False, True, "LTE60", None)]
    assert rows(reported, "id", "result_agreements", "NCT00000043") == []


@pytest.mark.slow
def test_every_analysis_and_milestone_of_real_results_is_a_row_with_its_links(real_records):
    with_results = [one for one in real_records if one.get("resultsSection")]
    wanted = Counter()
    for one in with_results:
        results = one["resultsSection"]
        for outcome in results.get("outcomeMeasuresModule", {}).get("outcomeMeasures", []):
            for analysis in outcome.get("analyses", []):
                wanted["outcome_analyses"] += 1
                wanted["outcome_analysis_groups"] += len(analysis.get("groupIds", []))
        for period in results.get("participantFlowModule", {}).get("periods", []):
            wanted["milestones"] += sum(len(one["achievements"]) for one in period.get("milestones", []))
            wanted["drop_withdrawals"] += sum(len(one["reasons"]) for one in period.get("dropWithdraws", []))
        wanted["result_agreements"] += "certainAgreement" in results.get("moreInfoModule", {})
    with opened() as con:
        read(con, *with_results)
        for table, number in wanted.items():
            found = con.execute(f"SELECT count(*), count(DISTINCT id) FROM ctgov.{table}").fetchall()
            assert found == [(number, number)], table
        for table in ("outcome_analysis_groups", "milestones", "drop_withdrawals"):
            astray = con.execute(
                f"SELECT count(*) FROM ctgov.{table} AS t LEFT JOIN ctgov.result_groups AS g ON g.id = t.result_group_id "
                "WHERE g.ctgov_group_code IS DISTINCT FROM t.ctgov_group_code OR g.nct_id <> t.nct_id"
            ).fetchall()
            assert astray == [(0,)], table
        astray = con.execute(
            "SELECT count(*) FROM ctgov.outcome_analysis_groups AS t "
            "LEFT JOIN ctgov.outcome_analyses AS a ON a.id = t.outcome_analysis_id "
            "LEFT JOIN ctgov.result_groups AS g ON g.id = t.result_group_id "
            "WHERE a.outcome_id IS DISTINCT FROM g.outcome_id"
        ).fetchall()
    assert astray == [(0,)]
