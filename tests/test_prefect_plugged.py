"""A worker that deployed from an empty folder, and what other programs see of its nights: events, artifacts, alarms."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import yaml

from mscwatch.errors import ConfigError
from mscwatch.pipeline.summary import trial_event
from mscwatch.replica import Replica
from support import programs
from support.faults import on, record_missing
from support.programs import PATIENCE, found, running, wait_for
from support.records import edited, set_status
from support.sinks import WebhookSink
from support.snapshots import nights, trials

pytestmark = pytest.mark.prefect

ROOT = Path(__file__).parents[1]
SMALL = 'extends = "msc-liver"\n[expect]\nmin = 1\nsentinels = []\n'
BLOCKS = """
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.blocks.system import Secret

Secret(value={slack!r}).save("mscwatch-slack-webhook-url")
block = CustomWebhookNotificationBlock(name="ops", url={ops!r}, json_data={{"text": "{{{{subject}}}} {{{{body}}}}"}})
print(block.save("mscwatch-operator"))
"""


def test_an_event_of_a_trial_is_the_same_event_of_prefect_every_time_and_carries_no_markup():
    row = {"kind": "completed", "nct_id": "NCT00000001", "brief_title": "a\u202eb\x1b[2J", "severity": "high"}
    row |= {"observed_at": datetime(2026, 1, 2), "summary": "x" * 900, "event_id": "ab12"}
    event = trial_event(row, "msc-liver")
    assert event == trial_event(row, "msc-liver")
    assert event["id"] != trial_event(row, "msc")["id"]
    assert (event["event"], event["resource"]["prefect.resource.id"]) == (
        "mscwatch.completed",
        "mscwatch.trial.NCT00000001",
    )
    assert event["resource"]["prefect.resource.name"].isprintable()
    assert len(event["payload"]["summary"]) <= 400
    assert event["occurred"].tzinfo is UTC


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ({"email_to": "x"}, "email_to is no secret setting"),
        ({"smtp_url": "none"}, "The Secret block none for smtp_url cannot be read (ValueError)"),
    ],
)
def test_a_secret_block_that_cannot_be_used_is_named_and_its_value_never_is(blocks, words, monkeypatch):
    from mscwatch.flows import nightly  # noqa: PLC0415  importing Prefect takes seconds

    def load(name):
        raise ValueError(f"no block {name}, password hunter2")

    monkeypatch.setattr(nightly.Secret, "load", load)
    with pytest.raises(ConfigError) as error:
        nightly._secrets(blocks)
    assert words in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.fixture(scope="module")
def home(tmp_path_factory, prefect_home):
    """The environment of programs that use a Prefect server."""
    folder = tmp_path_factory.mktemp("plugged")
    alone = prefect_home(folder / "prefect") | {
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PYTHONPATH": str(ROOT),
        "MSCWATCH_MIN_INTERVAL": "0",
        "MSCWATCH_RETRY_BUDGET": "0",
        "MSCWATCH_PAPERS": "off",
    }
    with programs.server(alone, folder / "server.log") as url:
        yield alone | {"PREFECT_API_URL": url}


def do(home, folder, *words):
    done = subprocess.run(
        [sys.executable, *words],
        env=home,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def automation(block):
    """The one of the page, with the id of a block."""
    page = (ROOT / "flows" / "README.md").read_text("utf-8")
    [text] = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    return text.replace("BLOCK_ID", block)


@pytest.mark.slow
def test_a_worker_that_deployed_from_an_empty_folder_runs_nights_that_other_programs_can_follow(
    home, tmp_path
):
    before = trials(3)
    contents = nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]], before)
    url, now = home["PREFECT_API_URL"], datetime.now(UTC)
    folder, watch = tmp_path / "empty", tmp_path / "small.toml"
    folder.mkdir()
    watch.write_text(SMALL)
    with WebhookSink() as slack, WebhookSink() as operator, Replica(contents) as registry:
        block = do(home, folder, "-c", BLOCKS.format(slack=slack.url, ops=operator.url)).split()[-1]
        printed = yaml.safe_load(do(home, folder, "-m", "mscwatch", "schedule", "--prefect-yaml"))
        for one in printed["deployments"]:
            one["parameters"]["secret_blocks"] = {"slack_webhook_url": "mscwatch-slack-webhook-url"}
        (folder / "prefect.yaml").write_text(yaml.safe_dump(printed))
        (folder / "automation.yaml").write_text(automation(block))
        do(home, folder, "-m", "prefect", "work-pool", "create", "--type", "process", "mscwatch")
        do(home, folder, "-m", "prefect", "--no-prompt", "deploy", "--all")
        do(home, folder, "-m", "prefect", "deployment", "schedule", "pause", "--all")
        do(home, folder, "-m", "prefect", "automation", "create", "--from-file", "automation.yaml")
        deployed = found(url, "deployments", deployments={"name": {"any_": ["msc-liver"]}})

        worker = ["prefect", "worker", "start", "--pool", "mscwatch", "--work-queue", "msc-liver"]
        with running(
            worker, home | {"MSCWATCH_API_URL": registry.url}, tmp_path / "worker.log", cwd=tmp_path
        ):
            ran = []
            for fault in (None, None, on("/studies", record_missing())):
                registry.intercept = fault
                ran += programs.ended(url, [programs.due(url, "msc-liver", now, watch=str(watch))])
                registry.advance()
            told = wait_for(lambda: operator.posts, "the automation to tell the operator")
            events = wait_for(lambda: events_of(url), "Prefect's events of trials")
        lines = [line["message"] for line in found(url, "logs", limit=200)]
        artifacts = found(url, "artifacts")

    assert [one["state"]["name"] for one in ran] == ["Baseline", "Published", "Refused"]
    assert (folder / "data" / "msc-liver" / "mscwatch.duckdb").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["automation.yaml", "data", "prefect.yaml"]
    assert "Page 1: 3 of 3 trials." in lines
    assert [(one["event"], one["resource"]["prefect.resource.id"]) for one in events] == [
        ("mscwatch.completed", "mscwatch.trial.NCT00000001")
    ]
    assert any("flow-run" in one["prefect.resource.id"] for one in events[0]["related"])
    assert any("Refused" in json.dumps(message) for message in told)
    pages = [one["data"] for one in artifacts if one["key"] == "mscwatch-msc-liver"]
    assert any("[NCT00000001](https://clinicaltrials.gov/study/NCT00000001)" in page for page in pages)
    assert slack.posts  # the address came from the block …
    assert "T0/B0/secret" not in json.dumps([deployed, ran, lines, artifacts])  # … and stands nowhere else
    assert deployed[0]["tags"] == ["mscwatch", "msc-liver"]


def events_of(url):
    """Prefect's events about trials."""
    asked = {"filter": {"resource": {"id_prefix": ["mscwatch.trial."]}}}
    return requests.post(f"{url}/events/filter", json=asked, timeout=30).json()["events"]
