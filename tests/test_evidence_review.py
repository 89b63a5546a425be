"""The registry on the review's date beside today's, what contradicts the table, and the figures over both."""

from __future__ import annotations

import csv
import datetime as dt
import json
from importlib import resources
from pathlib import Path

import pytest
from records import edited, record, set_status

from mscwatch.pipeline import run
from mscwatch.replica import Replica, Snapshot
from mscwatch.settings import Settings
from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import load_watch

SHARED = Path(__file__).parents[2] / "shared" / "review"
SEEDS = resources.files("mscwatch.warehouse") / "seeds"
BEFORE, AFTER = "2020-09-01T09:00:05", "2022-10-06T09:00:05"


def dated(first="2015-01-01", update="2016-01-01", status="RECRUITING", **more):
    def edit(one):
        one["protocolSection"]["statusModule"] |= {
            "overallStatus": status,
            "studyFirstPostDateStruct": {"date": first, "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": update, "type": "ACTUAL"},
        } | more

    return edit


def given(text):
    def edit(one):
        one["protocolSection"]["armsInterventionsModule"]["interventions"][0]["description"] = text

    return edit


def linked(number, nct_id, edit):
    """A record under the number of a row of the table."""

    def rename(one):
        one["protocolSection"]["identificationModule"]["nctId"] = nct_id
        edit(one)

    return edited(record(number), rename)


def designed(text, study_type="INTERVENTIONAL", allocation="NON_RANDOMIZED", count=158):
    def edit(one):
        dated()(one)
        given(text)(one)
        one["protocolSection"]["armsInterventionsModule"]["interventions"][0]["name"] = "Adipose MSC"
        one["protocolSection"]["designModule"] = {
            "studyType": study_type,
            "designInfo": {"allocation": allocation},
            "enrollmentInfo": {"count": count, "type": "ACTUAL"},
        }

    return edit


def lapsed(verified, end):
    """A record of 2016 that the registry later set to UNKNOWN."""
    more = {"lastKnownStatus": "RECRUITING", "statusVerifiedDate": verified}
    return dated(status="UNKNOWN", completionDateStruct={"date": end}, **more)


def completed(update, end):
    return dated(update=update, status="COMPLETED", completionDateStruct={"date": end, "type": "ACTUAL"})


def with_results(one):
    dated(update="2021-06-01", resultsFirstPostDateStruct={"date": "2021-06-01"})(one)
    one["hasResults"] = True


ROW_3, ROW_16 = "NCT00956891", "NCT01690247"
OTHERWISE = "Autologous adipose MSC, 5x10^6 cells/kg, by the portal vein."
TOLD = {
    "not updated since": edited(record(1), dated()),
    "registered since": edited(record(2), dated(first="2020-10-07", update="2020-10-07")),
    "completed, updated since": edited(record(3), completed("2021-06-01", "2019-05-01")),
    "completed since": edited(record(4), completed("2021-06-01", "2021-05-01")),
    "unknown long ago": edited(record(5), lapsed("2016-01", "2017-01")),
    "verified shortly before": edited(record(6), lapsed("2018-12", "2019-01")),
    "planned to end after": edited(record(7), lapsed("2016-01", "2020-12")),
    "with results since": edited(record(8), with_results),
    "of two sources": edited(
        edited(record(9), dated()), given("Bone marrow MSC and umbilical cord MSC by vein.")
    ),
    "with history": edited(record(10), dated(update="2021-06-01", status="COMPLETED")),
    "row 3": linked(11, ROW_3, designed("Cells.", "OBSERVATIONAL", None)),
    "row 16": linked(12, ROW_16, designed(OTHERWISE)),
}
NAMES = {one["protocolSection"]["identificationModule"]["nctId"]: name for name, one in TOLD.items()}
UNSAID = "by first-posted date, today's content"


