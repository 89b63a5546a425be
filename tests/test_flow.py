"""The same night as a Prefect flow: with no server configured, and against one that somebody started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
import requests
from records import edited, set_status
from registry_faults import on, record_missing
from sinks import free_port
from test_first_night import nights, trials

from mscwatch.registry.replica import Replica

pytestmark = pytest.mark.prefect


@pytest.fixture
def environment(tmp_path, watch_file):
    """A process environment with an own Prefect home and nobody's settings."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MSCWATCH_", "PREFECT_"))
    }
    home = tmp_path / "prefect"
    home.mkdir()
    return kept | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "MSCWATCH_DATA_DIR": str(tmp_path / "data"),
        "MSCWATCH_WATCH": str(watch_file),
        "MSCWATCH_MIN_INTERVAL": "0",
        "MSCWATCH_RETRY_BUDGET": "0",
    }


def run(environment, *words):
    return subprocess.run(
        [sys.executable, "-m", "mscwatch", "run", "--json", *words],
        env=environment, cwd=environment["PREFECT_HOME"], capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


@pytest.fixture
def prefect_server(environment, tmp_path):
    """A Prefect server in a process of its own; its API's address."""
    port = free_port()
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--port", str(port), "--no-ui"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}/api"
        try:
            _wait_until_healthy(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_until_healthy(url, server):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, "the Prefect server died"
        try:
            if requests.get(f"{url}/health", timeout=2).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.2)
    pytest.fail("the Prefect server did not start in 90 s")


def test_prefects_own_server_can_be_imported():
    found = subprocess.run(
        [sys.executable, "-c", "import prefect.server.api.server"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr


def test_without_a_configured_server_the_flow_runs_and_is_quiet(environment):
    with Replica(nights(trials(3))) as registry:
        done = run(environment | {"MSCWATCH_API_URL": registry.url})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "baseline"
    assert "Page 1: 3 of 3 trials." in done.stderr
    assert not any(
        word in done.stderr for word in ("temporary server", "Beginning flow run", "Traceback", "telemetry")
    )


def test_against_a_running_server_each_night_is_a_flow_run_that_tells_the_truth(environment, prefect_server):
    before = trials(3)
    contents = nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])
    with Replica(contents) as registry:
        configured = environment | {"MSCWATCH_API_URL": registry.url, "PREFECT_API_URL": prefect_server}
        assert run(configured).returncode == 0
        registry.advance()
        registry.intercept = on("/studies", record_missing())
        refused = run(configured)
        registry.intercept = None
        assert run(configured).returncode == 0
    assert (refused.returncode, json.loads(refused.stdout)["outcome"]) == (3, "refused")

    def found(kind, **body):
        return requests.post(f"{prefect_server}/{kind}/filter", json=body, timeout=10).json()

    flow_runs = found("flow_runs", sort="START_TIME_ASC")
    assert [one["state"]["type"] for one in flow_runs] == ["COMPLETED", "FAILED", "COMPLETED"]
    assert all(one["name"].startswith("all 2") for one in flow_runs)
    assert "the registry says 3 trials and sent 2" in flow_runs[1]["state"]["message"]
    last = found(
        "task_runs", task_runs={"flow_run_id": {"any_": [flow_runs[2]["id"]]}}, sort="EXPECTED_START_TIME_ASC"
    )
    steps = [one["name"].partition(" · ")[0] for one in last]
    assert steps == [
        "open the warehouse",
        "ask for the version",
        "read the registry",
        "prove the reading",
        "ask for the missing",
        "compare the vocabulary",
        "commit",
        "publish",
        "tell",
    ]
    artifacts = [one for one in found("artifacts") if one["key"] == "mscwatch-all"]
    assert len(artifacts) == 3
    assert any("1 completed" in one["data"] and "completed | 1" in one["data"] for one in artifacts)
