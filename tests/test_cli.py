"""The command line as a person meets it, without Prefect; of each kind of command, one in a process of its own."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mscwatch.cli.app import COMMANDS
from mscwatch.store.data_dir import DataDir, locked
from support.faults import on, status
from support.sinks import WebhookSink


@pytest.fixture
def after_two_nights(mscwatch, registry, made_two_nights, tmp_path):
    """Commands on a warehouse after a baseline and a night on which a trial completed; the registry stands there too."""
    shutil.copytree(made_two_nights, tmp_path / "data")
    registry.night = 1
    return mscwatch


@pytest.mark.slow
def test_the_demo_runs_three_nights_and_says_what_changed(mscwatch, tmp_path):
    users = {"export_url": tmp_path / "export", "jsonl_file": tmp_path / "alerts.jsonl", "page_size": 1}
    done = mscwatch("demo", "--direct", process=True, **users)
    assert done.returncode == 0, done.stderr
    assert not users["export_url"].exists()
    assert not users["jsonl_file"].exists()
    third = done.stdout.partition("DEMO night 3")[2]
    for words in (
        "NCT99999901",
        "COMPLETED (1)",
        "RESULTS POSTED (1)",
        "BECAME UNKNOWN (1)",
        "NEW TRIAL (1)",
        "PUBLICATION FOUND (1)",
        "(strength A: NCT01877759 stands in its abstract)",
    ):
        assert words in third
    assert third.count("DEMO") >= 2
    folder = tmp_path / "data" / "demo"
    assert sorted(path.name for path in (folder / "digests").iterdir()) == [
        "night-1.html",
        "night-1.txt",
        "night-3.html",
        "night-3.txt",
    ]
    assert all("DEMO" in path.read_text() for path in (folder / "digests").iterdir())
    assert "DEMO" in mscwatch("events", data_dir=folder).stdout
    assert "DEMO" in mscwatch("status", data_dir=folder).stdout
    assert "DEMO" in mscwatch("sql", "SELECT 1", data_dir=folder).stdout
    assert "DEMO" not in mscwatch("sql", "SELECT 1", "--csv", data_dir=folder).stdout
    [line] = [line for line in third.splitlines() if " links reject " in line]
    words = shlex.split(line.partition(" links ")[2], comments=True)
    assert "both say umbilical cord" in mscwatch("links", data_dir=folder).stdout
    assert "It holds from now on" in mscwatch("links", *words, data_dir=folder).stdout
    assert "NCT02223897 rejected" in mscwatch("papers", "NCT02223897", data_dir=folder).stdout


def test_run_prints_the_digest_where_no_channel_is_configured(mscwatch, registry):
    mscwatch("run", "--direct", api_url=registry.url)
    registry.advance()
    done = mscwatch("run", "--direct", api_url=registry.url)
    assert "NCT00000001" in done.stdout
    assert "recruiting → completed" in done.stdout
    assert "Published: 3 trials" in done.stdout
    assert "Page 1: 3 of 3 trials." in done.stderr


@pytest.mark.slow
def test_run_as_json_is_one_object_whatever_happens(mscwatch, registry):
    def told(**values):
        done = mscwatch("run", "--direct", "--json", api_url=registry.url, **values)
        return done.returncode, json.loads(done.stdout)

    code, first = told()
    assert (code, first["outcome"], first["fetched"], first["events"], first["owed"]) == (
        0,
        "baseline",
        3,
        {"entered_watch": 3},
        0,
    )
    kept = {"run_id", "data_timestamp", "total_count", "new", "changed", "requests", "work_seconds"}
    assert first.keys() >= kept
    code, second = told()
    assert (code, second["outcome"], second["requests"]) == (0, "unchanged", 1)
    code, wrong = told(watch="no-such-watch")
    assert (code, wrong["outcome"]) == (2, "failed")
    assert "no-such-watch" in wrong["error"]
    assert wrong.keys() == first.keys() | {"error"}
    registry.intercept = on("/version", status(403, "no"))
    code, refused = told()
    assert (code, refused["outcome"]) == (4, "failed")
    assert "HTTP 403" in refused["error"]


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"api_url": "http://127.0.0.1:9/api/v2"}, 4, "gave no usable answer"),
        ({"min_interval": "soon"}, 2, "MSCWATCH_MIN_INTERVAL"),
        ({"watch": "no-such-watch"}, 2, "There is no watch no-such-watch"),
        ({"data_dir": "/proc/nowhere"}, 1, "cannot be written"),
        ({"slack_webhook_url": "hunter2"}, 2, "MSCWATCH_SLACK_WEBHOOK_URL"),
    ],
)
def test_what_cannot_work_is_a_sentence_and_an_exit_code(mscwatch, values, code, words):
    done = mscwatch("run", "--direct", **values)
    assert done.returncode == code
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("mscwatch: ")
    assert words in last
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    told = mscwatch("--debug", "run", "--direct", **values)
    assert (told.returncode, "Traceback" in told.stderr, "hunter2" in told.stderr) == (code, True, False)


def test_debug_shows_the_cause_and_without_it_stderr_is_a_sentence(mscwatch, tmp_path):
    (tmp_path / "broken.toml").write_text("name = ")
    short = mscwatch("preview", watch=tmp_path / "broken.toml")
    assert short.stderr.startswith(f"mscwatch: Watch file {tmp_path}/broken.toml is not valid TOML")
    assert len(short.stderr.splitlines()) == 1
    long = mscwatch("--debug", "preview", watch=tmp_path / "broken.toml")
    assert "tomllib.TOMLDecodeError: Invalid value" in long.stderr
    assert "The above exception was the direct cause of" in long.stderr
    assert long.stderr.endswith(short.stderr)
    assert (short.returncode, long.returncode) == (2, 2)


def test_a_wrong_key_in_the_watch_file_is_exit_2(mscwatch, watch_file, registry):
    watch_file.write_text(watch_file.read_text() + "[expect]\nminimum = 3\n")
    done = mscwatch("run", "--direct", api_url=registry.url)
    assert (done.returncode, "expect.minimum" in done.stderr) == (2, True)


@pytest.mark.slow
def test_a_second_run_at_the_same_time_is_exit_6(mscwatch, registry, tmp_path):
    with locked(DataDir(tmp_path / "data")):
        done = mscwatch("run", "--direct", api_url=registry.url, process=True)
    assert (done.returncode, "Another run is at work" in done.stderr) == (6, True)


@pytest.mark.slow
def test_an_alert_still_owed_is_exit_5_and_status_says_to_whom(mscwatch, registry):
    with WebhookSink() as slack:
        mscwatch("run", "--direct", api_url=registry.url, slack_webhook_url=slack.url)
        registry.advance()
        slack.statuses.append((404, "no_service"))
        done = mscwatch("run", "--direct", api_url=registry.url, slack_webhook_url=slack.url)
    assert done.returncode == 5
    assert "1 alert(s) are still owed" in done.stderr
    assert "secret" not in done.stdout + done.stderr
    done = mscwatch("status", "--json", process=True)
    assert not done.stderr  # libraries, too, end silently
    shown = done.stdout
    assert "secret" not in shown
    assert json.loads(shown)["owed"][0]["channel"] == "slack"


def test_a_data_directory_belongs_to_one_watch(after_two_nights, registry, tmp_path, watch_file):
    other = tmp_path / "other.toml"
    other.write_text(watch_file.read_text().replace('"all"', '"other"'))
    done = after_two_nights("run", "--direct", api_url=registry.url, watch=other)
    assert (done.returncode, "belongs to the watch all" in done.stderr) == (2, True)
    assert "belongs to the watch all" in after_two_nights("doctor", "--json", watch=other).stdout


@pytest.mark.slow
def test_events_can_be_chosen_and_written_as_csv_and_json(after_two_nights):
    assert "NCT00000001  completed" in after_two_nights("events", process=True).stdout
    (event,) = json.loads(
        after_two_nights("events", "--json", "--kind", "completed", "--trial", "nct00000001").stdout
    )
    assert (event["kind"], event["before"], event["after"]) == ("completed", "RECRUITING", "COMPLETED")
    assert after_two_nights("events", "--csv").stdout.count("\n") == 2
    assert "No event" in after_two_nights("events", "--kind", "withdrawn").stdout
    header = after_two_nights("events", "--csv").stdout.splitlines()[0]
    assert after_two_nights("events", "--kind", "withdrawn", "--csv").stdout.splitlines() == [header]
    assert "No event" in after_two_nights("events", "--since", "2999-01-01").stdout
    assert after_two_nights("events", "--baseline", "--csv").stdout.count("\n") == 5
    assert after_two_nights("events", "--kind", "birthday").returncode == 2
    wrong = after_two_nights("events", "--since", "01.11.2026")
    assert (wrong.returncode, "write it as 2026-11-01" in wrong.stderr) == (2, True)
    assert after_two_nights("birthdays").returncode == 2


@pytest.mark.slow
def test_show_prints_a_trial_and_names_one_it_has_never_seen(after_two_nights):
    done = after_two_nights("show", "nct00000001", process=True)
    assert done.returncode == 0
    for words in ("COMPLETED", "recruiting → completed", "A hospital", "relevance_reason"):
        assert words in done.stdout
    done = after_two_nights("show", "NCT00000001", "NCT00000009")
    assert (done.returncode, "never seen NCT00000009" in done.stderr) == (1, True)


@pytest.mark.slow
def test_sql_answers_on_aacts_names_and_repeats_duckdbs_words_on_a_wrong_query(after_two_nights):
    query = "SELECT overall_status, count(*) AS n FROM studies GROUP BY ALL ORDER BY n"
    assert json.loads(after_two_nights("sql", query, "--json").stdout) == [
        {"overall_status": "COMPLETED", "n": 1},
        {"overall_status": "RECRUITING", "n": 2},
    ]
    assert (
        after_two_nights("sql", "-", "--csv", stdin=query, process=True).stdout
        == "overall_status,n\nCOMPLETED,1\nRECRUITING,2\n"
    )
    assert after_two_nights("sql", "SELECT '=1+1' AS x", "--csv").stdout == "x\n'=1+1\n"
    done = after_two_nights("sql", "SELECT nothing FROM nowhere")
    assert (done.returncode, "nowhere" in done.stderr) == (2, True)
    done = after_two_nights("sql", "DELETE FROM runs")
    assert (done.returncode, "read-only" in done.stderr) == (2, True)


def test_before_the_first_night_every_question_says_what_to_do(mscwatch):
    for words in (("events",), ("show", "NCT00000001"), ("sql", "SELECT 1"), ("status",)):
        done = mscwatch(*words)
        assert (done.returncode, "Run `mscwatch run` first" in done.stderr) == (1, True)


@pytest.mark.slow
def test_doctor_finds_nothing_wrong_and_then_what_is_wrong(after_two_nights, registry, tmp_path):
    good = after_two_nights("doctor", "--json", api_url=registry.url, process=True)
    assert good.returncode == 0, good.stdout
    assert {check["what"] for check in json.loads(good.stdout)["checks"]} >= {
        "registry",
        "lock",
        "warehouse",
        "channels",
        "data directory",
    }
    with (tmp_path / "data" / "mscwatch.duckdb").open("ab") as file:
        file.write(b"x")
    bad = after_two_nights("doctor", "--json", api_url="http://127.0.0.1:9/api/v2", wacth="x")
    failed = {
        check["what"]: check["detail"] for check in json.loads(bad.stdout)["checks"] if not check["good"]
    }
    assert bad.returncode == 1
    assert failed.keys() == {"settings", "registry", "warehouse"}
    assert "MSCWATCH_WACTH" in failed["settings"]


def test_a_lost_working_file_is_no_new_baseline(after_two_nights, registry, tmp_path):
    places = DataDir(tmp_path / "data")
    kept = places.working.rename(tmp_path / "kept")
    published = places.published.read_bytes()
    done = after_two_nights("run", "--direct", "--force", api_url=registry.url)
    assert (done.returncode, "is gone, but" in done.stderr) == (1, True)
    assert places.published.read_bytes() == published
    assert failed_checks(after_two_nights, registry).keys() == {"working file"}
    places.working.write_bytes(b"not a database" * 1000)
    assert "restore a backup" in failed_checks(after_two_nights, registry)["working file"]
    kept.replace(places.working)
    assert failed_checks(after_two_nights, registry) == {}


def failed_checks(mscwatch, registry):
    told = json.loads(mscwatch("doctor", "--json", api_url=registry.url).stdout)
    return {check["what"]: check["detail"] for check in told["checks"] if not check["good"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("modules", "never"),
    [
        (
            sorted({f"mscwatch.cli.{module}" for module in COMMANDS.values()}),
            {"prefect", "pandas", "apprise", "httpx", "prompt_toolkit", "mcp", "marimo"},
        ),
        (["mscwatch.cli.app"], {"mscwatch.cli.questions", "duckdb", "requests"}),
        (["mscwatch.cli.registry"], {"duckdb", "requests", "mscwatch.store"}),
        (
            ["mscwatch.cli.questions", "mscwatch.cli.prompt"],
            {"mscwatch.pipeline.run", "requests", "mscwatch.therapy"},
        ),
    ],
)
def test_commands_import_nothing_that_they_do_not_need(modules, never):
    found = subprocess.run(
        [sys.executable, "-c", f"import sys, {', '.join(modules)}; print(*sys.modules)"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert set(modules) <= set(found.stdout.split())
    assert not never & set(found.stdout.split())


def test_a_mistyped_command_is_met_with_the_one_that_was_meant(mscwatch):
    done = mscwatch("evnts", process=True)
    assert (done.returncode, "Did you mean 'events'?" in done.stderr) == (2, True)
