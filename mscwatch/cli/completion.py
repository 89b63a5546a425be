"""What the shell completes after Tab; nothing where there is no warehouse or a setting is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from mscwatch.cli.published import open_published
from mscwatch.errors import MscwatchError
from mscwatch.store import queries
from mscwatch.store.living import paper_numbers
from mscwatch.store.sql import Connection
from mscwatch.watches import packaged


def completer(words: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """A completion for typer: those of the words that begin with what was typed."""

    def complete(incomplete: str) -> list[str]:
        try:
            return [word for word in words() if word.startswith(incomplete)]
        except MscwatchError:
            return []

    return complete


def _of_published(words: Callable[[Connection], list[str]]) -> Callable[[str], list[str]]:
    def read() -> list[str]:
        with open_published() as con:
            return words(con)

    return completer(read)


trial_ids = _of_published(queries.trial_ids)
event_ids = _of_published(lambda con: [row["event_id"] for row in queries.events(con)])
drafted_papers = _of_published(paper_numbers)

WatchName = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE",
        autocompletion=completer(packaged),
        help="Packaged watch, or a path to a watch file.",
    ),
]
