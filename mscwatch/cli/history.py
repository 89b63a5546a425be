"""`mscwatch history`: the registry's own history, read on request."""

from __future__ import annotations

from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.pipeline.backfill import backfill_sentence, read_histories
from mscwatch.pipeline.context import RunOrder
from mscwatch.settings import load_settings
from mscwatch.watches import load_watch


def history(
    nct_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NCT", help="Default: every core or unsure trial whose history was never read."
        ),
    ] = None,
) -> None:
    """Read how trials stood before the watch began; sends nothing.

    Makes one request per version of each trial. The endpoint is unofficial, and nights do not need it. After an
    error, the next reading goes on where this one stopped.
    """
    screen.log_to_stderr()
    settings = load_settings()
    done = read_histories(RunOrder(settings, load_watch(settings.watch)), nct_ids or ())
    screen.say(backfill_sentence(done))
