"""Prefect and PostgreSQL as processes of a test, in an environment that is nobody's, and what a server says of runs."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from support.sinks import free_port

POLITENESS = 30  # seconds that a program gets to end by itself
PATIENCE = 240  # seconds for a program to start or a run to end, on a machine with other things to do


def environment(home, migrated=None):
    """A process environment with an own Prefect home and nobody's settings; the home is new, or a copy of `migrated`."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("MSCWATCH_", "PREFECT_"))
    }
    if migrated:
        shutil.copytree(migrated, home)
    else:
        home.mkdir()
    return kept | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(PATIENCE),
    }


def migrate(folder):
    """Make in a folder, as a Prefect home, the database that a server would migrate when it first starts."""
    words = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]
    home = environment(folder / "home")
    done = subprocess.run(words, env=home, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(words, environment, log, **options):
    """`python -m …` as a process, ended (politely) with the block; what it prints goes to the file `log`."""
    with log.open("w") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", *words], env=environment, stdout=out, stderr=out, **options
        )
        try:
            yield program
        finally:
            program.terminate()
            try:
                program.wait(timeout=POLITENESS)
            except subprocess.TimeoutExpired:  # a worker of Prefect that hears it while a run ends never ends
                program.kill()
                program.wait()


@contextmanager
def server(environment, log):
    """A Prefect server; the address of its API."""
    port = free_port()
    with running(["prefect", "server", "start", "--port", str(port), "--no-ui"], environment, log) as program:
        url = f"http://127.0.0.1:{port}/api"
        wait_for(lambda: _is_healthy(url, program), "the Prefect server to start")
        yield url


def _is_healthy(url, program):
    assert program.poll() is None, "the Prefect server died"
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.ConnectionError:
        return False


def wait_for(happened, what):
    """Ask until `happened()` is true, and give it back; the test fails when it never is."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := happened():
            return answer
        time.sleep(0.2)
    return pytest.fail(f"waited {PATIENCE} s in vain for {what}")


def found(url, kind, **body):
    """What the server knows of a kind of thing (`flow_runs`, `artifacts`, …)."""

    def answer():
        try:
            told = requests.post(f"{url}/{kind}/filter", json=body, timeout=30)
        except requests.Timeout:  # it does much else on a busy machine
            return None
        assert told.ok or told.status_code == 503, told.text  # SQLite, while it is locked
        return told if told.ok else None

    return wait_for(answer, f"the server to tell of {kind}").json()


def ended(url, ids):
    """The flow runs with these ids, once all of them have ended."""
    chosen = {
        "id": {"any_": ids},
        "state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]}},
    }

    def all_of_them():
        runs = found(url, "flow_runs", flow_runs=chosen)
        return runs if len(runs) == len(ids) else None

    return wait_for(all_of_them, "the flow runs to end")


def due(url, deployment, when, **parameters):
    """Have a deployment run that was or is due at `when`; the flow run's id."""
    name = f"{url}/deployments/name/mscwatch-nightly/{deployment}"
    chosen = wait_for(lambda: requests.get(name, timeout=30).json().get("id"), f"the deployment {deployment}")
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": when.isoformat()}}
    asked = {"state": state, "parameters": parameters, "idempotency_key": str(uuid4())}

    def flow_run():
        made = requests.post(f"{url}/deployments/{chosen}/create_flow_run", json=asked, timeout=30)
        assert made.ok or made.status_code == 503, made.text  # SQLite, while it is locked
        return made.json().get("id")

    return wait_for(flow_run, "the server to take a flow run")


@contextmanager
def postgresql():
    """A private PostgreSQL cluster on loopback; its address for Prefect. Skips the test where there is none."""
    usual = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    path = os.pathsep.join([*usual, os.environ["PATH"]])
    initdb, pg_ctl = (shutil.which(name, path=path) for name in ("initdb", "pg_ctl"))
    if not (initdb and pg_ctl):
        pytest.skip("PostgreSQL's initdb and pg_ctl are not here (Debian: postgresql)")
    folder, port = Path(tempfile.mkdtemp(prefix="mscwatch-pg-")), free_port()
    somebody = _not_root(folder)
    data = f"--pgdata={folder / 'data'}"
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    try:
        _do([initdb, data, "--username=prefect", "--auth=trust", "--encoding=UTF8", "--locale=C"], somebody)
        _do([pg_ctl, data, f"--options={options}", f"--log={folder / 'log'}", "--wait", "start"], somebody)
        try:
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        finally:
            _do([pg_ctl, data, "--mode=immediate", "stop"], somebody)
    finally:
        shutil.rmtree(folder)


def _not_root(folder):
    """How to start a program that refuses to run as root; the folder becomes theirs."""
    if os.geteuid():
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _do(words, somebody):
    done = subprocess.run(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, cwd="/", **somebody
    )
    assert done.returncode == 0, done.stderr
