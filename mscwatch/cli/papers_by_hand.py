"""`mscwatch papers --search` and `--import FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from mscwatch.cli import screen
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.papers_by_hand import Looked, import_file, search_now
from mscwatch.settings import load_settings
from mscwatch.watches import load_watch

MOST_SHOWN = 20  # entries of a file that were left out


def look(file: Path | None, *, as_json: bool) -> None:
    """Search, or import the file, and say what came of it."""
    settings = load_settings()
    order = RunOrder(settings, load_watch(settings.watch))
    found = import_file(order, file) if file else search_now(order)
    if as_json:
        screen.write_json(asdict(found))
        return
    console = screen.console()
    for sentence in _sentences(found, file):
        console.print(screen.cell(sentence), soft_wrap=True)


def _sentences(found: Looked, file: Path | None) -> Iterator[str]:
    if file:
        known = f", {found.known} that the services told of before" if found.known else ""
        yield f"{file}: {found.hits} entries, {found.read} papers, {found.new} of them new{known}. {found.note}"
        for entry in found.left_out[:MOST_SHOWN]:
            yield f"Left out: {entry}."
        if len(found.left_out) > MOST_SHOWN:
            yield f"Left out: {len(found.left_out) - MOST_SHOWN} more; the table searches names them."
    else:
        yield (
            f"Europe PMC and PubMed: {found.requests} requests, {found.hits} hits, {found.read} papers read, "
            f"{found.new} of them new."
        )
    if found.counting:
        yield f"{found.counting} more count as a trial's publication; the next night that publishes tells of them."
    if found.waiting:
        yield f"{found.waiting} wait for your yes or no: mscwatch links."
