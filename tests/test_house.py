"""The house: which way imports point, what the wheel ships, and that its pages name everything."""

from __future__ import annotations

import ast
import os
import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

from mscwatch import __version__, settings
from mscwatch.cli.app import COMMANDS
from support.wheel import build_wheel

ROOT = Path(__file__).parents[1]
# Bottom up. Every folder and loose module belongs to exactly one layer and imports only from layers below its own.
LAYERS = (
    {"vocabulary", "errors", "schedule", "clock", "atomic_write", "masking"},
    {"model"},
    {"record", "settings", "watch"},
    {"papers"},
    {"watches", "therapy", "digest", "replica"},
    {"screening", "review", "channels"},
    {"report"},
    {"changes"},
    {"registry"},
    {"paper_sources"},
    {"store"},
    {"pipeline", "notebook"},
    {"flows"},
    {"cli"},
)
# Deciding: no network, no database, no clock, no file but the package's own data.
PURE = {
    *("model", "vocabulary", "errors", "masking", "schedule", "record", "watch"),
    *("therapy", "screening", "digest", "changes", "review", "report", "papers"),
}
# What such a module may import, also by way of others. A new one is added here with a thought, not by the way.
HARMLESS = {
    "__future__",
    "abc",
    "base64",
    "calendar",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "html",
    "importlib",
    "io",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "string",
    "textwrap",
    "tomllib",
    "types",
    "typing",
    "unicodedata",
    "urllib",
    "xml",
    "zoneinfo",
    "cronsim",
    "jinja2",
    "markupsafe",
    "msgspec",
    "orjson",
    "pydantic",
    "rispy",
    "tomlkit",
}


@cache
def nodes(path):
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path):
    """Full names of the modules that a file imports, also inside functions."""
    names = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


def modules(*folders):
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def rooms(path):
    """The rooms of mscwatch that a file imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("mscwatch.")}


@pytest.mark.slow
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


def room_of(name):
    """The folder or loose module that a dotted name of ours lies in."""
    parts = name.split(".")
    return parts[1] if parts[0] == "mscwatch" and len(parts) > 1 else parts[0]


def graph():
    """Each room with the rooms that it imports from; the package's own `__init__` and `__main__` are doors, not rooms."""
    ours = {
        path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules("mscwatch", "flows")
    }
    rooms_below = {room_of(name): set() for name in ours.values()}
    for path, name in ours.items():
        below = {room_of(other) for other in imports(path) if other.startswith(("mscwatch.", "flows"))}
        rooms_below[room_of(name)] |= below - {room_of(name), "__version__"}
    for door in ("mscwatch", "__init__", "__main__"):
        rooms_below.pop(door, None)
    return rooms_below


def test_every_room_is_in_exactly_one_layer():
    layered = [room for layer in LAYERS for room in layer]
    assert sorted(layered) == sorted(graph())


def test_imports_point_down():
    level = {room: number for number, layer in enumerate(LAYERS) for room in layer}
    upward = {
        (room, other) for room, below in graph().items() for other in below if level[other] >= level[room]
    }
    assert upward == set()


def test_the_map_stays_small():
    assert len(graph()) <= 32
    assert sum(map(len, graph().values())) <= 120


def test_what_decides_imports_nothing_that_acts():
    ours = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in modules("mscwatch")}
    ours = {name.removesuffix(".__init__"): path for name, path in ours.items()}
    waiting = [name for name in ours if room_of(name) in PURE]
    seen = set(waiting)
    acting = set()
    while waiting:
        name = waiting.pop()
        for other in imports(ours[name]):
            module = other if other in ours else other.rpartition(".")[0]
            if module in ours:
                if module not in seen and module != "mscwatch":
                    seen.add(module)
                    waiting.append(module)
            elif other.split(".")[0] not in HARMLESS | {"mscwatch"}:
                acting.add((name, other))
    assert acting == set()


def test_only_the_clock_reads_the_clock():
    for path in modules("mscwatch", "flows"):
        if path.name != "clock.py":
            text = path.read_text(encoding="utf-8")
            assert ".now(" not in text, path
            assert ".today(" not in text, path


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
                for node in nodes(path)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            ]
            assert "print" not in calls, path


@pytest.mark.slow
def test_no_test_imports_from_a_file_of_tests():
    guilty = [path for path in modules("tests") for name in imports(path) if name.startswith("test_")]
    assert guilty == []


