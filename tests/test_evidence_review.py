"""The registry on the review's date beside today's, what contradicts the table, and the figures over both."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from importlib import resources
from pathlib import Path

import pytest

from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from support.records import edited, nct_id, record, set_status
from support.review import AFTER, BEFORE, ROW_16, ROW_17, SITUATIONS, dated, given, make_warehouse

SHARED = Path(__file__).parents[2] / "shared" / "review"
SEEDS = resources.files("mscwatch.warehouse") / "seeds"


NAMES = {nct_id(one): name for name, one in SITUATIONS.items()}
UNSAID = "by first-posted date, today's content"


@pytest.fixture(scope="module")
def con(tmp_path_factory, review_warehouse):
    """One night in 2022; of one trial the registry's own history is held as well."""
    folder = shutil.copytree(review_warehouse, tmp_path_factory.mktemp("review") / "data")
    with working.open_warehouse(DataDir(folder)) as con:
        con.execute(
            "INSERT INTO versions BY NAME SELECT nct_id, 0 AS version_no, first_run_id, observed_at, "
            "TIMESTAMP '2016-01-01' AS valid_from, valid_from AS valid_to, 'x' AS content_hash, 'x' AS derived_hash, "
            "?::JSON AS record, 'history' AS origin FROM versions WHERE nct_id = 'NCT00000010'",
            [json.dumps(edited(SITUATIONS["with history"], set_status("SUSPENDED")))],
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
        ("verified shortly before", "status", "RECRUITING", "UNKNOWN", dt.date(2020, 12, 31)),
        ("planned to end after", "status", "RECRUITING", "UNKNOWN", dt.date(2020, 12, 31)),
        ("terminated since", "record", None, "updated", june),
        ("terminated since", "status", None, "TERMINATED", dt.date(2021, 5, 1)),
        ("with results since", "results", "none", "posted", june),
        ("with results since", "record", None, "updated", june),
        ("with history", "status", "SUSPENDED", "COMPLETED", None),
    }


def test_the_table_against_a_registration_that_says_otherwise(con):
    asked = (
        "SELECT review_row, subject, contrary FROM contradictions WHERE found_by = 'compared' ORDER BY ALL"
    )
    assert con.execute(asked).fetchall() == [
        (16, "design", "registered as non-randomized"),
        (16, "donor", "autologous"),
        (16, "dose", "5e+06 cells/kg"),
        (16, "route", "portal_vein"),
        (16, "size", "158 registered (actual)"),
        (16, "source", "adipose"),
        (17, "design", "registered as non-randomized"),
    ]
    # what a note says of the registry's record stands for the comparison; a planned enrolment contradicts nothing
    asked = (
        "SELECT found_by, rank, would_change FROM contradictions WHERE review_row = 3 AND subject = 'design'"
    )
    assert con.execute(asked).fetchall() == [("noted", 3, "how strong the evidence of the row is, claim T4")]
    asked = "SELECT DISTINCT nct_id, planned_enrollment FROM contradictions WHERE review_row = 17 AND nct_id IS NOT NULL"
    assert con.execute(asked).fetchall() == [(ROW_17, 12)]
    ranks = [rank for (rank,) in con.execute("SELECT rank FROM contradictions").fetchall()]
    assert ranks == sorted(ranks)
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
    assert con.execute(asked).fetchall() == [
        ("at_review", 15, 13),
        ("living", 23, 22),
        ("published", 23, 22),
        ("today", 16, 14),
    ]
    table = "SELECT category, trials FROM figure_2a WHERE scope = 'published' ORDER BY ALL"
    assert con.execute(table).fetchall() == [("cirrhosis", 14), ("liver_failure", 5), ("transplant", 3)]
    assert con.execute("SELECT scope, trials FROM figure_1 ORDER BY ALL").fetchall() == [
        ("at_review", 1),
        ("published", 22),
        ("today", 3),
    ]


@pytest.mark.slow
def test_what_a_night_observed_before_the_review_wins(tmp_path):
    old = [edited(record(number), dated()) for number in (1, 2)]
    completed_since = edited(old[0], dated(update="2021-06-01", status="COMPLETED"))
    other_cells = edited(
        edited(old[1], dated(update="2021-06-01")), given("Bone marrow MSC by the portal vein.")
    )
    folder = make_warehouse(tmp_path, (BEFORE, old), (AFTER, [completed_since, other_cells]))
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
