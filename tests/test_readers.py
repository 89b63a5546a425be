"""Analysts ask while nights are published: nobody waits, nothing fails, and every answer is one whole night."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from support.records import record

TRIALS = 30

# One row: how many trials, and the night's number as titles, tables, versions, macros and ledger tell it.
TITLE = "v.record ->> '$.protocolSection.identificationModule.briefTitle'"
NIGHTS = "SELECT count(*) FROM runs WHERE outcome IN ('baseline', 'published')"
QUESTIONS = (
    "SELECT count(*), list(DISTINCT brief_title) FROM trials",
    "SELECT count(*), list(DISTINCT s.brief_title) FROM ctgov.studies AS s JOIN ctgov.sponsors USING (nct_id)",
    f"SELECT count(*), list(DISTINCT {TITLE}) FROM versions AS v WHERE valid_to IS NULL",
    "SELECT count(*), list(DISTINCT brief_title) FROM trials_as_of(current_date + 1)",
    f"SELECT (SELECT count(DISTINCT nct_id) FROM versions), ['night ' || ({NIGHTS})]",
    "SELECT (SELECT count(*) FROM watched), ['night ' || max(version_no)] FROM versions",
)

READER = """
import json, sys
from pathlib import Path
import duckdb

path, finished, progress, *questions = sys.argv[1:]
answers, errors, asked = {}, [], 0
while not Path(finished).exists():
    question = questions[asked % len(questions)]
    asked += 1
    try:
        with duckdb.connect(path, read_only=True) as con:
            answer = json.dumps(con.execute(question).fetchall()[0])
        answers[answer] = answers.get(answer, 0) + 1
    except duckdb.Error as error:
        errors.append(f"{question}: {error}")
    with open(progress, "ab") as file:
        file.write(b".")
print(json.dumps([asked, answers, errors]))
"""


def content(number):
    """All trials of a night; each says in its title which night it is."""
    named = {"nctId": "", "briefTitle": f"night {number}"}
    ids = [f"NCT{one:08}" for one in range(1, TRIALS + 1)]
    return {nct_id: record(1, identificationModule=named | {"nctId": nct_id}) for nct_id in ids}


def read_while_publishing(order, tmp_path, *, nights, readers, queries):
    """Publish nights while processes read without a pause; each reader's count of questions, answers, and errors.

    A night begins when its share of the questions has been asked, so all of them fall among the publications.
    """
    finished, progress = tmp_path / "finished", tmp_path / "progress"
    progress.touch()
    days = [Snapshot(f"2022-10-{day:02}T09:00:05", content(day)) for day in range(1, nights + 1)]
    with Replica(days) as registry:
        tonight = order(registry.url)
        assert run_watch(tonight).exit_code == 0
        words = [sys.executable, "-c", READER, tonight.data_dir.published, finished, progress, *QUESTIONS]
        processes = [
            subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(readers)
        ]
        try:
            for number in range(1, nights + 1):
                registry.advance()
                assert run_watch(tonight).exit_code == 0
                wait_until(lambda done=number: progress.stat().st_size >= queries * done / nights)
        finally:
            finished.touch()
            said = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * readers, said
    return [json.loads(out) for out, _ in said]


def wait_until(is_so, seconds=120):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "the readers stand still"
        time.sleep(0.01)


def assert_whole(found, *, nights, queries):
    assert [error for _, _, errors in found for error in errors] == []
    assert sum(asked for asked, _, _ in found) >= queries
    seen = {answer for _, answers, _ in found for answer in answers}
    whole = {json.dumps([TRIALS, [f"night {number}"]]) for number in range(1, nights + 1)}
    assert seen <= whole, f"torn: {seen - whole}"
    assert len(seen) >= nights - 1  # they did read all the while; the first night may be over too soon


@pytest.mark.slow
def test_a_thousand_queries_in_four_processes_during_ten_nights(order, tmp_path):
    found = read_while_publishing(order, tmp_path, nights=10, readers=4, queries=1_000)
    assert_whole(found, nights=10, queries=1_000)
    print(f"{sum(asked for asked, _, _ in found)} queries, no error, no torn read")