def test_no_test_patches_the_clock():
    """It is a field of the run's order."""
    patched = [
        path
        for path in modules("tests")
        for node in nodes(path)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setattr"
        for argument in node.args[:2]
        if isinstance(argument, ast.Constant) and str(argument.value).rpartition(".")[2] == "datetime"
    ]
    assert patched == []


@pytest.mark.slow
def test_the_wheel_ships_the_sql_and_no_data(tmp_path):
    names = set(zipfile.ZipFile(build_wheel(tmp_path)).namelist())
    for shipped in (
        "mscwatch/warehouse/ctgov.csv", "mscwatch/warehouse/schema/001_first_night.sql", "mscwatch/warehouse/views/10_trials.sql",
        "mscwatch/warehouse/seeds/published_trials.csv", "mscwatch/warehouse/comments.sql", "mscwatch/warehouse/report/trials.sql", "mscwatch/report/page.html.j2", "mscwatch/report/vendor/plot.umd.min.js", "mscwatch/warehouse/macros/as_of.sql", "mscwatch/watches/msc_liver.toml",
        "mscwatch/screening/rules/msc_liver.toml", "mscwatch/digest/templates/digest.html.j2", "mscwatch/flows/nightly.py",
        "mscwatch/replica/sample.csv", "mscwatch/replica/demo.toml", "mscwatch/store/dictionary.md.j2",
    ):  # fmt: skip
        assert shipped in names
    assert {name.split("/")[0] for name in names} == {"mscwatch", f"mscwatch-{__version__}.dist-info"}
    assert not [
        name for name in names if name.endswith((".duckdb", ".gz", ".zst")) or name.startswith("tests/")
    ]


MAP = ROOT / "mscwatch" / "README.md"
ROOM_TABLE = re.compile(r"(?<=\| room \| holds \|\n\| --- \| --- \|\n)(?:\|.*\n)*")


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def first_line(path):
    """The first line of the docstring of a module, or of a package's `__init__`."""
    source = path / "__init__.py" if path.is_dir() else path
    return (ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def room_table():
    """The rows of "Where things are": every room in the order of the layers, and `warehouse/`."""
    for room in [*(room for layer in LAYERS for room in sorted(layer)), "warehouse"]:
        name = room if (ROOT / room).is_dir() else f"mscwatch/{room}"
        name += "/" if (ROOT / name).is_dir() else ".py"
        yield f"| `{name}` | {first_line(ROOT / name)} |\n"


def test_the_map_lists_every_room_with_the_first_line_of_its_docstring():
    table = "".join(room_table())
    assert " |  |" not in table, "a room has no docstring"
    page = text_of(MAP)
    [shown] = ROOM_TABLE.finditer(page)
    if os.environ.get("RENEW_README"):
        MAP.write_text(page[: shown.start()] + table + page[shown.end() :], encoding="utf-8")
    else:
        assert shown.group() == table, (
            "The table of rooms in mscwatch/README.md differs from the docstrings of the rooms. Edit the docstring, then run "
            "`RENEW_README=1 pytest tests/test_house.py -k room`"
        )


def test_the_map_of_the_therapies_names_every_module():
    folder = ROOT / "mscwatch" / "therapy"
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = set(re.findall(r"`([a-z]+)`", said))
    assert named == {path.stem for path in folder.glob("[!_]*.py")}


def test_every_command_stands_in_the_readme_and_every_setting_on_the_page_of_flows():
    for name in COMMANDS:
        assert f"mscwatch {name}" in text_of("README.md")
    for name in settings.Settings.model_fields:
        assert f"`MSCWATCH_{name.upper()}`" in text_of("flows/README.md")


def test_an_arrow_into_json_stands_in_parentheses_where_it_is_compared():
    """DuckDB 1.5 reads `a = 1 AND b->>'$.c' = 2` as one arrow from `a = 1 AND b`; later versions do not."""
    bare = re.compile(r"->>?\s*'[^']*'\s*(?:=|<|>|(?:IN|IS|LIKE|BETWEEN)\b)")
    texts = [
        *modules("mscwatch", "flows"),
        *(ROOT / "warehouse").rglob("*.sql"),
        *(ROOT / "warehouse").rglob("*.toml"),
    ]
    guilty = [path.name for path in texts if bare.search(path.read_text(encoding="utf-8"))]
    assert guilty == []
