"""What the shell offers after a tab. Where nothing can be known (no warehouse, a wrong setting) it offers nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from mscwatch import run as runs
from mscwatch import settings as configuration
from mscwatch import watch as watches
from mscwatch.errors import MscwatchError
from mscwatch.store import ask


def _offered(known: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    def beginning_with(incomplete: str) -> list[str]:
        try:
            return [one for one in known() if one.startswith(incomplete)]
        except MscwatchError:
            return []

    return beginning_with


def _trials() -> list[str]:
    with ask.reader(configuration.load().data_dir) as con:
        return ask.trial_ids(con)


def _events() -> list[str]:
    with ask.reader(configuration.load().data_dir) as con:
        return [row["event_id"] for row in ask.events(con)]


def _channels() -> list[str]:
    return sorted(
        {address.channel for one in runs.channels_of(configuration.load()) for address in one.addresses()}
    )


watch_names = _offered(watches.packaged)
trial_ids = _offered(_trials)
event_ids = _offered(_events)
channel_names = _offered(_channels)

WatchName = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE", autocompletion=watch_names, help="Packaged watch, or a path to a watch file."
    ),
]
