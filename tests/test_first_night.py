"""Whole nights against a real HTTP server: what is stored, told and published, and what is left as it was."""

from __future__ import annotations

import gc
import threading
from datetime import datetime

import duckdb
import pytest

from mscwatch.pipeline import closing, steps
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import commit, conclusions, publish, working
from mscwatch.store.data_dir import DataDir
from mscwatch.store.ledger import LAST_WRITTEN_RUN
from mscwatch.vocabulary import RunOutcome
from support.faults import (
    first,
    on,
    status,
)
from support.records import edited, record, set_status
from support.snapshots import nights, trials
from support.warehouse import file_hash, rows


@pytest.mark.slow
@pytest.mark.reviewed
def test_the_first_night_is_a_baseline_and_tells_nobody_of_a_trial(order):
    with Replica(nights(trials(30))) as registry:
        tonight = order(registry.url)
        result = run_watch(tonight)
    assert (result.outcome, result.exit_code, result.new) == (RunOutcome.BASELINE, 0, 30)
    assert rows(tonight, "SELECT DISTINCT kind, is_baseline FROM events") == [("entered_watch", True)]
    assert rows(tonight, "SELECT count(*) FROM deliveries") == [(0,)]
    assert rows(tonight, "SELECT kind FROM notices") == [("baseline",)]
    assert rows(tonight, "SELECT count(*), count(DISTINCT brief_title) FROM trials") == [(30, 1)]
    assert rows(tonight, "SELECT count(*) FROM published_trials") == [(22,)]
    noted = DataDir(tonight.settings.data_dir).published_hash.read_text().split()[0]
    assert noted == file_hash(tonight)


