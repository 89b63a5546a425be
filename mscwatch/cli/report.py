"""`mscwatch report`: the report as one HTML file."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.report import render_page
from mscwatch.settings import load_settings
from mscwatch.store.data_dir import DataDir
from mscwatch.store.report import read_answers, write_page


def report(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Where to write it; default: beside the warehouse."),
    ] = None,
    opened: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Write the HTML report: one page that needs no network."""
    data_dir = DataDir(load_settings().data_dir)
    path = to or data_dir.report
    page = render_page(*read_answers(data_dir))
    write_page(path, page)
    screen.say(f"{path}: {len(page.encode()) / 1e6:.1f} MB, works without a network.")
    if opened and not webbrowser.open(path.resolve().as_uri()):
        screen.say("No browser could be started; open the file yourself.")
