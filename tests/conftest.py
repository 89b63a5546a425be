"""Fixtures: run orders, embedded registries, commands, warehouses that are made once, and the real records where they are at hand."""

from __future__ import annotations

import contextlib
import gc
import gzip
import hashlib
import json
import os
import shutil
import socket
import threading
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.pipeline.run import run_watch
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica
from mscwatch.store import queries, schema, sql, working
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from support import demo, disks, programs, reported, review
from support.command import run_here, run_in_a_process
from support.ctgov_records import opened
from support.orders import REVIEWED, WATCH, order_for, write_watch
from support.records import FORMULA, edited, record, set_status, set_title
from support.snapshots import night, nights, trials

RECORDS = Path(__file__).parents[2] / "shared" / "records"

# Nothing of the person who runs the tests reaches them.
for name in [name for name in os.environ if name.startswith("MSCWATCH_")]:
    del os.environ[name]
# The page costs as much as the rest of a small night; tests that look at it ask for it.
os.environ["MSCWATCH_REPORT"] = "false"


# On the few trials of a test a second thread costs more than it gives.
sql.CONFIG["threads"] = 1

# A night waits for the disk thirty times, a quarter as long as it computes; nothing here has to outlive the machine.
if in_memory := disks.in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))

MADE_ONCE = "made_once"
# How long an example takes is the machine's matter, not the property's.
hypothesis.settings.register_profile("mscwatch", deadline=None)
hypothesis.settings.load_profile("mscwatch")

# What takes minutes, much of it waiting, is begun first: begun late, one worker would end alone with it.
LONGEST = (
    "test_bad_neighbours", "test_prefect_health", "test_killed", "test_sinks_season", "test_events_nights",
    "test_odd_records_campaign", "test_season", "test_scale", "test_damage",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """The files of LONGEST in their order, then the others as they came."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def pytest_collection_finish():
    """What was made to collect the tests stays to the end: the collector of cycles need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """The process that outlives the others removes what they shared, a third of a gigabyte."""
    gc.unfreeze()  # DuckDB's client counts what is left at the end
    if "PYTEST_XDIST_WORKER" not in os.environ:
        base = session.config._tmp_path_factory.getbasetemp()
        shutil.rmtree(base / MADE_ONCE, ignore_errors=True)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """No test reads the mscwatch.toml or writes the warehouse of the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session", autouse=True)
def _empty_file_copied(tmp_path_factory):
    """Gives each new warehouse a copy of an empty working file, which takes a third of a second to make.

    Not to one that a test makes as an earlier mscwatch would, with other SQL files.
    """
    empty = DataDir(tmp_path_factory.mktemp("empty"))
    empty.prepare()
    open_plainly, todays_files = working.open_warehouse, schema.sql_files
    with open_plainly(empty):
        pass

    @contextlib.contextmanager
    def copied_and_opened(data_dir, *arguments):
        is_todays = schema.sql_files is todays_files
        is_new = data_dir.path.is_dir() and not (data_dir.working.exists() or data_dir.published.exists())
        if is_todays and is_new:
            shutil.copyfile(empty.working, data_dir.working)
        with open_plainly(data_dir, *arguments) as con:
            yield con

    copied_and_opened.plainly = open_plainly
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(working, "open_warehouse", copied_and_opened)
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A folder that `make(folder)` fills, by name; made once for all processes of pytest, and only to be read."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / MADE_ONCE
    shared.mkdir(exist_ok=True)

    def made(name, make):
        folder, unfinished = shared / name, shared / f"{name}.unfinished"
        with FileLock(shared / f"{name}.lock"):
            if not folder.exists():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def demo_warehouse(made_once):
    """The data directory after the demo's three nights."""
    return made_once("demo", demo.make_warehouse)


@pytest.fixture(scope="module")
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
def review_warehouse(made_once):
    """The data directory after one night in 2022 of the trials of `support.review`."""
    night = review.AFTER, list(review.SITUATIONS.values())
    return made_once("review", lambda folder: review.make_warehouse(folder, night))


@pytest.fixture(scope="session")
def reported_warehouse(made_once):
    """The data directory after the nights of `support.reported`, with a report."""
    return made_once("reported", reported.run_nights)


@pytest.fixture(scope="session")
def prefect_home(made_once):
    """A process environment whose Prefect home has a database already: a first start takes ten seconds to migrate it."""
    return lambda home: programs.environment(home, made_once("prefect", programs.migrate) / "home")


@pytest.fixture(scope="session")
def real_records():
    """All real records at hand, as a list; tests that need them are skipped where they are not."""
    files = sorted(RECORDS.glob("*.ndjson.gz"))
    if not files:
        pytest.skip(f"no real records at {RECORDS}")
    return [json.loads(line) for file in files for line in gzip.open(file)]


@pytest.fixture
def watch_file(request, tmp_path):
    """The watch WATCH, or the review's for tests marked `reviewed`."""
    return write_watch(tmp_path, REVIEWED if request.node.get_closest_marker("reviewed") else WATCH)


@pytest.fixture
def order(tmp_path, watch_file):
    """What a night is to do, for a registry at a URL; keyword arguments are settings."""

    def make(url, *, watch=watch_file, **values):
        return order_for(url, watch, **({"data_dir": tmp_path / "data"} | values))

    return make


@pytest.fixture
def first_night(made_once):
    """Run the first night of an order that tells nobody, or copy what the same one left for an earlier test.

    For tests that begin with the second night: the time of the first, and its requests, may be those of another test.
    """

    def run(order, registry):
        what = repr((registry.nights[0], order.watch, order.settings.page_size))
        name = f"first-{hashlib.sha256(what.encode()).hexdigest()[:16]}"
        shutil.copytree(made_once(name, lambda folder: read_into(folder, order)), order.data_dir.path)

    def read_into(folder, order):
        chosen = order.settings.model_copy(update={"data_dir": folder})
        assert run_watch(replace(order, settings=chosen)).outcome == RunOutcome.BASELINE

    return run


@pytest.fixture(scope="session")
def made_two_nights(made_once):
    """The data directory of `two_nights`."""
    before = [*trials(2), edited(record(3), set_title(FORMULA))]
    on_each = nights(before, [edited(before[0], set_status("COMPLETED")), *before[1:]])

    def run(folder):
        with Replica(on_each) as registry:
            for _ in on_each:
                assert run_watch(order_for(registry.url, write_watch(folder), data_dir=folder)).exit_code == 0
                registry.advance()

    return made_once("two_nights", run)


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
    """Run `mscwatch …` in an empty directory; keyword arguments are MSCWATCH_ settings.

    In this process, which is a hundred times cheaper; `process=True` where a process is the point.
    """

    def run(*words, stdin="", process=False, **values):
        usual = {"data_dir": tmp_path / "data", "watch": watch_file, "min_interval": 0, "retry_budget": 0}
        settings = usual | {"report": False} | values
        environment = {f"MSCWATCH_{name.upper()}": str(value) for name, value in settings.items()}
        return (run_in_a_process if process else run_here)(list(map(str, words)), environment, stdin)

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
    with opened() as connection:
        yield connection
