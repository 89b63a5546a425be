"""A night does not depend on Prefect's health: it runs directly where no server answers, and says so once."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mscwatch.errors import NoAnswerError
from mscwatch.replica import Replica
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from support import programs
from support.faults import on, record_missing
from support.orders import write_watch
from support.snapshots import nights, trials

pytestmark = pytest.mark.prefect

ROOT = Path(__file__).parents[1]
PATIENCE = programs.PATIENCE


@pytest.fixture
def registry():
    with Replica(nights(trials(3), trials(3))) as running:
        yield running


@pytest.fixture
def environment(tmp_path, prefect_home, registry):
    """An own Prefect home, and the settings of a night in nobody else's environment."""
    return prefect_home(tmp_path / "prefect") | {
        "MSCWATCH_DATA_DIR": str(tmp_path / "data"),
        "MSCWATCH_WATCH": str(write_watch(tmp_path)),
        "MSCWATCH_API_URL": registry.url,
        "MSCWATCH_MIN_INTERVAL": "0",
        "MSCWATCH_RETRY_BUDGET": "0",
        "MSCWATCH_REPORT": "false",
        "PYTHONPATH": str(ROOT),
    }


def python(environment, *words):
    return subprocess.run(
        [sys.executable, *words], env=environment, cwd=environment["PREFECT_HOME"], capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


def run(environment, *words):
    return python(environment, "-m", "mscwatch", "run", "--json", *words)


def outcomes(environment):
    with queries.open_newest(DataDir(Path(environment["MSCWATCH_DATA_DIR"]))) as con:
        return [night["outcome"] for night in queries.nights(con, 10)]


def assert_ran_directly(done, environment, code=0, outcome="baseline"):
    """Once, with one warning in both places, and as it would have ended anyway."""
    assert done.returncode == code, done.stderr
    result = json.loads(done.stdout)
    assert result["outcome"] == outcome
    assert outcomes(environment) == [outcome]
    (warning,) = result["warnings"]
    assert warning.startswith("This night runs directly, without Prefect: ")
    (line,) = [line for line in done.stderr.splitlines() if "prefect" in line.casefold()]
    assert "WARNING" in line
    assert warning in line
    assert "Traceback" not in done.stderr


@contextlib.contextmanager
def deaf():
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"


@contextlib.contextmanager
def healthy_in_name_only():
    """The address of a server that calls itself healthy and fails at all else, as one does whose database is gone."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path.endswith("/health") else 500)
            self.end_headers()

        do_POST = do_PATCH = do_GET  # noqa: N815  as http.server calls them

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


def dead():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://somebody:secret@127.0.0.1:{listener.getsockname()[1]}/api"


@pytest.mark.slow
def test_a_configured_server_that_is_down_costs_a_warning_and_no_night(environment, registry):
    done = run(environment | {"PREFECT_API_URL": dead()})
    assert_ran_directly(done, environment)
    assert "secret" not in done.stdout + done.stderr
    assert len(registry.requests) == 3


@pytest.mark.slow
def test_a_night_that_runs_directly_exits_as_it_would(environment, registry):
    registry.intercept = on("/studies", record_missing())
    done = run(environment | {"PREFECT_API_URL": dead()})
    assert_ran_directly(done, environment, code=3, outcome="refused")
    assert done.stderr.splitlines()[-1].startswith("mscwatch: The registry's answer was not trusted")


@pytest.mark.slow
@pytest.mark.parametrize("server", [deaf, healthy_in_name_only])
def test_a_configured_server_that_is_ill_costs_a_warning_and_no_night(environment, server):
    with server() as url:
        begun = time.monotonic()
        assert_ran_directly(run(environment | {"PREFECT_API_URL": url}), environment)
    assert time.monotonic() - begun < PATIENCE / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "ill",
    [
        {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "1"},
        {"PREFECT_SERVER_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:////nowhere/at/all.db"},
        {"PREFECT_SERVER_EPHEMERAL_ENABLED": "false"},
    ],
    ids=["too slow", "breaks off", "switched off"],
)
def test_an_embedded_server_that_does_not_start_costs_a_warning_and_no_night(environment, ill):
    assert_ran_directly(run(environment | ill), environment)


@pytest.mark.slow
def test_settings_of_prefect_that_it_refuses_cost_no_night(environment):
    done = run(environment | {"PREFECT_LOGGING_LEVEL": "LOUD"})
    assert done.returncode == 0, done.stderr
    assert "it cannot be imported (ValidationError)" in json.loads(done.stdout)["warnings"][0]
    assert outcomes(environment) == ["baseline"]


@pytest.mark.slow
def test_an_embedded_server_on_a_slow_machine_gets_time_to_start(environment, tmp_path):
    """Twenty seconds, Prefect's own patience, are not enough there; nobody sets it for the user."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "sitecustomize.py").write_text(
        "import sys, time\nif any('prefect.server' in word for word in sys.orig_argv): time.sleep(25)\n"
    )
    slow = environment | {"PYTHONPATH": os.pathsep.join([str(tmp_path / "slow"), str(ROOT)])}
    del slow["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"]
    (tmp_path / "prefect" / "prefect.db").unlink()  # a first start migrates, too
    done = run(slow)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["warnings"] == []
    assert outcomes(environment) == ["baseline"]


