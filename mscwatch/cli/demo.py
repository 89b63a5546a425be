"""`mscwatch demo`: three nights with no network and no configuration, on invented changes."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.cli.nights import print_result, run_order
from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.replica import Replica
from mscwatch.replica.demo import demo_nights
from mscwatch.settings import default_settings, load_settings
from mscwatch.watches import load_watch

NAMES = ("baseline", "a quiet night", "a night with changes")


def demo(direct: Annotated[bool, typer.Option("--direct", help="Without Prefect; faster.")] = False) -> None:
    """Try it: three nights on an embedded registry, no network.

    Leaves a warehouse, the digests and the report in a folder `demo` of the data directory. The changes are invented.
    """
    console = screen.console()
    folder = load_settings().data_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    console.print("DEMO: three nights on an embedded registry; the changes are invented.")
    with (
        Replica(demo_nights()) as registry,
        as_file(files("mscwatch.replica") / "demo.toml") as watch,
    ):
        # Nothing else of the user's settings: no message, no export, no monitor hears of invented changes.
        settings = default_settings(data_dir=folder, api_url=registry.url, watch=str(watch), min_interval=0.0)
        order = RunOrder(settings, load_watch(settings.watch))
        _use_own_prefect(folder)
        for number, name in enumerate(NAMES, start=1):
            console.print(f"\nDEMO night {number} of {len(NAMES)}: {name}", style="bold")
            result = run_order(order, direct=direct)
            if result.error:
                raise result.error
            print_result(result)
            _write_digest(result, folder / "digests", number)
            registry.advance()
    console.print(
        f"\nDEMO finished. In {folder}: the warehouse mscwatch.duckdb, the page report.html, and the digests "
        "of each night."
    )
    console.print("Three things to try next:")
    program, variable = _program(), f"MSCWATCH_DATA_DIR={folder}"
    for line in (
        f"{variable} {program} events",
        f'{variable} {program} sql "SELECT relevance, count(*) AS trials FROM trials GROUP BY ALL"',
        f"{program} doctor     # then: {program} run, for the real registry",
    ):
        console.print(f"  {line}", soft_wrap=True)


def _program() -> str:
    """What to type to start this program again: its name if the shell finds it, else the way it was called."""
    if shutil.which("mscwatch"):
        return "mscwatch"
    return sys.argv[0] if sys.argv[0].endswith("mscwatch") else "python -m mscwatch"


def _use_own_prefect(folder: Path) -> None:
    """Give the demo a Prefect of its own, so that it leaves no trace in the user's."""
    home = (folder / "prefect").resolve()
    home.mkdir(parents=True)  # without it Prefect's server dies and is restarted, for ever
    os.environ["PREFECT_HOME"] = str(home)
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")


def _write_digest(result: RunResult, folder: Path, number: int) -> None:
    if result.news:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"night-{number}.txt").write_text(result.news.text, encoding="utf-8")
        (folder / f"night-{number}.html").write_text(result.news.html, encoding="utf-8")
