"""What people were told, or would have been: a digest of past nights, printed and not sent."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from mscwatch.changes import plan
from mscwatch.channels import slack
from mscwatch.cli import screen
from mscwatch.cli.questions import day
from mscwatch.digest import compose
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.model import Digest
from mscwatch.settings import Settings, load_settings
from mscwatch.store import news, queries
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import load_watch


class Format(StrEnum):
    """The forms in which news are told."""

    TEXT = "text"
    HTML = "html"
    SLACK = "slack"


def digest(
    since: Annotated[
        datetime,
        typer.Option(parser=day, metavar="DATE", help="News of this day (UTC) and later, as 2026-11-01."),
    ],
    until: Annotated[
        datetime | None,
        typer.Option(parser=day, metavar="DATE", help="Only news from before this day."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="As a mail shows it, or the JSON that Slack gets.")
    ] = Format.TEXT,
) -> None:
    """Print the news since a day as one message; nothing is sent."""
    if until is not None and until <= since:
        msg = f"--until {until:%Y-%m-%d} is not after --since {since:%Y-%m-%d}, so there is no night between them."
        raise ConfigError(msg)
    message = _composed(load_settings(), since, until)
    if message is None:
        msg = (
            f"There is nothing to tell since {since:%Y-%m-%d}. `mscwatch events` lists what was noted without "
            "being told, `mscwatch status` the nights."
        )
        raise MscwatchError(msg)
    if form is Format.SLACK:
        screen.write_json(slack.payload(message))
    else:
        sys.stdout.write(message.html if form is Format.HTML else message.text)


def _composed(settings: Settings, since: datetime, until: datetime | None) -> Digest | None:
    """One message of what the alerts of the watch admit, or None; title and banner are those of the warehouse."""
    alerts = load_watch(settings.watch).alerts
    with queries.open_newest(DataDir(settings.data_dir)) as con:
        items, notices = news.news_between(con, since, until)
        facts = queries.meta(con)
    told = [item for item in items if plan.is_alert(item.event, item.trial.relevance, alerts)]
    if not told and not notices:
        return None
    data = facts.get("data_timestamp", "")[:10] or "unknown date"
    return compose(
        told, notices, title=facts.get("watch_title", ""), night=data, banner=facts.get("banner", "")
    )