def warehouse(folder, *contents):
    """Run a night per (data timestamp, records), each on the day of its data; where the warehouse is."""
    told = [
        Snapshot(day, {one["protocolSection"]["identificationModule"]["nctId"]: one for one in content})
        for day, content in contents
    ]
    watch = folder / "all.toml"
    watch.write_text('name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n')
    with Replica(told) as registry:
        chosen = Settings(data_dir=folder, min_interval=0, retry_budget=0, api_url=registry.url)
        for day, _ in contents:
            moment = dt.datetime.fromisoformat(day)
            order = run.RunOrder(chosen, load_watch(str(watch)), clock=lambda moment=moment: moment)
            assert run.run_watch(order).error is None
            registry.advance()
    return folder


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    """One night in 2022; of one trial the registry's own history is held as well."""
    folder = warehouse(tmp_path_factory.mktemp("review"), (AFTER, list(TOLD.values())))
    with working.open_warehouse(DataDir(folder)) as con:
        con.execute(
            "INSERT INTO versions BY NAME SELECT nct_id, 0 AS version_no, first_run_id, observed_at, "
            "TIMESTAMP '2016-01-01' AS valid_from, valid_from AS valid_to, 'x' AS content_hash, 'x' AS derived_hash, "
            "?::JSON AS record, 'history' AS origin FROM versions WHERE nct_id = 'NCT00000010'",
            [json.dumps(edited(TOLD["with history"], set_status("SUSPENDED")))],
        )
        yield con


@pytest.fixture(scope="module")
def at_review(con):
    """Status, how it is known, and whether completed, by situation."""
    asked = "SELECT nct_id, overall_status, known, is_completed FROM trials_at_review"
    return {NAMES[nct_id]: tuple(found) for nct_id, *found in con.execute(asked).fetchall()}


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        ("not updated since", ("RECRUITING", "not updated since", False)),
        ("registered since", None),
        ("completed, updated since", (None, UNSAID, None)),
        ("completed since", (None, UNSAID, False)),
        ("unknown long ago", ("UNKNOWN", "not updated since", False)),
        ("verified shortly before", ("RECRUITING", "not updated since", False)),
        ("planned to end after", ("RECRUITING", "not updated since", False)),
        ("with history", ("SUSPENDED", "from history", False)),
    ],
)
def test_what_the_registry_said_on_the_reviews_date(at_review, situation, said):
    assert at_review.get(situation) == said


def test_what_changed_since_is_told_with_its_day_where_there_is_one(con):
    asked = "SELECT nct_id, what, at_review, today, changed_on FROM changed_since_review"
    found = {(NAMES[nct_id], *rest) for nct_id, *rest in con.execute(asked).fetchall()}
    june = dt.date(2021, 6, 1)
    assert found == {
        ("registered since", "registered", None, "RECRUITING", dt.date(2020, 10, 7)),
        ("completed, updated since", "record", None, "updated", june),
        ("completed since", "record", None, "updated", june),
        ("completed since", "status", None, "COMPLETED", dt.date(2021, 5, 1)),
        ("verified shortly before", "status", "RECRUITING", "UNKNOWN", None),
        ("planned to end after", "status", "RECRUITING", "UNKNOWN", None),
        ("with results since", "results", "none", "posted", june),
        ("with results since", "record", None, "updated", june),
        ("with history", "status", "SUSPENDED", "COMPLETED", None),
    }


def test_the_table_against_a_registration_that_says_otherwise(con):
    asked = (
        "SELECT review_row, subject, contrary FROM contradictions WHERE found_by = 'compared' ORDER BY ALL"
    )
    assert con.execute(asked).fetchall() == [
        (3, "design", "registered as observational"),
        (16, "design", "registered as non-randomized"),
        (16, "donor", "autologous"),
        (16, "dose", "5e+06 cells/kg"),
        (16, "route", "portal_vein"),
        (16, "size", "158 registered (actual)"),
        (16, "source", "adipose"),
    ]
    above = (resources.files("mscwatch.warehouse") / "examples" / "41_doses_beyond_the_table.sql").read_text(
        "utf-8"
    )
    assert [row[0] for row in con.execute(above).fetchall()] == [ROW_16]


