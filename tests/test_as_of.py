"""How things stood: the macros on a warehouse whose nights fall on known days, and on an older DuckDB."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date, datetime

import duckdb
import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.replica.sample import sample_records
from mscwatch.store import queries, working
from mscwatch.store.data_dir import DataDir
from support.orders import run_nights
from support.records import edited, record, set_status
from support.snapshots import night_at
from support.warehouse import rows

EVENING, MIDNIGHT, LATER = datetime(2022, 10, 6, 23, 30), datetime(2022, 10, 7), datetime(2022, 10, 10, 9)


@pytest.fixture
def three_nights(order, made_once):
    """Trial 1 completes at midnight; trial 2 is merged into it then; trial 3 comes later, and 1 is renamed."""
    one, two, three = record(1), record(2), record(3)
    completed = edited(one, set_status("COMPLETED"))
    renamed = edited(
        completed, lambda it: it["protocolSection"]["identificationModule"].update(briefTitle="New")
    )
    on_each = (
        night_at(EVENING, one, two),
        night_at(MIDNIGHT, completed, NCT00000002="NCT00000001"),
        night_at(LATER, renamed, three, NCT00000002="NCT00000001"),
    )
    tonight = order("http://127.0.0.1")
    made = made_once("as_of", lambda folder: run_nights(folder, on_each))
    shutil.copytree(made, tonight.settings.data_dir)
    return tonight


def test_trials_stand_as_they_stood_at_the_end_of_a_day(three_nights):
    def stood(day):
        return rows(
            three_nights,
            "SELECT nct_id, overall_status, brief_title = 'New', in_watch FROM trials_as_of(?) ORDER BY nct_id",
            [day],
        )

    assert stood("2022-10-06") == [
        ("NCT00000001", "RECRUITING", False, True),
        ("NCT00000002", "RECRUITING", False, True),
    ]
    merged = ("NCT00000002", "RECRUITING", False, False)
    assert stood(date(2022, 10, 7)) == [("NCT00000001", "COMPLETED", False, True), merged]
    assert stood(datetime(2022, 10, 9, 23, 59)) == [("NCT00000001", "COMPLETED", False, True), merged]
    assert stood("2022-10-10") == [
        ("NCT00000001", "COMPLETED", True, True),
        merged,
        ("NCT00000003", "RECRUITING", False, True),
    ]
    assert stood(date(2999, 1, 1)) == stood("2022-10-10")


@pytest.mark.parametrize("macro", ["trials_as_of", "versions_as_of", "studies_as_of"])
@pytest.mark.parametrize("columns", ["*", "count(*)", "nct_id"])
def test_a_day_before_the_watch_began_is_an_error_that_says_so(three_nights, macro, columns):
    for condition in ("true", "nct_id = 'NCT00000001'"):
        with pytest.raises(duckdb.Error) as error:
            rows(three_nights, f"SELECT {columns} FROM {macro}('2022-10-05') WHERE {condition}")
        assert "Nothing is known of 2022-10-05: the watch began on 2022-10-06 (UTC)." in str(error.value)


def test_no_day_at_all_is_an_error_too(three_nights):
    with pytest.raises(duckdb.Error, match="The day is null"):
        rows(three_nights, "SELECT * FROM trials_as_of(?)", [None])


def test_before_the_first_night_there_is_nothing_to_begin_with(order):
    data_dir = order("http://127.0.0.1:9").data_dir
    data_dir.prepare()
    with working.open_warehouse(data_dir) as con:
        assert con.execute("FROM trials_as_of('2022-10-05')").fetchall() == []


def test_ctgovs_headlines_stand_as_they_stood(three_nights):
    query = "SELECT nct_id, overall_status, brief_title FROM studies_as_of(?) ORDER BY nct_id"
    title = "Mesenchymal stem cells in liver cirrhosis"
    assert rows(three_nights, query, ["2022-10-06"]) == [
        ("NCT00000001", "RECRUITING", title),
        ("NCT00000002", "RECRUITING", title),
    ]
    assert rows(three_nights, query, ["2022-10-10"])[0] == ("NCT00000001", "COMPLETED", "New")


def test_versions_as_of_gives_the_record_itself(three_nights):
    found = rows(three_nights, "SELECT version_no, record FROM versions_as_of('2022-10-07') ORDER BY nct_id")
    assert [number for number, _ in found] == [2, 1]
    assert json.loads(found[0][1])["protocolSection"]["statusModule"]["overallStatus"] == "COMPLETED"


def test_events_between_begins_with_the_first_moment_and_ends_before_the_second(three_nights):
    def kinds(a, b):
        found = rows(three_nights, "SELECT kind FROM events_between(?, ?) ORDER BY kind", [a, b])
        return [kind for (kind,) in found]

    assert kinds("2022-10-06", "2022-10-07") == ["entered_watch", "entered_watch"]
    assert kinds(MIDNIGHT, LATER) == ["completed", "merged"]
    assert kinds(date(2022, 10, 7), date(2022, 10, 10)) == ["completed", "merged"]
    assert kinds("2022-10-08", "2022-10-10 09:00:00") == []
    assert len(kinds(EVENING, "2022-10-11")) == 5


@pytest.mark.slow
def test_a_trial_that_came_back_was_out_in_between(tmp_path):
    one, two = record(1), record(2)
    after = night_at(MIDNIGHT, one, NCT00000002="NCT00000001")
    on_each = (night_at(EVENING, one, two), after, night_at(LATER, one, two))
    tonight = run_nights(tmp_path / "data", on_each)
    query = "SELECT in_watch FROM trials_as_of(?) WHERE nct_id = 'NCT00000002'"
    stood = [rows(tonight, query, [day]) for day in ("2022-10-06", "2022-10-09", "2022-10-10")]
    assert stood == [[(True,)], [(False,)], [(True,)]]


def differing(con, now, then):
    """Columns of a macro that its relation lacks, and those in which the two differ for some trial."""
    columns = [name for name, *_ in con.execute(f"DESCRIBE SELECT * FROM {then}").fetchall()]
    known = {name for name, *_ in con.execute(f"DESCRIBE {now}").fetchall()}
    shared = [name for name in columns if name in known - {"nct_id"}]
    counts = ", ".join(f'count(*) FILTER (n."{name}" IS DISTINCT FROM t."{name}")' for name in shared)
    found = con.execute(f"SELECT {counts} FROM {now} AS n FULL JOIN {then} AS t USING (nct_id)").fetchall()[0]
    return set(columns) - known, {name for name, count in zip(shared, found, strict=True) if count}


def as_of_today_is_today(order, records):
    with Replica([Snapshot("2022-10-06T09:00:05", records)]) as registry:
        tonight = order(registry.url)
        assert run_watch(tonight).exit_code == 0
    with queries.open_published(DataDir(tonight.settings.data_dir)) as con:
        assert differing(con, "trials", "trials_as_of(current_date + 1)") == (
            {"version_no", "data_timestamp"},
            set(),
        )
        assert differing(con, "studies", "studies_as_of(current_date + 1)") == (set(), set())


def test_as_of_today_is_what_the_tables_say(order):
    as_of_today_is_today(order, sample_records())


@pytest.mark.slow
def test_as_of_today_is_what_the_tables_say_for_every_real_record(order, real_records):
    ids = (one["protocolSection"]["identificationModule"]["nctId"] for one in real_records)
    as_of_today_is_today(order, dict(zip(ids, real_records, strict=True)))


QUESTIONS = (
    "SELECT nct_id, overall_status, in_watch, countries, phases FROM trials_as_of('2022-10-07') ORDER BY ALL",
    "SELECT nct_id, phase, start_date::VARCHAR FROM ctgov.studies_as_of('2022-10-07') ORDER BY ALL",
    "SELECT kind FROM events_between('2022-10-06', '2022-10-08') ORDER BY ALL",
)
ASK = """
import json, sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps([duckdb.__version__, *(con.execute(one).fetchall() for one in sys.argv[2:])]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.2.2", "1.5.*"])
def test_an_older_duckdb_knows_the_macros_of_the_file(three_nights, tmp_path, version):
    """OLDER_DUCKDB may name a folder with an installed older version, for a machine without an index."""
    folder = os.environ.get("OLDER_DUCKDB", tmp_path / "old")
    if "OLDER_DUCKDB" not in os.environ:
        got = subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder, f"duckdb=={version}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if got.returncode:
            pytest.skip(f"duckdb {version} cannot be fetched for this Python here")
    path = str(DataDir(three_nights.settings.data_dir).published)
    done = subprocess.run(
        [sys.executable, "-c", ASK, path, *QUESTIONS],
        env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found, *answers = json.loads(done.stdout)
    assert found.startswith("1.")
    assert answers == [[list(row) for row in rows(three_nights, one)] for one in QUESTIONS]
    assert len(answers[0]) == 2
    early = subprocess.run(
        [sys.executable, "-c", ASK, path, "SELECT count(*) FROM trials_as_of('2019-01-01')"],
        env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Nothing is known of 2019-01-01: the watch began on 2022-10-06" in early.stderr
