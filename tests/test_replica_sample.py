"""The bundled sample against the records it was typed from, and the demo's three nights."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import requests

from mscwatch.replica import Replica, demo, snapshot_from_ndjson
from mscwatch.replica.sample import sample_records, sample_rows

SHARED = Path(__file__).resolve().parents[2] / "shared"
OPENAPI = SHARED / "registry" / "openapi.yaml"
MSC_2022 = SHARED / "records" / "msc_2022.ndjson.gz"
LATER_PAPERS = SHARED / "papers" / "later_papers.csv"
STUDIES = SHARED / "records" / "studies.ndjson.gz"


@pytest.fixture
def sample():
    with Replica(demo.demo_nights()) as replica:
        yield replica


def get(replica, path, **query):
    return requests.get(replica.url + path, params=query, timeout=10).json()


# The sample


@pytest.fixture(scope="module")
def real():
    """The real records the sample was typed from, by id."""
    if not MSC_2022.exists() or not STUDIES.exists():
        pytest.skip("the real records (../shared/records) are not on this machine")
    wanted, found = {row["nct_id"] for row in sample_rows()}, {}
    for path in (STUDIES, MSC_2022):
        found |= {k: v for k, v in snapshot_from_ndjson(path).records.items() if k in wanted}
    return found


def test_sample_covers_what_a_reader_of_the_topic_meets():
    topics = Counter(row["topic"] for row in sample_rows())
    assert topics == {"msc_liver": 34, "msc_liver_borderline": 2, "msc_other": 27, "liver_other": 4}
    statuses = {row["status"] for row in sample_rows()}
    assert {
        "RECRUITING",
        "COMPLETED",
        "UNKNOWN",
        "WITHDRAWN",
        "TERMINATED",
        "SUSPENDED",
        "NOT_YET_RECRUITING",
    } <= statuses


def differences(ours, theirs, path=""):
    """Where `ours` says what `theirs` does not; a list of ours may lack items of theirs, never add or reorder."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from differences(value, theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        rest = iter(theirs)
        for item in ours:
            if all(any(True for _ in differences(item, other)) for other in rest):
                yield f"{path}: {item!r}"
    elif isinstance(ours, str) and isinstance(theirs, str):
        if " ".join(ours.split()) != " ".join(theirs.split()):
            yield f"{path}: {ours!r}, registered {theirs!r}"
    elif ours != theirs:
        yield f"{path}: {ours!r}, registered {theirs!r}"


def test_every_fact_of_the_sample_is_registered(real):
    for nct_id, record in sample_records().items():
        theirs = real[nct_id]["protocolSection"]
        for reference in theirs.get("referencesModule", {}).get("references", []):
            reference["type"] = reference["type"].upper()
        assert list(differences(record["protocolSection"], theirs, nct_id)) == []
        assert record["hasResults"] == real[nct_id]["hasResults"]


def test_sample_is_as_of_october_2022():
    for row in sample_rows():
        assert row["last_update_posted"] <= demo.FIRST[:10]
        assert row["first_posted"] <= row["last_update_posted"]


def test_sample_holds_facts_only():
    """No descriptions, criteria, contacts, officials, citations: not even the modules they would be in."""
    text = json.dumps(sample_records())
    unwanted = (
        "descriptionModule eligibilityModule centralContacts contacts overallOfficials citation description"
    )
    for key in (*unwanted.split(), "phone", "email", "armGroups", "secondaryOutcomes"):
        assert f'"{key}"' not in text
    assert "@" not in text
    assert max(len(row[name]) for row in sample_rows() for name in ("brief_title", "why_stopped")) < 300


def test_trial_that_a_narrow_search_misses_is_found_by_condition_and_intervention(sample):
    answer = get(sample, "/studies", pageSize=1000, **{
        "query.cond": '"liver" OR "biliary" OR "cirrhosis"',
        "query.intr": '"mesenchymal stem cells" OR "MSCs"',
        "filter.advanced": "AREA[StudyFirstPostDate]RANGE[MIN,2022-10-10]",
    })  # fmt: skip
    found = [s["protocolSection"]["identificationModule"]["nctId"] for s in answer["studies"]]
    assert "NCT02223897" in found


