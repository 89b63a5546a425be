"""What a night exports is enough for readers behind a static web server: DuckDB reads the file, a browser the page."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from support import reported
from support.sinks import free_port

pytest_plugins = "support.browser"
pytestmark = pytest.mark.slow

EXTENSION = "duckdb-extension-httpfs"  # carries the extension of the DuckDB that it requires
READ = """
import glob, json, sys, duckdb
con = duckdb.connect()
con.execute("SET enable_progress_bar = false")  # which is shown among the answers once a query takes two seconds
con.execute(f"LOAD '{glob.glob(sys.argv[1] + '/duckdb_extension_httpfs/extensions/*/httpfs.duckdb_extension')[0]}'")
con.execute(f"ATTACH '{sys.argv[2]}/latest/mscwatch.duckdb' AS w (READ_ONLY)")
print(json.dumps([
    con.execute("SELECT count(*) FROM w.trials").fetchone()[0],
    con.execute("SELECT count(*) FROM w.ctgov.studies").fetchone()[0],
    con.execute(f"SELECT count(*) FROM '{sys.argv[2]}/latest/parquet/main/trials.parquet'").fetchone()[0],
]))
"""


@contextmanager
def served(folder):
    """The address of a static file server of a folder, which answers requests for ranges."""
    staticfiles = pytest.importorskip("starlette.staticfiles")
    uvicorn = pytest.importorskip("uvicorn")
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            staticfiles.StaticFiles(directory=folder), port=port, log_level="error", lifespan="off"
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """The address of the exports of two nights, and how many trials the newest has."""
    folder = tmp_path_factory.mktemp("served")
    with Replica(reported.nights()[1:]) as registry:
        for _ in range(2):
            result = run_watch(reported.order(folder, registry.url, export_url=f"file://{folder}/lake"))
            assert (result.error, result.warnings) == (None, [])
            registry.advance()
    with served(folder / "lake") as address:
        yield address, result.fetched


def test_duckdb_reads_the_newest_file_and_its_parquet_over_http(export, tmp_path):
    address, trials = export
    got = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--target", tmp_path / "client", EXTENSION],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if got.returncode:
        pytest.skip(f"{EXTENSION}, which carries DuckDB's httpfs, cannot be fetched here")
    done = subprocess.run(
        [sys.executable, "-c", READ, tmp_path / "client", address],
        env={"PYTHONPATH": str(tmp_path / "client")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [trials] * 3


def test_a_browser_opens_the_newest_page(export, chromium):
    address, _ = export
    tab, complaints = chromium.new_page(), []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    assert tab.goto(f"{address}/latest/report.html").ok
    tab.wait_for_selector("#times svg[role=img]")
    tab.click("#new .big button")
    assert tab.locator("#list tbody tr").count() > 0
    assert complaints == []
    tab.close()
