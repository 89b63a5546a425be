"""The house: which way imports point, what the wheel ships, and that the README names everything."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mscwatch import settings
from mscwatch.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
CORE = (
    "model",
    "errors",
    "decisions",
    "ris",
    "record",
    "diff",
    "events",
    "relevance",
    "night",
    "digest",
    "why",
    "watch",
    "outcomes",
    "past",
    "therapy",
    "report",
    "claims",
)
ABOVE = {"run", "steps", "opening", "entry", "tonight", "tell", "checkup", "summary", "notebook", "cli"}
EDGES = {"registry", "channels", "store"}


def imports(path):
    """Full names of the modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(*folders):
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def rooms(path):
    """The rooms of mscwatch that a file imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("mscwatch.")}


def test_only_flows_imports_prefect():
    guilty = [
        path
        for path in modules("mscwatch", "warehouse")
        if any(name.split(".")[0] == "prefect" for name in imports(path))
    ]
    assert guilty == []


def test_only_the_store_and_the_notebook_helpers_import_duckdb():
    allowed = {ROOT / "mscwatch" / "notebook.py"}
    guilty = [
        path
        for path in modules("mscwatch", "flows")
        if "duckdb" in set(imports(path)) and "store" not in path.parts
    ]
    assert set(guilty) <= allowed


@pytest.mark.parametrize("name", CORE)
def test_the_core_knows_neither_edges_nor_the_clock_nor_the_network(name):
    folder = ROOT / "mscwatch" / name
    for path in folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]:
        assert not rooms(path) & (EDGES | ABOVE), path
        assert not {"requests", "duckdb", "time", "os", "socket", "smtplib"} & set(imports(path)), path
        text = path.read_text(encoding="utf-8")
        assert ".now(" not in text
        assert ".today(" not in text


@pytest.mark.parametrize("edge", sorted(EDGES))
def test_edges_do_not_know_each_other(edge):
    for path in modules(f"mscwatch/{edge}"):
        others = rooms(path) & ((EDGES - {edge}) | ABOVE)
        reads_what_landed = path.name in {"commit.py", "fresh.py", "pairs.py"}
        landing = {"registry"} if reads_what_landed else set()
        assert others <= landing, path


def test_only_settings_reads_the_environment():
    writers = {ROOT / "mscwatch" / "cli" / "demo.py", ROOT / "mscwatch" / "cli" / "__init__.py"}
    readers = {
        path
        for path in modules("mscwatch")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }
    assert readers <= {ROOT / "mscwatch" / "settings.py"} | writers


def test_the_library_never_prints():
    for path in modules("mscwatch"):
        if "cli" not in path.parts:
            calls = [
                node.func.id
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            assert "print" not in calls, path


@pytest.mark.slow
def test_the_wheel_ships_the_sql_and_no_data(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    if built.returncode and "hatchling" in built.stderr:
        pytest.skip("the build backend cannot be fetched here")
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for shipped in (
        "warehouse/ctgov.csv", "warehouse/schema/001_first_night.sql", "warehouse/views/10_trials.sql",
        "warehouse/seeds/published_trials.csv", "warehouse/comments.sql", "warehouse/report/trials.sql", "mscwatch/report/page.html.j2", "mscwatch/report/vendor/plot.umd.min.js", "warehouse/macros/as_of.sql", "mscwatch/watches/msc_liver.toml",
        "mscwatch/screening/rules/msc_liver.toml", "mscwatch/digest/templates/digest.html.j2", "flows/nightly.py",
        "mscwatch/replica/sample.csv", "mscwatch/replica/demo.toml",
    ):  # fmt: skip
        assert shipped in names
    assert not [
        name for name in names if name.endswith((".duckdb", ".gz", ".zst")) or name.startswith("tests/")
    ]


def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_and_every_setting_stands_in_the_readme():
    for name in COMMANDS:
        assert f"mscwatch {name}" in readme()
    for name in settings.Settings.model_fields:
        assert f"`MSCWATCH_{name.upper()}`" in readme()
    assert len(readme().splitlines()) < 300