def test_a_night_with_nothing_new_is_one_request_and_leaves_the_published_file_alone(order, first_night):
    with Replica(nights(trials(30))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        before, asked = file_hash(tonight), len(registry.requests)
        result = run_watch(tonight)
        assert len(registry.requests) - asked == 1
    assert (result.outcome, result.exit_code, result.requests) == (RunOutcome.UNCHANGED, 0, 1)
    assert file_hash(tonight) == before


def test_a_forced_night_on_the_same_data_makes_no_version_and_no_event(order, first_night):
    with Replica(nights(trials(30))) as registry:
        first_night(order(registry.url), registry)
        result = run_watch(order(registry.url, force=True))
    assert (result.outcome, result.new, result.changed, result.events) == (RunOutcome.PUBLISHED, 0, 0, {})


def test_a_refresh_that_changes_nothing_makes_no_version(order, first_night):
    with Replica(nights(trials(30), trials(30))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        result = run_watch(tonight)
    assert (result.outcome, result.new, result.changed, result.events) == (RunOutcome.PUBLISHED, 0, 0, {})
    assert rows(tonight, "SELECT count(*) FROM versions") == [(30,)]


def test_what_changed_is_named_kept_and_shown(order, first_night):
    before = trials(30)
    after = [edited(before[0], set_status("COMPLETED")), *before[1:]]
    fresh = record(99)
    fresh["protocolSection"]["statusModule"]["studyFirstPostDateStruct"] = {"date": "2022-10-06"}
    with Replica(nights(before, [*after, fresh])) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        result = run_watch(tonight)
    assert result.events == {"completed": 1, "new_trial": 1}
    assert "NCT00000001" in result.news.text
    assert rows(tonight, "SELECT overall_status FROM trials WHERE nct_id = 'NCT00000001'") == [("COMPLETED",)]
    versions = "SELECT version_no, valid_from IS NOT NULL, valid_to IS NULL FROM versions WHERE nct_id = 'NCT00000001' ORDER BY 1"
    assert rows(tonight, versions) == [(1, True, False), (2, True, True)]
    changes = "SELECT path, before, after, is_material FROM changes"
    path = "protocolSection.statusModule.overallStatus"
    assert rows(tonight, changes) == [(path, "RECRUITING", "COMPLETED", True)]


def test_an_unknown_status_is_kept_told_and_noted(order, first_night):
    before = trials(3)
    after = [edited(before[0], set_status("PAUSED")), *before[1:]]
    with Replica(nights(before, after)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        result = run_watch(tonight)
    assert result.events == {"status_changed": 1}
    assert rows(tonight, "SELECT nct_id, value FROM issues") == [("NCT00000001", "PAUSED")]
    assert rows(tonight, "SELECT overall_status FROM trials WHERE nct_id = 'NCT00000001'") == [("PAUSED",)]


@pytest.mark.slow
def test_after_a_refused_night_the_same_data_are_read_again(order, first_night):
    with Replica(nights(trials(30))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.intercept = on("/version", status(403, "no"))
        assert run_watch(tonight).exit_code == 4
        registry.intercept = None
        assert run_watch(tonight).outcome == RunOutcome.PUBLISHED
        assert run_watch(tonight).outcome == RunOutcome.UNCHANGED


@pytest.mark.slow
def test_a_registry_that_stumbles_is_asked_again_and_the_night_is_good(order):
    with Replica(nights(trials(30)), intercept=on("/studies", first(2, status(503, "busy")))) as registry:
        tonight = order(registry.url, retry_budget=100)
        waits = []
        client = Client(
            registry.url, Politeness("test", min_interval=0), sleep=waits.append, jitter=lambda: 1.0
        )
        result = run_watch(tonight, client=client)
    assert (result.outcome, result.requests) == (RunOutcome.BASELINE, 5)
    assert waits == [2.0, 4.0]


@pytest.mark.slow
def test_an_open_reader_neither_blocks_a_night_nor_sees_half_of_it(order, first_night):
    before = trials(30)
    after = [edited(one, set_status("COMPLETED")) for one in before]
    with Replica(nights(before, after)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        reader = duckdb.connect(str(DataDir(tonight.settings.data_dir).published), read_only=True)
        question = "SELECT overall_status, count(*) FROM trials GROUP BY ALL"
        seen, finished = [], threading.Event()

        def ask_on():
            while not finished.is_set():
                seen.append(reader.execute(question).fetchall())

        asking = threading.Thread(target=ask_on)
        asking.start()
        try:
            result = run_watch(tonight)
        finally:
            finished.set()
            asking.join()
        reader.close()
    assert result.outcome == RunOutcome.PUBLISHED
    assert {tuple(answer) for answer in seen} == {(("RECRUITING", 30),)}
    assert rows(tonight, question) == [("COMPLETED", 30)]


@pytest.mark.slow
def test_times_are_naive_utc_and_the_data_timestamp_is_the_registrys(order):
    with Replica(nights(trials(3))) as registry:
        tonight = order(registry.url)
        run_watch(tonight)
    assert rows(tonight, "SELECT DISTINCT data_timestamp FROM versions") == [
        (datetime(2022, 10, 6, 9, 0, 5),)
    ]


@pytest.mark.slow
def test_a_registry_that_says_nothing_of_its_data_is_read_every_night(order):
    silent = [Snapshot(None, night.records) for night in nights(trials(3))]
    with Replica(silent) as registry:
        tonight = order(registry.url)
        outcomes = [run_watch(tonight).outcome for _ in range(2)]
    assert outcomes == [RunOutcome.BASELINE, RunOutcome.PUBLISHED]


@pytest.mark.slow
def test_a_first_night_killed_between_two_groups_is_a_first_night_again(order, monkeypatch):
    monkeypatch.setattr(commit, "STORED_AT_ONCE", 1)
    with Replica(nights(trials(30))) as registry:
        tonight = order(registry.url, page_size=10)
        whole, calls = commit.plan, []

        def dies(*arguments):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return whole(*arguments)

        monkeypatch.setattr(commit, "plan", dies)
        with pytest.raises(KeyboardInterrupt):
            run_watch(tonight)
        assert not tonight.data_dir.published.exists()
        monkeypatch.setattr(commit, "plan", whole)
        result = run_watch(tonight)
    assert (result.outcome, result.new) == (RunOutcome.BASELINE, 20)
    assert rows(tonight, "SELECT outcome FROM runs ORDER BY started_at") == [("interrupted",), ("baseline",)]
    assert rows(tonight, "SELECT count(*), count(DISTINCT nct_id) FROM versions") == [(30, 30)]
    assert rows(tonight, "SELECT count(*), bool_and(is_baseline) FROM events") == [(30, True)]
    assert rows(tonight, "SELECT summary FROM notices WHERE kind = 'baseline'") == [
        ('The watch "All of it" begins with 30 trials. From now on, changes are reported.',)
    ]


@pytest.mark.slow
@pytest.mark.reviewed
@pytest.mark.parametrize("ends", ["with a word", "killed"])
def test_claims_that_a_stopped_run_did_not_count_are_counted_by_the_next(
    order, first_night, monkeypatch, ends
):
    """They follow the night's transaction, so a run can end between the two; a killed one cannot even say so."""
    with Replica(nights(trials(3), [*trials(3), record(4)])) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        with monkeypatch.context() as patch:
            patch.setattr(conclusions, "refresh", stopped)
            if ends == "killed":
                patch.setattr(closing, "close", lambda *_: None)
            with pytest.raises(KeyboardInterrupt):
                run_watch(tonight)
        assert run_watch(tonight).outcome == ("unchanged" if ends == "killed" else "published")
    assert rows(tonight, "SELECT count(*) FROM versions") == [(4,)]
    assert rows(tonight, f"SELECT value = ({LAST_WRITTEN_RUN}) FROM meta WHERE key = 'claims_of'") == [
        (True,)
    ]
    today = "SELECT DISTINCT as_of::VARCHAR FROM review_claims WHERE scope = 'today'"
    assert rows(tonight, today) == [("2022-10-07",)]


def stopped(_):
    raise KeyboardInterrupt


@pytest.mark.reviewed
def test_claims_that_are_not_those_published_are_published(order, first_night):
    with Replica(nights(trials(3))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        with working.open_warehouse(tonight.data_dir) as con:
            con.execute("UPDATE meta SET value = 'an earlier night' WHERE key = 'claims_of'")
            assert publish.is_behind(con, tonight.data_dir)


@pytest.mark.slow
def test_the_cycle_collector_is_off_only_where_records_are_parsed(order, monkeypatch):
    collects = {}
    for name in ("sweep", "prove_sweep", "publish_copy", "deliver"):
        room = steps if hasattr(steps, name) else closing
        usual = getattr(room, name)

        def noting(*arguments, name=name, usual=usual, **values):
            collects[name] = gc.isenabled()
            return usual(*arguments, **values)

        monkeypatch.setattr(room, name, noting)
    with Replica(nights(trials(3))) as registry:
        run_watch(order(registry.url))
    assert collects == {"sweep": False, "prove_sweep": True, "publish_copy": True, "deliver": True}
