"""`mscwatch digest`: what was or would have been sent since a day, printed and not sent."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from mscwatch.changes import plan
from mscwatch.channels import slack
from mscwatch.cli import screen
from mscwatch.cli.questions import dated
from mscwatch.digest import compose
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.model import Digest
from mscwatch.settings import Settings, load_settings
from mscwatch.store import found_papers, news, queries
from mscwatch.store.data_dir import DataDir
from mscwatch.watches import load_watch


class Format(StrEnum):
    TEXT = "text"
    HTML = "html"
    SLACK = "slack"


def digest(
    since: Annotated[datetime, dated("Events of this day (UTC) and later, such as 2026-11-01.")],
    until: Annotated[datetime | None, dated("Only events before this day.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="As a mail shows it, or the JSON for Slack.")
    ] = Format.TEXT,
) -> None:
    """Print the events since a day as one message.

    Nothing is sent.
    """
    if until is not None and until <= since:
        raise ConfigError(
            f"--until {until:%Y-%m-%d} is not after --since {since:%Y-%m-%d}, so there is no night between them."
        )
    message = _composed(load_settings(), since, until)
    if message is None:
        raise MscwatchError(
            f"There is nothing to tell since {since:%Y-%m-%d}. `mscwatch events` also lists what the alerts leave "
            "out, `mscwatch status` the nights."
        )
    if form is Format.SLACK:
        screen.write_json(slack.payload(message))
    else:
        sys.stdout.write(message.html if form is Format.HTML else message.text)


def _composed(settings: Settings, since: datetime, until: datetime | None) -> Digest | None:
    """What the watch's alerts admit as one message, or None; title and banner come from the warehouse."""
    alerts = load_watch(settings.watch).alerts
    with queries.open_newest(DataDir(settings.data_dir)) as con:
        items, notices = news.news_between(con, since, until)
        facts, waiting = queries.facts(con), found_papers.waiting(con)
    admitted = plan.alerts_among(items, alerts)
    if not admitted and not notices:
        return None
    return compose(
        admitted,
        notices,
        title=facts.get("watch_title", ""),
        night=facts.get("data_timestamp", "")[:10] or "unknown date",
        banner=facts.get("banner", ""),
        page_url=settings.page_url,
        waiting=waiting,
    )
