"""`mscwatch demo`: three nights with no network and no configuration, on invented changes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.cli.nights import print_result, run_order
from mscwatch.clock import utc_now
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.replica import Replica
from mscwatch.replica.demo import QUEUED_PAPER, QUEUED_TRIAL, demo_nights
from mscwatch.settings import default_settings, load_data_dir
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import load_watch

NAMES = ("baseline", "a quiet night", "a night with changes")
PREFECT = "prefect"
STARTUP = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"  # the machine's; all else is dropped
MARKER = ".made-by-mscwatch-demo"


def demo(direct: Annotated[bool, typer.Option("--direct", help="Without Prefect; faster.")] = False) -> None:
    """Try it: three nights on an embedded registry, no network.

    Stand-ins answer for Europe PMC and PubMed. Leaves a warehouse, the digests and the report in a folder `demo` of
    the data directory. The changes are invented.
    """
    console = screen.console()
    folder = load_data_dir() / "demo"
    _clear(folder)
    console.print(
        "DEMO: three nights on an embedded registry and stand-ins of Europe PMC and PubMed; the changes are invented."
    )
    with (
        Replica(demo_nights(utc_now().date())) as registry,
        as_file(files("mscwatch.replica") / "demo.toml") as watch,
    ):
        # Nothing else of the user's settings: no message, no export, no monitor hears of invented changes.
        settings = default_settings(
            data_dir=folder,
            api_url=registry.url,
            europepmc_url=registry.europepmc_url,
            pubmed_url=registry.pubmed_url,
            watch=str(watch),
            min_interval=0.0,
        )
        order = RunOrder(settings, load_watch(settings.watch))
        _use_own_prefect(folder)
        for number, name in enumerate(NAMES, start=1):
            screen.say(f"\nDEMO night {number} of {len(NAMES)}: {name}", style="bold")
            result = run_order(order, direct=direct)
            if result.error:
                raise result.error
            print_result(result)
            _write_digest(result, folder / "digests", number)
            registry.advance()
    console.print(
        f"\nDEMO finished. In {folder}: the warehouse mscwatch.duckdb, the page report.html, and the digests "
        "of each night. `table` shows the review's table with the rows drafted from later papers."
    )
    console.print("Three things to try next:")
    program, variable = _program(), f"MSCWATCH_DATA_DIR={folder}"
    reject = (
        f'links reject {QUEUED_TRIAL} {QUEUED_PAPER} --reason "its cells were given before this trial began"'
    )
    for line in (
        f"{variable} {program} events",
        f"{variable} {program} {reject}     # found on night 3; `links` shows what waits for a yes or no",
        f"{program} doctor     # then: {program} run, for the real registry",
    ):
        screen.say(f"  {line}")


def _program() -> str:
    """What to type to start this program again: its name if the shell finds it, else the way it was called."""
    if shutil.which("mscwatch"):
        return "mscwatch"
    return sys.argv[0] if sys.argv[0].endswith("mscwatch") else "python -m mscwatch"


def _clear(folder: Path) -> None:
    """Make the demo's folder, or empty it of what an earlier demo made; whatever else lies there stays.

    Raises `ConfigError` when the folder is not empty and no demo made it, `WarehouseError` when it cannot be written.
    """
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not marker.is_file() and any(folder.iterdir()):
            raise ConfigError(
                f"{folder} was not made by this demo, so nothing in it is touched. "
                "Move it away, or set MSCWATCH_DATA_DIR to another folder."
            )
        marker.write_text("`mscwatch demo` made this folder and makes its files anew each time.\n", "utf-8")
        for path in _made(folder):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise WarehouseError(
            f"The demo's folder {folder} cannot be written ({error.strerror or error}). "
            "Make it writable, or set MSCWATCH_DATA_DIR to another folder."
        ) from error


def _made(folder: Path) -> Iterator[Path]:
    """Everything that a demo makes in its folder."""
    data = DataDir(folder)
    yield from folder.glob(f"{data.published.name}*")  # with its hash, and earlier ones
    yield from (data.report, data.working.parent, data.landing, folder / "digests", data.lock)
    yield from data.path.glob("decisions.*")  # on papers of the demo, and their lock
    yield from (folder / "previous", folder / PREFECT)


def _use_own_prefect(folder: Path) -> None:
    """Give the demo a Prefect of its own, so that it takes nothing from the user's and leaves no trace there."""
    home = (folder / PREFECT).resolve()
    home.mkdir()  # without it Prefect's server dies and is restarted, for ever
    for name in [name for name in os.environ if name.startswith("PREFECT_") and name != STARTUP]:
        del os.environ[name]
    os.environ["PREFECT_HOME"] = str(home)
    os.environ.setdefault(STARTUP, "90")


def _write_digest(result: RunResult, folder: Path, number: int) -> None:
    if result.news:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"night-{number}.txt").write_text(result.news.text, encoding="utf-8")
        (folder / f"night-{number}.html").write_text(result.news.html, encoding="utf-8")
