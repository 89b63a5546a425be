"""Every analysts' question of warehouse/examples, answered on the demo's three nights.

The answers are computed here from the sample's records in plain Python, or were found by reading; never by SQL.
"""

import re
import statistics
from collections import Counter
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import open_read_only
from support.demo import LAST, NIGHTS
from support.demo_facts import BEFORE, BY_ID, CORE, DAY, LINKED, NOW, TABLE, by_country, grouped

EXAMPLES = resources.files("mscwatch.warehouse") / "examples"
NAMES = sorted(entry.name for entry in EXAMPLES.iterdir() if entry.name.endswith(".sql"))
TESTS = ("test_examples.py", "test_evidence_examples.py")  # where the answers are checked, in their order


def test_there_are_questions_enough_and_each_is_one_query_that_opens_with_it():
    assert len(NAMES) >= 25
    assert [name[:2] for name in NAMES] == [f"{number:02}" for number in range(1, len(NAMES) + 1)]
    for name in NAMES:
        text = (EXAMPLES / name).read_text("utf-8")
        assert re.match(r"-- [A-Z(].*\?", text), name
        assert len(duckdb.extract_statements(text)) == 1, name


def test_every_question_has_its_answer_checked():
    tests = "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in TESTS)
    checked = re.findall(r"^def test_(\d\d)_", tests, re.MULTILINE)
    assert checked == [name[:2] for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_every_query_runs_without_a_search_path(demo_warehouse, name):
    with open_read_only(
        DataDir(demo_warehouse).published
    ) as con:  # as `answers` has it open, in this process
        con.execute((EXAMPLES / name).read_text("utf-8")).fetchall()


def test_01_completed_without_results(answers):
    year_ago = LAST.replace(year=LAST.year - 1)
    due = [t for t in CORE if t.status == "COMPLETED" and not t.has_results and t.end < year_ago]
    due.sort(key=lambda t: (t.end, t.nct_id))
    assert answers(1, "nct_id", "completion_date", "lead_sponsor") == [
        (t.nct_id, t.end, t.sponsor) for t in due
    ]
    assert len(due) == 5  # NCT01591200 has just got results, NCT03254758 ended too late


def test_02_registration_to_first_patient(answers):
    exact = [t for t in NOW if t.start_type == "ACTUAL" and t.precision == "day"]
    expected = [
        (kind, len(ts), statistics.median(days), min(days), max(days))
        for kind, ts in grouped(exact, lambda t: t.relevance).items()
        for days in [[(t.start - t.posted).days for t in ts]]
    ]
    assert answers(2) == expected
    assert expected[0][:2] == ("core", 12)


def test_03_registered_after_start(answers):
    late = [(t.nct_id, (t.posted - t.start).days) for t in CORE if t.start and t.posted > t.start + 30 * DAY]
    assert answers(3, "nct_id", "days_late") == sorted(late, key=lambda row: (-row[1], row[0]))
    assert ("NCT04357600", 706) in late


def test_04_sponsors_by_country(answers):
    expected = [
        (country, len(pairs), len(names), "; ".join(sorted(names)))
        for country, pairs in by_country(CORE).items()
        for names in [{t.sponsor for t, _ in pairs}]
    ]
    assert answers(4) == sorted(expected, key=lambda row: (-row[1], row[0]))


def test_05_what_changed_this_month(answers):
    assert answers(5, "night", "kind", "nct_id") == [  # what the demo's module says it invents
        (LAST, "completed", "NCT03254758"),
        (LAST, "new_trial", "NCT99999901"),
        (LAST, "results_posted", "NCT01591200"),
        (LAST, "became_unknown", "NCT04822922"),
    ]


def test_06_how_it_stood_a_month_ago(answers):
    then, now = Counter(t.status for t in BEFORE), Counter(t.status for t in NOW)
    assert answers(6) == [(status, then[status], now[status]) for status in sorted(then | now)]
    assert (then["UNKNOWN"], now["UNKNOWN"]) == (24, 25)


def test_07_recruiting_by_country(answers):
    recruiting = by_country(t for t in CORE if t.status == "RECRUITING")
    expected = [(country, len(pairs), [t.nct_id for t, _ in pairs]) for country, pairs in recruiting.items()]
    assert answers(7) == sorted(expected, key=lambda row: (-row[1], row[0]))


def test_08_enrolment_by_indication(answers):
    expected = [
        (group, len(ts), sum(sizes), statistics.median(sizes), sum(t.size_type == "ACTUAL" for t in ts))
        for group, ts in grouped(CORE, lambda t: t.group).items()
        for sizes in [[t.size for t in ts if t.size is not None]]
    ]
    assert answers(8) == sorted(expected, key=lambda row: -row[2])


def test_09_primary_outcomes_that_mention_meld(answers):
    found = [
        (t.nct_id, outcome["measure"], outcome.get("timeFrame"))
        for t in NOW
        for outcome in t.outcomes
        if "MELD" in outcome["measure"] or "end-stage liver disease" in outcome["measure"].lower()
    ]
    assert answers(9, "nct_id", "measure", "time_frame") == found
    assert len(found) == 9


def test_10_unknown_and_what_it_was(answers):
    lost = grouped((t for t in CORE if t.status == "UNKNOWN"), lambda t: t.last_known)
    expected = [(was, len(ts), min(t.end for t in ts), max(t.end for t in ts)) for was, ts in lost.items()]
    assert answers(10) == sorted(expected, key=lambda row: (-row[1], row[0]))


def test_11_phases_over_the_years(answers):
    counted = Counter((t.posted.year, t.phase or "none") for t in CORE)
    assert answers(11) == [(*key, count) for key, count in sorted(counted.items())]


def test_12_papers_that_the_registry_lists(answers):
    assert answers(12, "nct_id", "reference_type", "pmid") == [
        (t.nct_id, r["type"], r["pmid"])
        for t in CORE
        for r in t.references
        if r["type"] in {"RESULT", "DERIVED"}
    ]


def test_13_published_rows_and_their_registrations(answers):
    known = [BY_ID.get(row["nct_id"], SimpleNamespace(status=None, has_results=None)) for row in TABLE]
    assert answers(13) == [
        (int(row["review_row"]), row["first_author"], int(row["year"]), row["nct_id"] or None, row["link_confidence"],
         t.status, t.has_results)
        for row, t in zip(TABLE, known, strict=True)
    ]  # fmt: skip


def test_14_published_without_registration(answers):
    expected = []
    for group, rows in grouped(TABLE, lambda row: row["indication_group"]).items():
        bare = [row for row in rows if not row["nct_id"]]
        expected.append((group, len(rows), len(bare), sum(int(row["n_treated"]) for row in bare)))
    assert answers(14) == expected
    assert sum(row[2] for row in expected) == 8


def test_15_published_and_registered_size(answers):
    sizes = [
        (int(row["review_row"]), row["nct_id"], int(row["n_treated"]) + int(row["n_control"]), t.size)
        for row, t in LINKED
    ]
    expected = [row for row in sizes if row[2] != row[3]]
    assert answers(15, "review_row", "nct_id", "published", "registered") == expected
    assert (7, "NCT01220492", 45, 266) in expected


def test_16_published_but_not_linked(answers):
    expected = [
        (int(row["review_row"]), t.nct_id, row["pmid"], t.status)
        for row, t in LINKED
        if row["pmid"] not in {reference["pmid"] for reference in t.references}
    ]
    assert answers(16) == expected


def test_17_nights_and_their_proofs(answers):
    days = [moment.date() for moment in NIGHTS]
    counted = [("baseline", 67, 67, 67, 0), ("published", 67, 67, 0, 0), ("published", 68, 68, 1, 5)]
    found = answers(
        17, "night", "outcome", "total_count", "fetched", "new", "changed", "duplicates", "missing", "error"
    )
    assert found == [(day, *row, 0, 0, None) for day, row in zip(days, counted, strict=True)]


def test_18_who_was_told(answers):
    assert answers(18, "recipient", "state", "about", "nct_id", "attempts") == [
        ("b@example.org", "owed", "completed", "NCT03254758", 2),
        ("a@example.org", "sent", "completed", "NCT03254758", 1),
    ]


def test_19_history_of_a_trial(answers):
    assert answers(19, "seen", "version", "before", "after") == [
        (LAST, 2, "2022-04-27", "2022-10-13"),
        (LAST, 2, "RECRUITING", "COMPLETED"),
    ]


def test_20_changes_that_say_nothing(answers):
    assert answers(20) == [
        ("NCT02223897", 2, ["protocolSection.conditionsModule.keywords"]),
        ("NCT05491135", 2, ["protocolSection.outcomesModule.primaryOutcomes"]),
    ]


def test_21_new_in_the_last_30_days(answers):
    assert answers(21, "nct_id", "kind") == [("NCT99999901", "new_trial")]


def test_22_stopped_and_why(answers):
    stopped = [t for t in NOW if t.status in {"SUSPENDED", "TERMINATED", "WITHDRAWN"}]
    stopped.sort(key=lambda t: (t.status, t.nct_id))
    assert answers(22) == [(t.nct_id, t.status, t.size, t.why_stopped, t.relevance) for t in stopped]


def test_23_overdue(answers):
    active = {"RECRUITING", "NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING", "ENROLLING_BY_INVITATION"}
    overdue = [t for t in NOW if t.status in active and t.end < LAST]
    assert answers(23) == [(t.nct_id, t.status, t.end, t.updated) for t in overdue]
    assert [t.nct_id for t in overdue] == ["NCT04623606"]


def test_24_sites(answers):
    large = sorted((t for t in NOW if len(t.sites) > 4), key=lambda t: (-len(t.sites), t.nct_id))
    assert answers(24) == [(t.nct_id, t.sponsor, len(t.sites), len(t.countries)) for t in large]


def test_25_industry_by_phase(answers):
    phases = grouped((t for t in NOW if t.phase), lambda t: t.phase)
    assert answers(25) == [
        (phase, len(ts), sum(t.sponsor_class == "INDUSTRY" for t in ts)) for phase, ts in phases.items()
    ]


def test_26_randomised(answers):
    groups = grouped((t for t in CORE if t.kind == "INTERVENTIONAL"), lambda t: t.group)
    counted = [
        (group, len(ts), sum(t.allocation == "RANDOMIZED" for t in ts)) for group, ts in groups.items()
    ]
    assert answers(26) == [(*row, round(100 * row[2] / row[1])) for row in counted]


def test_27_conditions(answers):
    counted = Counter(name for t in CORE for name in {condition.lower() for condition in t.conditions})
    frequent = [(name, count) for name, count in counted.items() if count > 1]
    assert answers(27) == sorted(frequent, key=lambda row: (-row[1], row[0]))


def test_28_umbilical_cord_cells(answers):
    words = ("umbilical", "wharton", "uc-msc")
    found = [
        (t.nct_id, name)
        for t in NOW
        for name in t.interventions
        if any(word in name.lower() for word in words)
    ]
    assert answers(28, "nct_id", "name") == found
    assert len(found) == 19


def test_29_why_not_relevant(answers):
    counted = Counter((t.relevance, t.reason) for t in NOW if t.relevance != "core")
    assert answers(29) == sorted(((*key, n) for key, n in counted.items()), key=lambda row: (-row[2], row[1]))


def test_30_precision_of_dates(answers):
    counted = Counter((t.posted.year // 10 * 10, t.precision) for t in NOW)
    assert answers(30) == sorted(
        ((*key, n) for key, n in counted.items()), key=lambda row: (row[0], row[1] or "~")
    )


def test_31_time_to_results(answers):
    rows = [(t.nct_id, t.end, t.results, (t.results - t.end).days) for t in NOW if t.has_results]
    assert answers(31) == sorted(rows, key=lambda row: (row[3], row[0]))
    assert len(rows) == 7


def test_32_what_was_not_understood(answers):
    assert answers(32) == [("a.b", "odd", 2, 2, "value 2")]
