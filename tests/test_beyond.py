"""Beyond one machine: Prefect's server on PostgreSQL, two watches on two workers, and Spark on what they export."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from mscwatch.flows.deployments import prefect_yaml
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.settings import Settings
from mscwatch.store.data_dir import DataDir
from support.faults import first, on
from support.programs import PATIENCE, due, ended, environment, found, postgresql, running, server, wait_for
from support.records import edited, set_status
from support.snapshots import nights, trials

pytestmark = [pytest.mark.slow, pytest.mark.prefect]

WATCHES = ("msc-liver", "cell-therapy-liver")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory):
    """The environment of programs that use a Prefect server whose memory is a PostgreSQL of its own."""
    folder = tmp_path_factory.mktemp("beyond")
    alone = environment(folder / "prefect") | {
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "MSCWATCH_MIN_INTERVAL": "0",
        "MSCWATCH_RETRY_BUDGET": "0",
    }
    with postgresql() as database:
        remembering = alone | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database}
        with server(remembering, folder / "server.log") as url:
            yield alone | {"PREFECT_API_URL": url}
    assert "ERROR" not in (folder / "server.log").read_text()


@pytest.fixture
def registry():
    before = trials(30)
    with Replica(
        nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])
    ) as running_registry:
        yield running_registry


def small(folder, name):
    """A packaged watch that is content with a small registry."""
    path = folder / f"{name}.toml"
    path.write_text(f'extends = "{name}"\n[expect]\nmin = 1\nsentinels = []\n')
    return str(path)


def do(prefect, folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", *words],
        env=prefect, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def states(runs):
    return sorted(one["state"]["name"] for one in runs)


def test_two_watches_on_two_workers_at_the_same_time_both_publish(prefect, registry, tmp_path):
    url, now = prefect["PREFECT_API_URL"], datetime.now(UTC)
    (tmp_path / "prefect.yaml").write_text(prefect_yaml(Settings()))
    do(prefect, tmp_path, "work-pool", "create", "--type", "process", "mscwatch")
    do(prefect, tmp_path, "deploy", "--all")
    do(prefect, tmp_path, "deployment", "schedule", "pause", "--all")  # only what is asked for here runs
    watch = {name: small(tmp_path, name) for name in WATCHES}
    both_at_work = threading.Barrier(2, timeout=PATIENCE)
    registry.intercept = on("/version", first(2, lambda _: both_at_work.wait() and None))

    worked = prefect | {"MSCWATCH_API_URL": registry.url}
    worker = ["prefect", "worker", "start", "--pool", "mscwatch", "--work-queue"]
    missed = [due(url, "msc-liver", now - days * DAY, watch=watch["msc-liver"]) for days in (3, 2, 1)]
    other = due(url, "cell-therapy-liver", now, watch=watch["cell-therapy-liver"])
    with (
        running([*worker, WATCHES[0]], worked, tmp_path / "one.log"),
        running([*worker, WATCHES[1]], worked, tmp_path / "two.log"),
    ):
        caught_up, beside = ended(url, missed), ended(url, [other])
        registry.advance()
        second = ended(url, [due(url, name, now, watch=watch[name]) for name in WATCHES])
    assert states(caught_up) == ["Baseline", "Cancelled", "Cancelled"]
    assert states(beside) == ["Baseline"]
    assert states(second) == ["Published", "Published"]
    assert {one["work_queue_name"] for one in second} == set(WATCHES)
    for name in WATCHES:
        published = DataDir(tmp_path / "data" / name).published
        with duckdb.connect(str(published), read_only=True) as con:
            assert con.execute("SELECT value FROM meta WHERE key = 'watch'").fetchall() == [(name,)]
            assert con.execute("SELECT kind FROM events WHERE NOT is_baseline").fetchall() == [("completed",)]
    tables = [one for one in found(url, "artifacts") if one["type"] == "table"]
    assert {one["key"] for one in tables} == {f"mscwatch-{name}-events" for name in WATCHES}


def test_a_schedule_that_was_killed_catches_up_with_one_night(prefect, registry, watch_file, tmp_path):
    url, now = prefect["PREFECT_API_URL"], datetime.now(UTC)
    hour = (now.hour + 12) % 24  # far enough that the schedule itself runs nothing here
    served = prefect | {
        "MSCWATCH_API_URL": registry.url,
        "MSCWATCH_WATCH": str(watch_file),
        "MSCWATCH_DATA_DIR": str(tmp_path / "data"),
        "MSCWATCH_CRON": f"0 {hour} * * *",
        "MSCWATCH_TIMEZONE": "UTC",
    }
    schedule = ["mscwatch", "schedule"]
    with running(schedule, served, tmp_path / "first.log", cwd=tmp_path) as program:
        ended(url, [due(url, "all", now)])
        program.kill()
    registry.advance()
    missed = [due(url, "all", now - days * DAY) for days in (3, 2, 1)]
    with running(schedule, served, tmp_path / "second.log", cwd=tmp_path):
        caught_up = ended(url, missed)
    assert states(caught_up) == ["Cancelled", "Cancelled", "Published"]
    (deployment,) = found(url, "deployments", deployments={"name": {"any_": ["all"]}})
    assert [one["active"] for one in deployment["schedules"]] == [True]
    waiting = {"state": {"type": {"any_": ["SCHEDULED"]}}, "deployment_id": {"any_": [deployment["id"]]}}
    planned = wait_for(
        lambda: found(url, "flow_runs", flow_runs=waiting), "Prefect's scheduler to plan a night"
    )
    assert all(f"T{hour:02}:00:00" in one["expected_start_time"] for one in planned)


@pytest.mark.filterwarnings("ignore:PySpark does not yet:FutureWarning")
def test_spark_reads_the_export_as_duckdb_reads_the_warehouse(order, registry, tmp_path):
    spark_sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (the extra spark)")
    if not shutil.which("java"):
        pytest.skip("Spark wants Java 17 or later (Debian: default-jre-headless)")
    tonight = order(registry.url, export_url=f"file://{tmp_path}/lake")
    for _ in range(2):
        assert run_watch(tonight).warnings == []
        registry.advance()
    latest = json.loads((tmp_path / "lake" / "latest.json").read_text())
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = (
        spark_sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    )
    try:
        with duckdb.connect(str(tonight.data_dir.published), read_only=True) as con:
            for one in latest["relations"]:
                path = tmp_path / "lake" / latest["folder"] / one["path"].removesuffix("/**/*.parquet")
                expected = con.execute(f"SELECT count(*) FROM {one['name']}").fetchall()[0][0]
                assert (one["name"], spark.read.parquet(str(path)).count()) == (one["name"], expected)
        events = spark.read.parquet(str(tmp_path / "lake" / latest["folder"] / "main" / "events"))
        completed = events.where("kind = 'completed' AND observed_year >= 2022").collect()
        assert [row.nct_id for row in completed] == ["NCT00000001"]
    finally:
        spark.stop()