@pytest.mark.slow
def test_a_refused_night_through_prefect_prints_one_sentence_and_no_traceback(environment, registry):
    registry.intercept = on("/studies", record_missing())
    done = run(environment)
    assert (done.returncode, json.loads(done.stdout)["outcome"]) == (3, "refused")
    page, sentence = done.stderr.splitlines()
    assert page.endswith("INFO Page 1: 2 of 3 trials.")
    assert sentence.startswith("mscwatch: The registry's answer was not trusted")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code", "outcome"), [(None, 0, "baseline"), (record_missing(), 3, "refused")]
)
def test_a_server_that_dies_during_a_night_takes_nothing_with_it(
    environment, prefect_home, registry, tmp_path, fault, code, outcome
):
    home = prefect_home(tmp_path / "server")
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(programs.server(home, tmp_path / "server.log"))
        only_once = threading.Event()

        def kill_the_server(*request):
            if not only_once.is_set():
                only_once.set()
                stack.close()
            return fault(*request) if fault else None

        registry.intercept = on("/studies", kill_the_server)
        begun = time.monotonic()
        done = run(environment | {"PREFECT_API_URL": url})
    assert done.returncode == code, done.stderr
    result = json.loads(done.stdout)
    assert result["outcome"] == outcome
    assert outcomes(environment) == [outcome]
    assert result["warnings"] == [
        "Prefect's server was lost during this night (no connection); nothing else was."
    ]
    assert result["warnings"][0] in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 4
    assert time.monotonic() - begun < PATIENCE / 2


# Each step as a task, with a Prefect that fails around it


@pytest.fixture
def step(monkeypatch):
    """Make the steps of a night with another `Task` in Prefect's place."""
    from mscwatch.flows import nightly  # noqa: PLC0415  importing Prefect takes seconds

    def make(run_task):
        monkeypatch.setattr(nightly, "_named", str)
        monkeypatch.setattr(nightly, "Task", lambda attempt, **_: lambda: run_task(attempt))
        return nightly._as_task("all")

    return make


def fail(*_):
    raise RuntimeError("Prefect is ill")


@pytest.mark.parametrize("run_task", [fail, lambda attempt: attempt() and fail(), lambda attempt: attempt()])
def test_a_step_runs_once_whatever_prefect_does_around_it(step, run_task):
    done = []
    assert step(run_task)("publish", lambda: done.append(1) or "published") == "published"
    assert done == [1]


def test_a_step_fails_with_its_own_error_whatever_prefect_does_around_it(step):
    def attempt_and_fail(attempt):
        with contextlib.suppress(NoAnswerError):
            attempt()
        fail()

    error = NoAnswerError("the registry is away")
    with pytest.raises(NoAnswerError) as raised:
        step(attempt_and_fail)("read", lambda: (_ for _ in ()).throw(error))
    assert raised.value is error


def test_a_step_that_succeeds_at_the_second_attempt_has_succeeded(step):
    def retry(attempt):
        with contextlib.suppress(NoAnswerError):
            attempt()
        return attempt()

    answers = iter([NoAnswerError("away"), None])

    def ask():
        if error := next(answers):
            raise error
        return "answer"

    assert step(retry)("read", ask, asks_registry=True) == "answer"


# mscwatch's own lines in Prefect's run log

LINES = ("Page 1: 3 of 3 trials.", "Committed: 3 new, 0 changed, 3 event(s).")
CALL = "from mscwatch.flows.nightly import nightly; nightly()"
CALL_AFTER_PREFECT = f"import prefect; {CALL}"


@pytest.fixture(scope="module")
def server(tmp_path_factory, prefect_home):
    folder = tmp_path_factory.mktemp("server")
    with programs.server(prefect_home(folder / "prefect"), folder / "server.log") as url:
        yield url


def logged(url, flow_run=None):
    """The messages in the log of a flow run (default: the newest), once the night's lines are among them."""
    if flow_run is None:
        flow_run = programs.found(url, "flow_runs", sort="START_TIME_DESC", limit=1)[0]["id"]
    chosen = {"flow_run_id": {"any_": [flow_run]}}
    deadline = time.monotonic() + 20  # they are sent in batches
    while True:
        messages = [line["message"] for line in programs.found(url, "logs", logs=chosen, limit=200)]
        if set(LINES) <= set(messages) or time.monotonic() > deadline:
            return messages
        time.sleep(0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("-m", "mscwatch", "run"), ("-c", CALL), ("-c", CALL_AFTER_PREFECT)],
    ids=["command", "call", "call after Prefect was imported"],
)
def test_the_lines_of_a_run_are_in_prefects_log_once(environment, server, words):
    done = python(environment | {"PREFECT_API_URL": server}, *words)
    assert done.returncode == 0, done.stderr
    messages = logged(server)
    assert [messages.count(line) for line in LINES] == [1, 1]


@pytest.mark.slow
def test_the_lines_of_a_scheduled_run_are_in_prefects_log(environment, server, tmp_path):
    scheduled = environment | {"PREFECT_API_URL": server, "MSCWATCH_CRON": "0 0 1 1 *"}
    options = {"cwd": environment["PREFECT_HOME"]}
    with programs.running(["mscwatch", "schedule"], scheduled, tmp_path / "schedule.log", **options):
        run_id = programs.due(server, "all", datetime.now(UTC))
        (ended,) = programs.ended(server, [run_id])
        assert ended["state"]["name"] == "Baseline"
        messages = logged(server, run_id)
    assert [messages.count(line) for line in LINES] == [1, 1]
