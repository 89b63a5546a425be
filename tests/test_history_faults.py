"""The registry's own history when it is gone, has changed, breaks off, or may not be read: said clearly, nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime

import pytest

from mscwatch.cli import main
from mscwatch.errors import ConfigError, LockedError, MscwatchError, NoAnswerError, WarehouseError
from mscwatch.pipeline import backfill
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import user_agent
from mscwatch.registry.history import HistoryAnswer, HistoryClient, HistoryGoneError, history_url
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Response
from mscwatch.store.data_dir import locked
from support.faults import either, first, html_with_200, on, status
from support.histories import STORY, as_json, as_told, history_of, listing, story
from support.records import record
from support.snapshots import night_at
from support.warehouse import rows

DAY = datetime(2022, 10, 6, 9)
TOLD = {f"NCT{number:08}": as_told(story(number)) for number in (1, 2, 3)}
LIST = listing(as_told(STORY))


def asking(url):
    return HistoryClient(history_url(url), Politeness(user_agent(), min_interval=0), sleep=lambda _: None)


def read(intercept, nct_id="NCT00000001", until=date(2022, 10, 6)):
    with Replica([night_at(DAY, record())], intercept=intercept) as registry:
        return asking(registry.url).read(nct_id, until), registry.requests


def instead(of_list=None, of_version=None):
    """The history with another answer in place of a list, or of each version."""

    def answer(_, number):
        return of_list if number is None else of_version

    return history_of(TOLD, answer)


def test_the_versions_until_a_day_are_read_one_request_each():
    reading, requests = read(history_of(TOLD), until=date(2019, 12, 31))
    assert (reading.verdict, reading.listed, [one.number for one in reading.versions]) == ("told", 3, [0, 1])
    assert [path for _, path in requests] == [
        f"/api/int/studies/NCT00000001/history{below}" for below in ("", "/0", "/1")
    ]


@pytest.mark.parametrize(
    ("intercept", "said"),
    [
        (None, "it answered HTTP 404"),
        (status(404, "<html>NCT00000001", html=True), "it answered HTTP 404"),
        (status(410), "it answered HTTP 410"),
        (status(301, headers={"Location": "https://example.org/"}), "it answered HTTP 301"),
        (instead(as_json({"versions": LIST["changes"]})), "without a list of versions"),
        (instead(as_json({"changes": []})), "without a list of versions"),
        (instead(as_json({"changes": LIST["changes"][1:]})), "not numbered from 0"),
        (instead(as_json({"changes": [{"version": 0, "date": "in spring"}]})), "version 0 without a day"),
        (instead(as_json({"changes": [{"version": 0}]})), "version 0 without a day"),
        (
            instead(None, as_json({"studyVersion": 7, "study": TOLD["NCT00000001"][0]})),
            "else than its version 0",
        ),
        (instead(None, as_json(TOLD["NCT00000001"][0])), "else than its version 0"),
        (instead(None, as_json({"studyVersion": 0, "study": {}})), "without an NCT number"),
        (instead(None, Response(404, {}, b"Not Found")), "it answered HTTP 404"),
    ],
)
def test_a_history_that_is_gone_or_changed_says_so(intercept, said):
    with pytest.raises(
        HistoryGoneError, match=r"own history is gone or has changed: .*NCT00000001"
    ) as caught:
        read(intercept)
    assert said in str(caught.value)
    assert (caught.value.exit_code, caught.value.transient) == (4, False)


@pytest.mark.parametrize(
    "intercept",
    [
        html_with_200(),
        status(503, html=True),
        instead(Response(200, {"Content-Type": "application/json"}, b"{")),
    ],
)
def test_an_answer_of_no_use_is_asked_for_again_and_then_said_to_be_perhaps_the_end(intercept):
    with pytest.raises(
        NoAnswerError, match=r"asked 5 times.*If this lasts, the registry's own history is gone"
    ):
        read(intercept)


def test_a_fault_that_passes_is_only_a_delay():
    reading, requests = read(either(first(2, html_with_200()), history_of(TOLD)))
    assert (len(reading.versions), len(requests)) == (3, 2 + 4)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (
            Response(404, {"Content-Type": "text/plain"}, b"NCT number NCT00000001 not found"),
            HistoryAnswer.NOT_FOUND,
        ),
        (Response(301, {"Location": "/api/int/studies/NCT00000002/history"}), HistoryAnswer.FORWARDED),
        (Response(308, {"Location": "/study/NCT00000002"}), HistoryAnswer.FORWARDED),
    ],
)
def test_a_trial_without_a_history_of_its_own_is_a_verdict(answer, verdict):
    assert read(instead(answer))[0].verdict == verdict


def test_versions_of_another_trial_mean_that_it_was_merged_into_that():
    reading, _ = read(history_of({"NCT00000001": as_told(story(2))}))
    assert (reading.verdict, reading.versions) == (HistoryAnswer.FORWARDED, ())


def test_the_history_lies_beside_the_api():
    assert history_url("https://clinicaltrials.gov/api/v2") == "https://clinicaltrials.gov/api/int"
    with pytest.raises(ConfigError, match="does not end with /v2"):
        history_url("https://example.org/registry")


@pytest.fixture
def begun(order):
    """A registry with a history after its first night, and what a night is to do there."""
    with Replica([night_at(DAY, *(story(number)[-1] for number in (1, 2, 3)))]) as registry:
        registry.intercept = history_of(TOLD)
        tonight = order(registry.url)
        assert run_watch(tonight).exit_code == 0
        yield registry, tonight


EVERYTHING = (
    "SELECT * FROM versions ORDER BY nct_id, version_no",
    "SELECT * FROM events ORDER BY event_id",
    "SELECT * FROM changes ORDER BY ALL",
    "SELECT * EXCLUDE (read_at) FROM histories ORDER BY nct_id",
)


def contents(tonight):
    return [rows(tonight, query) for query in EVERYTHING]


def test_when_it_is_gone_nothing_is_written_and_the_exit_code_is_4(begun, monkeypatch, capsys):
    registry, tonight = begun
    before = contents(tonight)
    registry.intercept = on("/api/int", html_with_200())
    for name in ("data_dir", "api_url", "min_interval", "retry_budget"):
        monkeypatch.setenv(f"MSCWATCH_{name.upper()}", str(getattr(tonight.settings, name)))
    monkeypatch.setenv("MSCWATCH_WATCH", str(tonight.settings.data_dir.parent / "all.toml"))
    monkeypatch.setattr("sys.argv", ["mscwatch", "history"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 4
    assert "If this lasts, the registry's own history is gone or has changed" in capsys.readouterr().err
    assert contents(tonight) == before


@pytest.mark.slow
def test_a_reading_that_breaks_off_goes_on_where_it_stopped(begun):
    """Broken off by the registry in the second trial, then killed in the midst of writing the third."""
    registry, tonight = begun
    usual = registry.intercept
    registry.intercept = either(on("NCT00000002/history/1", status(503)), usual)
    with pytest.raises(NoAnswerError):
        backfill.read_histories(tonight)
    assert rows(tonight, "SELECT nct_id FROM histories") == [("NCT00000001",)]  # published already
    registry.intercept = usual

    usually = backfill.note_answer

    def killed(con, nct_id, *facts):
        usually(con, nct_id, *facts)
        if nct_id == "NCT00000003":
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "note_answer", killed)
        with pytest.raises(KeyboardInterrupt):
            backfill.read_histories(tonight)
    asked = len(registry.requests)
    backfill.read_histories(tonight)
    assert len(registry.requests) - asked == 1 + 3
    assert rows(tonight, "SELECT nct_id, versions_kept FROM histories ORDER BY ALL") == [
        (one, 2) for one in TOLD
    ]
    assert rows(tonight, "SELECT count(*) FROM versions") == [(9,)]


def test_what_a_killed_reading_left_unpublished_is_published_by_the_next(begun):
    registry, tonight = begun
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "publish_copy", lambda *_: None)
        backfill.read_histories(tonight)
    assert rows(tonight, "SELECT count(*) FROM histories") == [(0,)]
    asked = len(registry.requests)
    backfill.read_histories(tonight)
    assert len(registry.requests) == asked
    assert rows(tonight, "SELECT count(*) FROM histories") == [(3,)]


def test_what_cannot_be_read_is_refused_before_anybody_is_asked(begun, order, tmp_path):
    registry, tonight = begun
    asked = len(registry.requests)
    for words, error, said in (
        (["NCT99999999", "NCT00000001"], MscwatchError, "never seen NCT99999999"),
        (["NCT1", "liver"], ConfigError, "'liver' is no NCT number"),
    ):
        with pytest.raises(error, match=said):
            backfill.read_histories(tonight, words)
    with pytest.raises(WarehouseError, match="Run `mscwatch run` first"):
        backfill.read_histories(order(registry.url, data_dir=tmp_path / "empty"))
    with locked(tonight.data_dir), pytest.raises(LockedError):
        backfill.read_histories(tonight)
    other = tmp_path / "other.toml"
    other.write_text('name = "other"\ntitle = "Other"\n[query]\nterm = "ALL"\n')
    with pytest.raises(ConfigError, match="belongs to the watch all"):
        backfill.read_histories(order(registry.url, watch=other))
    assert len(registry.requests) == asked
    assert not (tmp_path / "empty").exists()


def test_before_the_first_proven_night_there_is_nothing_to_read(order):
    """A first night that was refused has left a working file, and perhaps half of its trials."""
    with Replica([night_at(DAY, record())], intercept=on("/studies", html_with_200())) as registry:
        tonight = order(registry.url)
        assert run_watch(tonight).exit_code == 4
        with pytest.raises(WarehouseError, match="No night is in"):
            backfill.read_histories(tonight)


@pytest.mark.slow
@pytest.mark.prefect
def test_the_flow_does_the_same(begun):
    """Without an engine around it, and in a process of its own: Prefect takes over the logging of the one it is in."""
    _, tonight = begun
    named = ("data_dir", "api_url", "min_interval")
    environment = {f"MSCWATCH_{name.upper()}": str(getattr(tonight.settings, name)) for name in named}
    watch = str(tonight.settings.data_dir.parent / "all.toml")
    done = subprocess.run(
        [sys.executable, "-c", f"from mscwatch.flows.history import history; print(history.fn(['NCT00000002'], {watch!r}))"],
        env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "versions=2, " in done.stdout
    assert rows(tonight, "SELECT nct_id FROM histories") == [("NCT00000002",)]