# The demo


def test_demo_nights_are_three_weekdays_with_real_records_unchanged_on_the_first_two():
    baseline, quiet, changed = demo.demo_nights()
    days = [date.fromisoformat(n.data_timestamp[:10]) for n in (baseline, quiet, changed)]
    assert days == sorted(set(days))
    assert all(day.weekday() < 5 for day in days)
    assert baseline.records == quiet.records == sample_records()


def test_demo_changes_are_the_announced_ones():
    before, _, after = (n.records for n in demo.demo_nights())
    touched = {nct_id for nct_id in after if before.get(nct_id) != after[nct_id]}
    assert touched == {
        demo.INVENTED_TRIAL, demo.COMPLETED_TRIAL, demo.RESULTS_TRIAL, demo.UNKNOWN_TRIAL,
        demo.ESCAPED_TRIAL, demo.REORDERED_TRIAL,
    }  # fmt: skip

    def status(records, nct_id):
        return records[nct_id]["protocolSection"]["statusModule"]

    assert status(before, demo.COMPLETED_TRIAL)["overallStatus"] == "RECRUITING"
    assert status(after, demo.COMPLETED_TRIAL)["overallStatus"] == "COMPLETED"

    assert status(before, demo.RESULTS_TRIAL)["overallStatus"] == "COMPLETED"
    assert [records[demo.RESULTS_TRIAL]["hasResults"] for records in (before, after)] == [False, True]
    assert "resultsSection" in after[demo.RESULTS_TRIAL]
    assert "resultsFirstPostDateStruct" in status(after, demo.RESULTS_TRIAL)

    unknown = {"overallStatus": "UNKNOWN", "lastKnownStatus": "NOT_YET_RECRUITING"}
    assert status(after, demo.UNKNOWN_TRIAL) == status(before, demo.UNKNOWN_TRIAL) | unknown

    assert "\\>" in json.dumps(after[demo.ESCAPED_TRIAL]).replace("\\\\", "\\")
    keywords = [
        r[demo.REORDERED_TRIAL]["protocolSection"]["conditionsModule"]["keywords"] for r in (before, after)
    ]
    assert keywords[0] == keywords[1][::-1] != keywords[1]

    invented = after[demo.INVENTED_TRIAL]["protocolSection"]
    assert invented["identificationModule"]["briefTitle"].startswith("Invented for the demo:")
    posted = date.fromisoformat(invented["statusModule"]["studyFirstPostDateStruct"]["date"])
    assert 0 < (date.fromisoformat(demo.THIRD[:10]) - posted).days <= 5


def test_answers_have_the_shape_of_the_published_schema(sample):
    if not OPENAPI.exists():
        pytest.skip("the OpenAPI document (../shared/registry) is not on this machine")
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    document = yaml.safe_load(OPENAPI.read_text())

    def check(name, answer):
        jsonschema.Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"}).validate(answer)

    sample.night = 2
    check("Version", get(sample, "/version"))
    check("PagedStudies", get(sample, "/studies", pageSize=1000, countTotal="true"))
    check("Study", get(sample, "/studies/NCT02223897"))


def test_demo_papers_hold_no_abstract_that_is_not_invented_and_are_facts():
    nights = demo.demo_nights()
    papers = [paper for night in nights for paper in night.papers]
    assert [len(night.papers) for night in nights] == [32, 32, 34]
    assert {paper["abstract"].partition(".")[0] for paper in papers if "abstract" in paper} == {
        "Invented for the demo"
    }
    assert all(paper.get("pmid") or paper.get("doi") for paper in papers)


def test_demo_papers_are_those_that_are_known():
    if not LATER_PAPERS.exists():
        pytest.skip("the papers after the review (../shared/papers) are not on this machine")
    known = {row["pmid"] or row["doi"]: row for row in csv.DictReader(LATER_PAPERS.open())}
    later = demo.demo_nights()[0].papers[21:]
    assert len(later) == 11
    for paper in later:
        row = known[paper.get("pmid") or paper["doi"]]
        assert [paper["title"], *paper["authors"], str(paper["year"])] == [
            row["title"],
            row["first_author"],
            row["year"],
        ]
