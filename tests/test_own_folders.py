"""A user's own folders `flows` and `warehouse` stand in nobody's way, in a checkout and in an installed wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mscwatch.replica import Replica, Snapshot
from support.records import record
from support.wheel import build_wheel

ROOT = Path(__file__).parents[1]
PROGRAM = """
import mscwatch.flows.nightly, mscwatch.flows.serve
from importlib.resources import files
print(files("mscwatch.warehouse") / "ctgov.csv")
print(mscwatch.flows.nightly.nightly.name)
"""


@pytest.fixture
def project(tmp_path):
    """A folder of a user's own, whose packages break whatever imports them."""
    for name in ("flows", "warehouse"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the user\\'s own folder')\n")
    return tmp_path


def python(project, *arguments, path=None):
    """What a Python started in the user's folder prints; `path` is where it finds mscwatch before anywhere else."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=project,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_in_a_checkout(project):
    ours, flow = python(project, "-c", PROGRAM).split()
    assert Path(ours) == ROOT / "warehouse" / "ctgov.csv"
    assert flow == "mscwatch-nightly"
    (project / "all.toml").write_text('name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n')
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": record(1)})]) as registry:
        settings = {"api_url": registry.url, "min_interval": "0", "data_dir": "data", "watch": "all.toml"}
        (project / "mscwatch.toml").write_text(
            "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        )
        python(project, "-m", "mscwatch", "run", "--direct")
    assert (project / "data" / "mscwatch.duckdb").exists()


@pytest.mark.slow
def test_in_an_installed_wheel(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    zipfile.ZipFile(build_wheel(folder)).extractall(folder / "installed")
    ours, flow = python(project, "-c", PROGRAM, path=folder / "installed").split()
    assert Path(ours) == folder / "installed" / "mscwatch" / "warehouse" / "ctgov.csv"
    assert flow == "mscwatch-nightly"
    assert "mscwatch" in python(project, "-m", "mscwatch", "--version", path=folder / "installed")
