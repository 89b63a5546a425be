"""When a night is due, what `status` says of it, and that what is deployed is what the settings promise."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import yaml
from hypothesis import given
from hypothesis import settings as patience
from hypothesis import strategies as st
from typer.testing import CliRunner

from mscwatch import settings
from mscwatch.cli.app import app
from mscwatch.errors import ConfigError
from mscwatch.flows.deployments import prefect_yaml
from mscwatch.pipeline import summary
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.schedule import next_night
from mscwatch.watches import packaged
from support.faults import on, record_missing
from support.programs import PATIENCE, environment, running, server, wait_for
from support.snapshots import nights, trials

DEPLOYED = yaml.safe_load(prefect_yaml(settings.Settings()))["deployments"]
USUAL = ("30 10 * * 1-5", "America/New_York")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20T15:29", "2026-11-20T15:30"),  # a Friday, winter time
        ("2026-11-20T15:30", "2026-11-23T15:30"),
        ("2026-07-01T12:00", "2026-07-01T14:30"),  # summer time
        ("2027-03-12T15:30", "2027-03-15T14:30"),  # the clocks change over the week-end
    ],
)
def test_the_usual_night_is_half_past_ten_in_new_york_on_a_working_day(now, due):
    assert next_night(*USUAL, datetime.fromisoformat(now + "Z")) == datetime.fromisoformat(due + "Z")


@pytest.mark.slow
@patience(deadline=None)
@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)).map(lambda it: it.replace(tzinfo=UTC)),
    cron=st.sampled_from(["30 10 * * 1-5", "15 6 1,15 * *", "0 */4 * * *", "5 9 * * sun", "45 23 L * *"]),
    timezone=st.sampled_from(["America/New_York", "Europe/Paris", "Asia/Kolkata", "UTC"]),
)
def test_status_and_prefect_mean_the_same_time(now, cron, timezone):
    from prefect.server.schemas.schedules import CronSchedule  # noqa: PLC0415  takes seconds

    due = next_night(cron, timezone, now)
    theirs = asyncio.run(CronSchedule(cron=cron, timezone=timezone).get_dates(2, start=now))
    assert due in theirs  # theirs begin with `now` itself where a night is due at that instant
    assert due > now


@pytest.mark.parametrize(
    "cron", ["nightly", "30 10 1 *", "30 25 * * *", "0 30 10 * * 1-5", "0 0 31 2 *", "0 9 LW * *"]
)
def test_what_is_not_five_fields_of_cron_is_named_and_not_quoted(cron, monkeypatch):
    monkeypatch.setenv("MSCWATCH_CRON", cron)
    with pytest.raises(
        ConfigError, match=r"MSCWATCH_CRON \(environment\): must be five fields of cron"
    ) as error:
        settings.load_settings()
    assert cron not in str(error.value)


@pytest.fixture
def status(order, monkeypatch):
    """`mscwatch status …` after a baseline and a night that was refused."""
    with Replica(nights(trials(3), trials(3))) as registry:
        tonight = order(registry.url)
        run_watch(tonight)
        registry.advance()
        registry.intercept = on("/studies", record_missing())
        run_watch(tonight)
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(tonight.settings.data_dir))
    return lambda *words: CliRunner().invoke(app, ["status", *words])


def test_status_says_when_a_night_is_due_and_which_was_the_last_good_one(status):
    shown = status().output
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert f"Last good night: {today}" in shown
    assert "UTC, baseline, registry data of 2022-10-06 09:00." in shown
    assert "10:30 America/New_York (" in shown
    told = json.loads(status("--json").output)
    assert told["last_good"]["outcome"] == "baseline"
    assert [one["outcome"] for one in told["nights"]] == ["refused", "baseline"]
    assert datetime.fromisoformat(told["next_run"]) == next_night(*USUAL, datetime.now(UTC))


def test_status_follows_the_schedule_that_is_set(status, monkeypatch):
    monkeypatch.setenv("MSCWATCH_CRON", "0 0 1 1 *")
    monkeypatch.setenv("MSCWATCH_TIMEZONE", "Asia/Kolkata")
    assert f"{datetime.now(UTC).year + 1}-01-01 00:00 Asia/Kolkata" in status().output
    monkeypatch.setenv("MSCWATCH_CRON", "soon")
    assert isinstance(status().exception, ConfigError)


def test_before_any_good_night_status_says_so():
    assert summary.last_good(None) == "Last good night: none yet."


def test_every_packaged_watch_is_deployed_once_with_a_directory_and_a_queue_of_its_own():
    assert sorted(one["parameters"]["watch"] for one in DEPLOYED) == packaged()
    pools = [one["work_pool"] for one in DEPLOYED]
    assert len({pool["job_variables"]["env"]["MSCWATCH_DATA_DIR"] for pool in pools}) == len(pools)
    assert len({pool["work_queue_name"] for pool in pools}) == len(pools)


@pytest.mark.parametrize("one", DEPLOYED, ids=lambda one: one["name"])
def test_a_deployment_keeps_the_default_schedule_and_runs_one_night_at_a_time(one):
    usual = settings.Settings()
    assert one["schedules"] == [{"cron": usual.cron, "timezone": usual.timezone}]
    assert one["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    module, _, flow = one["entrypoint"].rpartition(".")
    source = importlib.util.find_spec(module).origin
    assert f"def {flow}(" in Path(source).read_text(encoding="utf-8")
    assert one["tags"] == ["mscwatch", one["name"]]


def test_the_printed_deployments_follow_the_settings_and_hold_the_users_own_watch(tmp_path, monkeypatch):
    text = "name = 'own'\ntitle = 'Of \"my own\": $x 𝛼 # no'\n[query]\nterm = 'ALL'\n"
    (tmp_path / "own.toml").write_text(text)
    monkeypatch.setenv("MSCWATCH_WATCH", "own.toml")
    monkeypatch.setenv("MSCWATCH_CRON", "5 9 * * 2")
    monkeypatch.setenv("MSCWATCH_TIMEZONE", "Asia/Kolkata")
    printed = CliRunner().invoke(app, ["schedule", "--prefect-yaml"]).stdout
    *others, own = yaml.safe_load(printed)["deployments"]
    assert [one["name"] for one in others] == packaged()
    assert all(
        one["schedules"] == [{"cron": "5 9 * * 2", "timezone": "Asia/Kolkata"}] for one in [*others, own]
    )
    assert own["parameters"] == {"watch": str(tmp_path / "own.toml")}
    assert (own["name"], own["description"]) == ("own", 'Of "my own": $x 𝛼 # no, every night')
    (tmp_path / "own.toml").write_text("extends = 'msc'\n")
    (replaced,) = [
        one
        for one in yaml.safe_load(prefect_yaml(settings.load_settings()))["deployments"]
        if one["name"] == "msc"
    ]
    assert replaced["parameters"] == {"watch": str(tmp_path / "own.toml")}


@pytest.mark.slow
@pytest.mark.parametrize(
    "configured", [{}, {"PREFECT_API_URL": "http://127.0.0.1:9/api"}], ids=["none", "silent"]
)
def test_a_schedule_without_a_prefect_server_is_a_sentence(configured, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mscwatch", "schedule"],
        env=environment(tmp_path / "prefect") | configured, cwd=tmp_path,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("mscwatch: ")
    assert "prefect server start" in said


@pytest.mark.slow
def test_a_schedule_that_is_terminated_ends_without_a_warning(tmp_path, prefect_home):
    home = prefect_home(tmp_path / "prefect")
    with server(home, tmp_path / "server.log") as url:
        deployed = f"{url}/deployments/name/mscwatch-nightly/msc-liver"
        log = tmp_path / "schedule.log"
        with running(["mscwatch", "schedule"], home | {"PREFECT_API_URL": url}, log, cwd=tmp_path) as program:
            wait_for(lambda: requests.get(deployed, timeout=30).ok, "the deployment")
            time.sleep(3)  # until the runner has begun to listen for signals
            program.terminate()
            assert program.wait(PATIENCE) == 0
    assert "never awaited" not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_table_of_events_shows_hostile_text_as_text():
    row = dict.fromkeys(("kind", "severity", "brief_title", "event_id"), "x")
    (shown,) = summary.event_rows(
        [row | {"nct_id": None, "summary": "a <script>[b](http://c)\u202e\n" + "d" * 900}]
    )
    assert shown["nct_id"] == ""
    assert "\u202e" not in shown["summary"]
    assert len(shown["summary"]) < 450
    for mark in ("<script>", "[b](", "\n"):
        assert mark not in shown["summary"]


def test_a_table_of_events_ends_somewhere():
    row = dict.fromkeys(("nct_id", "kind", "severity", "summary", "brief_title", "event_id"), "x")
    assert len(summary.event_rows([row] * 600)) == 500
