"""What the shell completes after Tab; nothing where there is no warehouse or a setting is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from mscwatch.errors import MscwatchError
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.living import paper_numbers
from mscwatch.watches import packaged


def completer(words: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """A completion for typer: those of the words that begin with what was typed."""

    def complete(incomplete: str) -> list[str]:
        try:
            return [word for word in words() if word.startswith(incomplete)]
        except MscwatchError:
            return []

    return complete


def _trials() -> list[str]:
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        return queries.trial_ids(con)


def _events() -> list[str]:
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        return [row["event_id"] for row in queries.events(con)]


def _drafted_papers() -> list[str]:
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        return paper_numbers(con)


watch_names = completer(packaged)
trial_ids = completer(_trials)
event_ids = completer(_events)
drafted_papers = completer(_drafted_papers)

WatchName = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE", autocompletion=watch_names, help="Packaged watch, or a path to a watch file."
    ),
]
