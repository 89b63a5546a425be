"""The published file is for analysts with older clients too."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.replica.demo import demo_nights
from mscwatch.store.data_dir import DataDir

READ = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(duckdb.__version__)
print(con.execute("SELECT count(*) FROM trials WHERE len(countries) > 0").fetchone()[0] > 0)
print(con.execute("SELECT count(*) FROM ctgov.studies").fetchone()[0])
print(con.execute("SELECT min(length(record)) > 100 FROM versions").fetchone()[0])
print(con.execute("SELECT count(*) FROM published_trials").fetchone()[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.2.2", "1.5.*"])
def test_an_older_duckdb_opens_the_published_file(order, tmp_path, version):
    got = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path / "old", f"duckdb=={version}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if got.returncode:
        pytest.skip(f"duckdb {version} cannot be fetched for this Python here")
    with Replica(demo_nights()) as registry:
        tonight = order(registry.url)
        trials = run_watch(tonight).fetched
    path = DataDir(tonight.settings.data_dir).published
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        env={"PYTHONPATH": str(tmp_path / "old")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found, *answers = done.stdout.split()
    assert found.startswith(version.rstrip("*"))
    assert answers == ["True", str(trials), "True", "22"]
