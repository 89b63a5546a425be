"""README and the pages of the folders keep their word: what they tell a reader to type works, and prints what they show.

`RENEW_README=1 pytest tests/test_readme.py -k screen` writes the screens anew.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import mscwatch
from mscwatch import replica
from mscwatch.cli import nights, screen
from mscwatch.cli.app import app
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.replica.demo import demo_nights
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.decisions import load
from mscwatch.vocabulary import EventKind
from mscwatch.watch import QUIET_KINDS
from mscwatch.watches import load_watch

README = Path(__file__).parents[1] / "README.md"
# Of the page of `warehouse/`, the part for analysts: the dictionary below it has tests of its own.
PAGES = {
    page: (README.parent / page).read_text(encoding="utf-8").partition("\n## The data dictionary\n")[0]
    for page in (
        "README.md",
        "flows/README.md",
        "warehouse/README.md",
        "mscwatch/README.md",
        "tests/README.md",
    )
}
TEXT = "\n".join(PAGES.values())
NIGHTS = [datetime(2026, 11, day, 15, 30) for day in (18, 19, 20)]
NOW = datetime(2026, 11, 20, 17)
AS_LEFT = "warehouse/as_the_demo_left_it"

PLACEHOLDERS = {"EVENT_ID": "6746555b16", "CHANNEL": "jsonl", "DIR": "export", "FILE": "backup.file", "REASON": "a",
                "NCT…": "NCT01220492", "PMID": "22320928", '"…"': '"SELECT 1"'}  # fmt: skip
ONLY_READ = ("mscwatch demo", "mscwatch schedule", "mscwatch mcp", "mscwatch registry", "mscwatch history", "mscwatch restore",
             "mscwatch report --open", "mscwatch preview --watch", "mscwatch papers --import")  # fmt: skip
# The demo need not have such a row; test_living_table runs them where there is one.
ONLY_READ += ("mscwatch table correct", "mscwatch table accept")
# They take seconds; what they do is tested for itself.
LONG = ("mscwatch export DIR", "mscwatch rebuild")
OF_THE_SHELL = (". .venv/bin/activate", "export MSCWATCH_DATA_DIR=warehouse/demo")
SCREEN = re.compile(r"<!-- generated: (.+) -->\n```text\n(.*?)```", re.DOTALL)


def blocks(kind):
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def spans(text):
    """What stands in backticks outside of the blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))


def from_the_tables():
    """The commands of the table, each also with every option and subcommand that its row names."""
    for first, rest in re.findall(r"^\| (`mscwatch .+?) \| (.+) \|$", TEXT, re.MULTILINE):
        for command in spans(first):
            yield command
            yield from (f"{command} {option}" for option in spans(rest) if option.startswith("--"))
        yield from (f"mscwatch {said}" for said in spans(rest) if said.startswith("links "))


def commands():
    """Every line that a reader could type and that begins with `mscwatch`, once, as the pages have it."""
    typed = [line for block in blocks("sh") for line in block.splitlines()]
    named = [said for span in spans(TEXT) for said in re.findall(r"(?:^|/bin/)(mscwatch [a-z].*)", span)]
    found = [*typed, *named, *from_the_tables()]
    return list(dict.fromkeys(line for line in found if line.startswith("mscwatch ")))


def words(line):
    for placeholder, value in PLACEHOLDERS.items():
        line = line.replace(placeholder, value)
    return shlex.split(line, comments=True)[1:]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A folder with the demo's warehouse where the README has it; its registry still answers."""
    folder = tmp_path_factory.mktemp("readme")
    watch = Path(replica.__file__).with_name("demo.toml")
    with Replica(demo_nights(NOW.date())) as registry, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        values = {
            "data_dir": "warehouse/demo",
            "api_url": registry.url,
            "europepmc_url": registry.europepmc_url,
            "pubmed_url": registry.pubmed_url,
            "min_interval": "0",
            "watch": str(watch),
        }
        for name, value in values.items():
            patch.setenv(f"MSCWATCH_{name.upper()}", value)
        patch.setattr(screen, "log_to_stderr", lambda: None)  # its handlers would outlive the test
        patch.setattr(nights, "utc_now", lambda: NOW)
        for moment in NIGHTS:
            order = RunOrder(load_settings(), load_watch(str(watch)), clock=lambda moment=moment: moment)
            result = run_watch(order)
            assert result.error is None
            if moment != NIGHTS[-1]:
                registry.advance()
        shutil.copytree("warehouse/demo", AS_LEFT)
        patch.setenv("MSCWATCH_JSONL_FILE", "alerts.jsonl")
        yield folder


@pytest.fixture(autouse=True)
def _there(demo, monkeypatch, _elsewhere):
    monkeypatch.chdir(demo)


def answer(line):
    """What a command prints, 80 columns wide; it has to succeed."""
    done = CliRunner().invoke(app, words(line), env={"COLUMNS": "80"}, prog_name="mscwatch")
    assert done.exit_code == 0, (line, done.output, done.exception)
    return done.output


