"""Fixtures: the embedded registry, settings of a night, and the real records where they are at hand."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import fields
from importlib import resources
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica
from mscwatch.store import ctgov, queries, working
from mscwatch.store.data_dir import DataDir
from support import demo, review
from support.orders import order_for, write_watch
from support.records import FORMULA, edited, record, set_status, set_title
from support.snapshots import night, nights, trials

RECORDS = Path(__file__).parents[2] / "shared" / "records"

# Nothing of the person who runs the tests reaches them.
for name in [name for name in os.environ if name.startswith("MSCWATCH_")]:
    del os.environ[name]
# The page costs as much as the rest of a small night; tests that look at it ask for it.
os.environ["MSCWATCH_REPORT"] = "false"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No test reads the mscwatch.toml or writes the warehouse of the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory):
    """An empty working file takes a third of a second to make, and hundreds are wanted: copies of one that was made."""
    made = DataDir(tmp_path_factory.mktemp("made"))
    made.prepare()
    open_plainly, todays_files = working.open_warehouse, working._sql_files
    with open_plainly(made):
        pass

    @contextlib.contextmanager
    def opened(places, *arguments):
        is_todays = (
            working._sql_files is todays_files
        )  # not one that a test makes as an earlier mscwatch would
        if is_todays and places.working.parent.is_dir() and not places.working.exists():
            shutil.copyfile(made.working, places.working)
        with open_plainly(places, *arguments) as con:
            yield con

    opened.plainly = open_plainly
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working, "open_warehouse", opened)
        yield


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Fills a folder by `make()` the first time that a module asks, and with a copy of that ever after."""
    kept = tmp_path_factory.mktemp("kept") / "data"

    def fill(folder, make):
        if kept.exists():
            shutil.copytree(kept, folder)
        else:
            make()
            shutil.copytree(folder, kept)

    return fill


@pytest.fixture(scope="session")
def demo_warehouse(tmp_path_factory):
    """The data directory after the demo's three nights; tests only read it."""
    return demo.make_warehouse(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def answers(demo_warehouse):
    """A function from the number of a question in warehouse/examples (and columns) to its rows on the demo's nights."""
    files = {path.name[:2]: path for path in (resources.files("mscwatch.warehouse") / "examples").iterdir()}
    with queries.open_published(DataDir(demo_warehouse)) as con:

        def answer(number, *columns):
            found = con.execute(files[f"{number:02}"].read_text("utf-8"))
            names = [column[0] for column in found.description]
            return [
                tuple(row[names.index(column)] for column in columns or names) for row in found.fetchall()
            ]

        yield answer


@pytest.fixture(scope="session")
def review_warehouse(tmp_path_factory):
    """The data directory after one night in 2022 of the trials of `support.review`; tests only read it."""
    return review.make_warehouse(
        tmp_path_factory.mktemp("review"), (review.AFTER, list(review.SITUATIONS.values()))
    )


@pytest.fixture(scope="session")
def real_records():
    """All real records at hand, as a list; tests that need them are skipped where they are not."""
    files = sorted(RECORDS.glob("*.ndjson.gz"))
    if not files:
        pytest.skip(f"no real records at {RECORDS}")
    return [json.loads(line) for file in files for line in gzip.open(file)]


@pytest.fixture
def watch_file(tmp_path):
    """A watch that matches everything the embedded registry holds, without bounds."""
    return write_watch(tmp_path)


@pytest.fixture
def order(tmp_path, watch_file):
    """What a night is to do, for a registry at a URL; keyword arguments are settings."""

    def make(url, *, watch=watch_file, **values):
        return order_for(url, watch, **({"data_dir": tmp_path / "data"} | values))

    return make


@pytest.fixture(scope="session")
def made_two_nights(tmp_path_factory):
    """The data directory of `two_nights`; nobody writes into this one."""
    folder = tmp_path_factory.mktemp("two_nights")
    before = [*trials(2), edited(record(3), set_title(FORMULA))]
    with Replica(nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])) as registry:
        order = order_for(registry.url, write_watch(folder), data_dir=folder / "data")
        for _ in range(2):
            assert run_watch(order).exit_code == 0
            registry.advance()
    return order.data_dir.path


@pytest.fixture
def two_nights(order, made_two_nights):
    """A warehouse after a baseline of three trials and a night on which one completed; its registry answers nobody."""
    order = order("http://127.0.0.1:9")
    shutil.copytree(made_two_nights, order.data_dir.path)
    return order


@pytest.fixture
def command(two_nights, monkeypatch, watch_file):
    """Run a command on the warehouse of `two_nights`, in this process."""
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(two_nights.settings.data_dir))
    monkeypatch.setenv("MSCWATCH_WATCH", str(watch_file))

    def run(*words):
        return CliRunner().invoke(app, list(map(str, words)))

    return run


@pytest.fixture
def registry():
    """Three trials; one completes on the second night; nothing happens on the third."""
    before = trials(3)
    after = [edited(before[0], set_status("COMPLETED")), *before[1:]]
    with Replica(nights(before, after, after)) as running:
        yield running


@pytest.fixture
def mscwatch(tmp_path, watch_file):
    """Run `mscwatch …` in an empty directory; keyword arguments are MSCWATCH_ settings."""

    def run(*words, stdin=None, **values):
        settings = {
            "data_dir": tmp_path / "data",
            "watch": watch_file,
            "min_interval": 0,
            "retry_budget": 0,
            "report": False,
        } | values
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MSCWATCH_")}
        environment |= {f"MSCWATCH_{name.upper()}": str(value) for name, value in settings.items()}
        return subprocess.run(
            [sys.executable, "-m", "mscwatch", *map(str, words)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False, input=stdin,
        )  # fmt: skip

    return run


@pytest.fixture
def serve():
    """Start an embedded registry of one night; `intercept` makes it misbehave."""
    with contextlib.ExitStack() as stack:
        yield lambda one=None, intercept=None: stack.enter_context(
            Replica([one or night(3)], intercept=intercept)
        )


@pytest.fixture
def waits():
    """The seconds that clients of `ask` would have waited; nobody waits for them."""
    return []


@pytest.fixture
def ask(waits):
    """A client without distance or real waiting, for a registry; keyword arguments are the client's."""

    def make(registry, **values):
        limits = {field.name: values.pop(field.name) for field in fields(Politeness) if field.name in values}
        polite = Politeness(**({"user_agent": "test", "min_interval": 0, "budget": 1e6} | limits))
        defaults = {"sleep": waits.append, "jitter": lambda: 1.0}
        return Client(getattr(registry, "url", registry), polite, **(defaults | values))

    return make


@pytest.fixture
def speak():
    """A server below HTTP: `speak(talk)` gives the address where `talk(connection)` answers every request."""
    listener = socket.create_server(("127.0.0.1", 0))

    def start(talk):
        def converse():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(65_536)
                    talk(connection)

        threading.Thread(target=converse, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/v2"

    yield start
    listener.close()


@pytest.fixture
def con():
    """A database with AACT's tables, all empty."""
    with duckdb.connect() as connection:
        connection.execute(ctgov.ddl())
        yield connection
