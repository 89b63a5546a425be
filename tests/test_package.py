"""What an installer and an index see: declared imports, extras, licences, and the Pythons that the tests run on."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import zipfile
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from mscwatch import __version__
from support.wheel import build_wheel

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = {"mscwatch", "flows", "warehouse"}


def plain(requirement):
    """The name of a requirement as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement).group()).lower()


def imported():
    """First parts of all names that the package imports, wherever in a file."""
    for path in (path for folder in OURS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.slow
def test_every_import_is_a_declared_dependency():
    extras = PROJECT["optional-dependencies"]
    of_users = [one for extra in set(extras) - {"all", "dev", "spark"} for one in extras[extra]]
    declared = {plain(one) for one in [*PROJECT["dependencies"], *of_users]}
    of_module = packages_distributions()
    foreign = set(imported()) - OURS - set(sys.stdlib_module_names)
    missing = {name for name in foreign if not {plain(one) for one in of_module.get(name, [name])} & declared}
    assert missing == set()
    assert len(foreign) > 20


def test_the_readme_says_how_to_cite_this_version_and_names_every_extra():
    page = (ROOT / "README.md").read_text("utf-8")
    assert f"mscwatch {__version__}." in page
    for extra in set(PROJECT["optional-dependencies"]) - {"dev", "spark"}:
        assert f"[{extra}]" in page


def test_what_the_project_is_built_on_is_no_extra():
    declared = {plain(one) for one in PROJECT["dependencies"]}
    assert declared >= {"requests", "prefect", "duckdb", "pandas"}


def test_all_holds_every_extra_of_a_user():
    extras = PROJECT["optional-dependencies"]
    (everything,) = extras["all"]
    named = set(re.search(r"\[(.+)\]", everything).group(1).split(","))
    assert named == set(extras) - {"all", "dev", "spark"}


def test_the_workflow_runs_the_same_command_on_every_python_that_the_package_names():
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    job = workflow["jobs"]["ci"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert job["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"


@pytest.mark.slow
def test_the_wheel_says_the_same(tmp_path):
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        names = wheel.namelist()
        info = f"mscwatch-{__version__}.dist-info"
        said = Parser().parsestr(wheel.read(f"{info}/METADATA").decode("utf-8"))
        vendored = wheel.read(f"{info}/licenses/mscwatch/report/vendor/README.md").decode("utf-8")
    assert "mscwatch/py.typed" in names
    assert said["License-Expression"] == PROJECT["license"] == "Apache-2.0 AND ISC AND CC-BY-4.0"
    assert "Permission to use, copy, modify, and/or distribute" in vendored
    assert f"{info}/licenses/LICENSE" in names
    assert said["Author"] == PROJECT["authors"][0]["name"]
    assert said.get_all("Classifier") == PROJECT["classifiers"]
    assert said["Requires-Python"] == PROJECT["requires-python"]
    assert set(said.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    core = {plain(one) for one in said.get_all("Requires-Dist") if "extra ==" not in one}
    assert core == {plain(one) for one in PROJECT["dependencies"]}
    assert {one.partition(", ")[0] for one in said.get_all("Project-URL")} == set(PROJECT["urls"])
