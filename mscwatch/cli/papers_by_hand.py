"""`mscwatch papers --search` and `--import FILE`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from mscwatch.cli import screen
from mscwatch.digest import waits
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.papers_by_hand import MOST_NAMED, Looked, import_file, search_now
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
    for sentence in _sentences(found, file):
        screen.say(screen.cell(sentence))


def _sentences(found: Looked, file: Path | None) -> Iterator[str]:
    if file:
        known = f", {found.known} that Europe PMC or PubMed had named before" if found.known else ""
        entries = _counted(found.hits, "entry", "entries")
        yield f"{file}: {entries}, {_papers(found)}{known}. {found.note}".rstrip()
        for entry in found.left_out[:MOST_SHOWN]:
            yield f"Left out: {entry}."
        if more := len(found.left_out[MOST_SHOWN:]):
            named = "them" if len(found.left_out) <= MOST_NAMED else f"the first {MOST_NAMED}"
            yield f"Left out: {more} more; the table searches names {named}."
    else:
        asked = f"{_counted(found.requests, 'request')}, {_counted(found.hits, 'hit')}"
        yield f"Europe PMC and PubMed: {asked}, {_papers(found)}."
    if found.counting:
        count, them = ("counts", "it") if found.counting == 1 else ("count", "them")
        yield f"{found.counting} more {count} as a trial's publication; the next night that publishes reports {them}."
    if sentence := waits(found.waiting):
        yield sentence


def _papers(found: Looked) -> str:
    return f"{_counted(found.read, 'paper')} read, {found.new} of them new"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
