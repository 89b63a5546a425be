"""A value of a record is made plain in one place: the same in table, event and message, however it was written.

The second half reads the files of `shared/cases`, and says what should come of each.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, snapshot_from_ndjson
from support.odd import (
    Ears,
    RawRegistry,
    case_file,
    column,
    completed,
    edited,
    fresh,
    number,
    order_in,
    record,
    rows,
)

STATUS, DESIGN = "statusModule", "designModule"
OUTCOMES = {"primaryOutcomes": [{"measure": "MELD", "timeFrame": "24 weeks"}]}
HIDDEN = {"primaryOutcomes": [{"measure": "MELD\u00a0", "timeFrame": "24\u00a0weeks\u200b"}]}
PAPERS = {"references": [{"pmid": "PMID: 888", "type": "RESULT", "citation": "A. 2022."}, {"type": "RESULT"}]}
ENROLLED, DATED, PHASED, EMPTY, READ, CITED, POSTED = range(10, 17)


def dated(n, text):
    return edited(
        record(n), lambda study: study["protocolSection"][STATUS].update(startDateStruct={"date": text})
    )


@pytest.fixture(scope="module")
def written_otherwise(tmp_path_factory):
    """Two nights between which values are only written otherwise, one trial completes and one is new."""
    folder = tmp_path_factory.mktemp("values")
    posted = fresh(POSTED)
    posted["protocolSection"][STATUS]["studyFirstPostDateStruct"] = {"date": "2022-10"}
    before = [
        record(1),
        record(ENROLLED, designModule={"enrollmentInfo": {"count": "40"}}),
        dated(DATED, "January 2019"),
        record(PHASED, designModule={"phases": []}),
        dated(EMPTY, ""),
        record(READ, outcomesModule=OUTCOMES),
        record(CITED),
    ]
    after = [
        completed(before[0]),
        record(ENROLLED, designModule={"enrollmentInfo": {"count": 40}}),
        dated(DATED, "2019-01"),
        record(PHASED, designModule={}),
        edited(record(EMPTY), lambda study: study["protocolSection"][STATUS].pop("startDateStruct")),
        record(READ, outcomesModule=HIDDEN),
        record(CITED, referencesModule=PAPERS),
        posted,
    ]
    with RawRegistry([before, after]) as registry, Ears(folder) as ears:
        order = order_in(folder, registry.url, **ears.settings)
        results = [run_watch(order)]
        registry.night = 1
        results.append(run_watch(order))
    return SimpleNamespace(order=order, results=results, ears=ears)


def test_only_what_changed_in_substance_is_an_event(written_otherwise):
    assert [result.exit_code for result in written_otherwise.results] == [0, 0]
    assert written_otherwise.results[1].events == {"completed": 1, "new_trial": 1, "publication_linked": 1}


def test_a_number_written_as_a_text_is_that_number(written_otherwise):
    assert column(
        written_otherwise.order, f"SELECT enrollment FROM trials WHERE nct_id = '{number(ENROLLED)}'"
    ) == [40]


def test_a_month_in_words_is_that_month(written_otherwise):
    query = f"SELECT start_date::VARCHAR, start_date_precision FROM trials WHERE nct_id = '{number(DATED)}'"
    assert rows(written_otherwise.order, query) == [("2019-01-31", "month")]
    first = "SELECT valid_from::DATE FROM versions WHERE version_no = 1 LIMIT 1"
    as_of = f"SELECT start_date::VARCHAR FROM trials_as_of(({first})) WHERE nct_id = '{number(DATED)}'"
    assert column(written_otherwise.order, as_of) == ["2019-01-31"]


def test_no_phases_are_an_empty_list(written_otherwise):
    assert column(
        written_otherwise.order, f"SELECT phases FROM trials WHERE nct_id = '{number(PHASED)}'"
    ) == [[]]


def test_invisible_characters_are_no_material_change(written_otherwise):
    query = f"SELECT DISTINCT is_material FROM changes WHERE nct_id = '{number(READ)}'"
    assert column(written_otherwise.order, query) == [False]


def test_a_paper_has_one_number_in_table_event_and_message(written_otherwise):
    order = written_otherwise.order
    ((field, summary),) = rows(order, "SELECT field, summary FROM events WHERE kind = 'publication_linked'")
    assert field.endswith("[pmid=888]")
    assert summary.count("PMID") == 1
    assert "PMID 888" in summary
    assert column(order, f"SELECT pmid FROM publications WHERE nct_id = '{number(CITED)}'") == ["888"]
    assert "PMID 888" in written_otherwise.ears.heard()["mail"]


def test_a_trial_first_posted_in_a_month_without_a_day_is_new(written_otherwise):
    assert written_otherwise.ears.deaf_to(number(POSTED)) == []


# The files of shared/cases, served and watched as their README says, all in the same two nights.

FIRST = (
    *("poison_new_night1.ndjson", "n3_night1.ndjson", "edge1.ndjson.gz", "edge2_results.ndjson"),
    *("drift_phases_number.ndjson", "drift_studyType_object.ndjson", "enrollment_overflow_feb30.ndjson"),
    "enumdrift.ndjson",
)
SECOND = ("poison_new_night2.ndjson", "n3_night2.ndjson", "edge1_night2.ndjson.gz", *FIRST[3:])
WATCH = 'extends = "msc-liver"\nname = "cases"\n[expect]\nmin = 1\nsentinels = []\n'


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    snapshots = [
        snapshot_from_ndjson(*map(case_file, names), data_timestamp=f"2022-10-0{day}T09:00:05")
        for day, names in ((6, FIRST), (7, SECOND))
    ]
    with Replica(snapshots) as registry, Ears(folder) as ears:
        order = order_in(folder, registry.url, WATCH, **ears.settings)
        results = [run_watch(order)]
        registry.advance()
        results.append(run_watch(order))
    return SimpleNamespace(order=order, results=results, ears=ears)


def issues(cases, trial):
    return column(cases.order, f"SELECT path FROM issues WHERE nct_id = 'NCT{trial}' ORDER BY path")


def test_cases_all_of_them_in_two_good_nights(cases):
    assert [(result.exit_code, result.owed) for result in cases.results] == [(0, 0), (0, 0)]
    assert column(cases.order, "SELECT DISTINCT state FROM deliveries") == ["sent"]


def test_cases_poison_new(cases):
    assert [channel for channel in cases.ears.deaf_to("NCT90000872") if channel != "slack"] == []


@pytest.mark.parametrize(
    ("trial", "path"),
    [
        ("90000863", "designModule.phases"),
        ("90000861", "designModule.studyType"),
        ("90000865", "designModule.enrollmentInfo.count"),
        ("90000866", "statusModule.startDateStruct.date"),
    ],
)
def test_cases_drift_and_overflow(cases, trial, path):
    assert any(noted.startswith(f"protocolSection.{path}") for noted in issues(cases, trial))
    assert column(cases.order, f"SELECT count(*) FROM trials WHERE nct_id = 'NCT{trial}'") == [1]


def test_cases_a_date_that_is_none_has_no_precision(cases):
    query = "SELECT DISTINCT {0}_precision FROM trials WHERE {0} IS NULL"
    for name in ("start_date", "completion_date", "primary_completion_date"):
        assert column(cases.order, query.format(name)) in ([], [None])


@pytest.mark.parametrize("value", ["QUINTUPLE", "NURSE", "STARTUP", "AI", "OTHER", "PAUSED"])
def test_cases_every_enumerated_field_notes_a_value_that_nobody_published(cases, value):
    assert value in column(cases.order, "SELECT value FROM issues WHERE nct_id = 'NCT90000804'")


def test_cases_a_module_that_nobody_knows_is_noted(cases):
    assert any("brandNewModule" in path for path in issues(cases, "90000804"))
    assert issues(cases, "90000805") == []


def test_cases_one_rule_says_what_has_results(cases):
    """Table, event and clock follow it, and each contradiction of flag and section is an issue."""
    odd = {
        trial for trial in range(501, 511) if any("esults" in path for path in issues(cases, f"90000{trial}"))
    }
    assert {501, 503, 504} <= odd
    assert 502 not in odd
    assert column(cases.order, "SELECT nct_id FROM results_due WHERE coalesce(trim(reason), '') = ''") == []
    had = {"NCT90000501", "NCT90000502"}
    told = dict(
        rows(
            cases.order,
            "SELECT nct_id, kind FROM events WHERE kind IN ('results_posted', 'results_removed') AND NOT is_baseline",
        )
    )
    for nct_id, has in rows(
        cases.order, "SELECT nct_id, has_results FROM trials WHERE nct_id LIKE 'NCT900005__'"
    ):
        change = {(False, True): "results_posted", (True, False): "results_removed"}
        assert told.get(nct_id) == change.get((nct_id in had, has)), nct_id


def test_cases_what_nobody_can_see_is_no_material_change(cases):
    query = "SELECT path FROM changes WHERE is_material AND nct_id = 'NCT90000507' AND path LIKE '%utcomes%'"
    assert column(cases.order, query) == []


def test_cases_results_that_overflow_are_noted(cases):
    assert "3000000000" in column(cases.order, "SELECT value FROM issues WHERE nct_id = 'NCT90000104'")


def test_cases_phases_are_never_an_empty_text(cases):
    assert column(cases.order, "SELECT count(*) FROM trials WHERE list_contains(phases, '')") == [0]
    assert len(issues(cases, "90000049")) == 1


def test_cases_the_same_value_written_otherwise_is_not_told(cases):
    query = "SELECT nct_id FROM events WHERE kind IN ('date_changed', 'enrollment_changed')"
    assert not {"NCT90000002", "NCT90000005", "NCT90000022"} & set(column(cases.order, query))


def test_cases_papers_have_one_number_and_nothing_is_no_paper(cases):
    said = column(cases.order, "SELECT summary FROM events WHERE kind = 'publication_linked'")
    assert sorted(summary.count("PMID") for summary in said) == [1, 1]
    assert "PMID PMID" not in cases.ears.heard()["mail"]
    nothing = "SELECT nct_id FROM publications WHERE coalesce(trim(citation), '') = '' AND pmid IS NULL"
    assert column(cases.order, nothing) == []
