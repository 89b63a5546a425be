"""What the shell offers after a tab. Where nothing can be known (no warehouse, a wrong setting) it offers nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from mscwatch.errors import MscwatchError
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import packaged


def offered(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Those of the known that begin with what was typed, as typer wants them."""

    def beginning_with(incomplete: str) -> list[str]:
        try:
            return [one for one in known() if one.startswith(incomplete)]
        except MscwatchError:
            return []

    return beginning_with


def _trials() -> list[str]:
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        return queries.trial_ids(con)


def _events() -> list[str]:
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        return [row["event_id"] for row in queries.events(con)]


watch_names = offered(packaged)
trial_ids = offered(_trials)
event_ids = offered(_events)

WatchName = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE", autocompletion=watch_names, help="Packaged watch, or a path to a watch file."
    ),
]