@pytest.mark.parametrize("line", [line for line in commands() if line.startswith((*ONLY_READ, *LONG))])
def test_the_words_of_a_command_that_is_not_always_run_are_understood(line):
    """It is endless, unofficial, long, or in need of a file."""
    name, *rest = (str(README) if word == PLACEHOLDERS["FILE"] else word for word in words(line))
    get_command(app).get_command(None, name).make_context(name, rest)


def run_commands():
    lines = [line for line in commands() if not line.startswith(ONLY_READ)]
    return [pytest.param(line, marks=[pytest.mark.slow] * line.startswith(LONG)) for line in lines]


@pytest.mark.parametrize("line", run_commands())
def test_every_command_of_the_pages_works(line):
    answer(f"{line} --direct" if line == "mscwatch run" else line)


def test_no_other_line_is_typed_into_the_shell():
    first, second, *rest = [line for block in blocks("sh") for line in block.splitlines()]
    assert first.endswith(".venv/bin/mscwatch demo")
    assert second == ".venv/bin/pytest -q -n 2"
    assert [line for line in rest if not line.startswith("mscwatch ")] == list(OF_THE_SHELL)


@pytest.mark.parametrize("shown", [found.group(1) for found in SCREEN.finditer(TEXT)])
def test_a_screen_is_what_the_commands_print(shown, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", AS_LEFT)
    lines = [
        line for command in shown.split("; ") for line in (f"$ {command}", *answer(command).splitlines())
    ]
    now = "".join(f"{line.rstrip()}\n" for line in lines)
    text = README.read_text("utf-8")
    [(start, end)] = [found.span(2) for found in SCREEN.finditer(text) if found.group(1) == shown]
    if os.environ.get("RENEW_README"):
        README.write_text(text[:start] + now + text[end:], encoding="utf-8")
    else:
        assert text[start:end] == now, "RENEW_README=1 pytest tests/test_readme.py -k screen writes it anew"


@pytest.mark.parametrize(
    "query", [part for block in blocks("sql") for part in block.split(";\n") if part.strip()]
)
def test_every_query_finds_something(query):
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        _, rows = queries.query(con, query)
    assert rows


@pytest.mark.slow
def test_the_python_runs_and_finds_something():
    [code] = blocks("python")
    exec(code, {})  # what a reader would paste
    [query] = re.findall(r'frame\(\s*"(.+)"', code)
    assert len(mscwatch.frame(query))


def test_the_watch_file_the_subscription_and_the_decision_are_valid(tmp_path):
    own, subscription, decision = blocks("toml")
    watch, told = tmp_path / "own.toml", tmp_path / "decisions.toml"
    watch.write_text(f"{own}\n{subscription}", encoding="utf-8")
    told.write_text(decision, encoding="utf-8")
    assert load_watch(str(watch)).name == "msc-wilson"
    assert load_watch(str(watch)).subscriptions[0].channel == "email"
    assert [(one.field, one.value) for one in load(told).corrections("NCT02223897")] == [
        ("route", ["portal_vein"])
    ]


def test_every_relation_of_the_page_for_analysts_exists():
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        _, rows = queries.query(con, "SELECT table_name FROM information_schema.tables")
    table = TEXT.partition("| relation | answers |")[2].partition("\n\n")[0]
    named = [name for line in table.splitlines()[2:] for name in spans(line.split("|")[1])]
    assert len(named) > 15
    assert set(named) <= {name for (name,) in rows}


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_or_names_in_the_tree_exists(page):
    linked = re.findall(r"\]\(([\w.][\w/.]+)\)", PAGES[page])
    for path in linked:
        assert ((README.parent / page).parent / path).exists(), path
    for path in re.findall(r"`(?:[^`\n]* )?((?:mscwatch|flows|tests)/[\w/.]*)", PAGES[page]):
        assert (README.parent / path).exists(), path


def test_the_page_of_the_nights_names_every_kind_of_event_and_which_are_not_sent():
    rows = [line for line in PAGES["flows/README.md"].splitlines() if line.startswith("| `")]
    named = {word: "Not sent" in row for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert {kind: named.get(kind) for kind in EventKind} == {kind: kind in QUIET_KINDS for kind in EventKind}


def test_readme_leads_to_every_page_and_stays_short():
    assert set(PAGES) - {"README.md"} <= set(re.findall(r"\]\(([\w/.]+)\)", PAGES["README.md"]))
    assert len(PAGES["README.md"].splitlines()) <= 130


@pytest.mark.slow
@pytest.mark.parametrize("line", [span for span in spans(TEXT) if span.startswith("prefect ")])
def test_prefect_knows_the_commands_that_are_its_own(line):
    named = [word for word in shlex.split(line)[1:] if word != "--no-prompt"]
    bare = list(itertools.takewhile(lambda word: not word.startswith("--"), named))
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *bare, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for option in re.findall(r"--[a-z-]+", line):
        assert re.search(rf"{option}\b", done.stdout)