def test_known_contradictions_are_data_with_their_source(con):
    asked = (
        "SELECT review_row FROM contradictions WHERE found_by = 'noted' AND subject = 'design' ORDER BY ALL"
    )
    assert con.execute(asked).fetchall() == [(3,), (21,), (22,)]
    assert con.execute("SELECT note_id FROM review_notes WHERE length(source) < 5").fetchall() == []


def test_eight_published_trials_have_no_registration_and_one_has_a_false_friend(con):
    asked = "SELECT review_row, other_registration FROM published_without_registration ORDER BY review_row"
    assert con.execute(asked).fetchall() == [
        (row, "NCT02223897" if row == 21 else None) for row in (1, 4, 8, 10, 13, 18, 21, 22)
    ]


def test_figures_count_a_trial_in_each_of_its_categories(con):
    asked = "SELECT scope, sum(trials), any_value(of_trials) FROM figure_3a GROUP BY scope ORDER BY scope"
    assert con.execute(asked).fetchall() == [("at_review", 12, 11), ("published", 23, 22), ("today", 13, 12)]
    table = "SELECT category, trials FROM figure_2a WHERE scope = 'published' ORDER BY ALL"
    assert con.execute(table).fetchall() == [("cirrhosis", 14), ("liver_failure", 5), ("transplant", 3)]
    assert con.execute("SELECT scope, trials FROM figure_1 ORDER BY ALL").fetchall() == [
        ("at_review", 1),
        ("today", 3),
    ]


def test_what_a_night_observed_before_the_review_wins(tmp_path):
    old = [edited(record(number), dated()) for number in (1, 2)]
    completed_since = edited(old[0], dated(update="2021-06-01", status="COMPLETED"))
    other_cells = edited(
        edited(old[1], dated(update="2021-06-01")), given("Bone marrow MSC by the portal vein.")
    )
    folder = warehouse(tmp_path, (BEFORE, old), (AFTER, [completed_since, other_cells]))
    with queries.open_published(DataDir(folder)) as con:
        asked = "SELECT overall_status, known, is_read_as_then FROM trials_at_review ORDER BY nct_id"
        assert con.execute(asked).fetchall() == [
            ("RECRUITING", "as observed", True),
            ("RECRUITING", "as observed", False),
        ]
        changed = "SELECT what, at_review, today, known FROM changed_since_review"
        assert con.execute(changed).fetchall() == [("status", "RECRUITING", "COMPLETED", "as observed")]
        known = "SELECT known FROM figure_2b WHERE scope = 'at_review'"
        assert con.execute(known).fetchall() == [(f"1 as observed; 1 {UNSAID}",)]


def test_identifiers_of_the_table_are_as_sure_as_they_were_found():
    source = SHARED / "published_trials.csv"
    if not source.is_file():
        pytest.skip(f"the table with its provenance is not at {source}")
    pairs = {
        "pmid": "pmid", "pmid_confidence": "pmid_confidence", "doi": "doi", "doi_confidence": "doi_confidence",
        "nct_id": "registry_id", "link_confidence": "registry_confidence", "n_treated": "n_treated",
        "source_as_printed": "source_as_printed", "author_as_printed": "author_as_printed_in_table",
    }  # fmt: skip
    found = {row["row"]: row for row in csv.DictReader(source.open(encoding="utf-8", newline=""))}
    for row in csv.DictReader((SEEDS / "published_trials.csv").read_text("utf-8").splitlines()):
        for ours, theirs in pairs.items():
            wanted = found[row["review_row"]][theirs] or ("none" if ours == "link_confidence" else "")
            assert row[ours] == wanted, (row["review_row"], ours)
        for name in ("pmid", "doi"):
            if "unverified" in found[row["review_row"]][f"{name}_how"]:
                assert row[f"{name}_confidence"] in {"medium", "low"}
