"""The same night as a Prefect flow: with no server configured, and against one that somebody started."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mscwatch.replica import Replica
from support import programs
from support.faults import on, record_missing
from support.programs import found
from support.records import edited, set_status
from support.snapshots import nights, trials

pytestmark = pytest.mark.prefect
PAGE = "https://example.org/page.html"


@pytest.fixture
def environment(tmp_path, watch_file):
    """An environment of nobody's with the settings of a night in it."""
    return programs.environment(tmp_path / "prefect") | {
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


@pytest.mark.slow
def test_prefects_own_server_can_be_imported():
    found = subprocess.run(
        [sys.executable, "-c", "import prefect.server.api.server"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.slow
def test_without_a_configured_server_the_flow_runs_and_is_quiet(environment):
    with Replica(nights(trials(3))) as registry:
        done = run(environment | {"MSCWATCH_API_URL": registry.url})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "baseline"
    assert "Page 1: 3 of 3 trials." in done.stderr
    assert not any(
        word in done.stderr for word in ("temporary server", "Beginning flow run", "Traceback", "telemetry")
    )


@pytest.mark.slow
def test_against_a_running_server_each_night_is_a_flow_run_that_tells_the_truth(
    environment, prefect_home, tmp_path
):
    before = trials(3)
    contents = nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])
    report = tmp_path / "data" / "report.html"
    report.parent.mkdir()
    report.write_text("the page of an earlier night")
    with (
        programs.server(prefect_home(tmp_path / "server"), tmp_path / "server.log") as server,
        Replica(contents) as registry,
    ):
        configured = environment | {"MSCWATCH_API_URL": registry.url, "PREFECT_API_URL": server}
        assert run(configured).returncode == 0
        registry.advance()
        registry.intercept = on("/studies", record_missing())
        refused = run(configured)
        registry.intercept = None
        assert run(configured).returncode == 0
        assert run(configured | {"MSCWATCH_PAGE_URL": PAGE}).returncode == 0
        flow_runs = found(server, "flow_runs", sort="START_TIME_ASC")
        last = found(
            server,
            "task_runs",
            task_runs={"flow_run_id": {"any_": [flow_runs[2]["id"]]}},
            sort="EXPECTED_START_TIME_ASC",
        )
        artifacts = found(server, "artifacts")
    assert (refused.returncode, json.loads(refused.stdout)["outcome"]) == (3, "refused")
    assert [(one["state"]["type"], one["state"]["name"]) for one in flow_runs] == [
        ("COMPLETED", "Baseline"),
        ("FAILED", "Refused"),
        ("COMPLETED", "Published"),
        ("COMPLETED", "Unchanged"),
    ]
    assert all(one["name"].startswith("all 2") for one in flow_runs)
    assert "the registry says 3 trials and sent 2" in flow_runs[1]["state"]["message"]
    assert flow_runs[3]["state"]["message"].startswith("Nothing new")
    assert [one["name"].partition(" (")[0] for one in last] == [
        "open the warehouse",
        "ask for the version",
        "read the registry",
        "prove the reading",
        "ask for the missing",
        "compare the vocabulary",
        "commit",
        "look for papers",
        "publish",
        "tell",
        "write the report",
        "note what is printed",
    ]
    summaries = [one["data"] for one in artifacts if one["key"] == "mscwatch-all"]
    assert len(summaries) == 4
    assert any("1 completed" in one and "completed | 1" in one for one in summaries)
    (table,) = [json.loads(one["data"]) for one in artifacts if one["key"] == "mscwatch-all-events"]
    assert [(row["nct_id"], row["kind"]) for row in table] == [("NCT00000001", "completed")]
    links = [one["data"] for one in artifacts if one["key"] == "mscwatch-all-report"]
    assert sorted(links) == sorted([f"[{PAGE}]({PAGE})", *[f"[{report}]({report.as_uri()})"] * 3])
