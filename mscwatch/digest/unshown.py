"""An event that cannot be put into words: a plain item takes its place, so it costs its own line only. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from mscwatch.digest.compose import importance
from mscwatch.digest.item import EVENT_ID_SHOWN, render_item
from mscwatch.digest.table import table
from mscwatch.digest.text import plain
from mscwatch.model import Event, NewsItem, TrialFacts
from mscwatch.vocabulary import EventKind, Relevance, Severity

REASON = 200  # characters


def check(item: NewsItem) -> None:
    """Put an item into every form once. Raises whatever stops that: such an item is to be shown plainly."""
    importance(item)
    render_item(item)
    render_item(item, brief=True)
    table([item])


def plain_item(row: Mapping[str, Any], error: Exception) -> NewsItem:
    """The item that says only that an event (a row of `events`, with `relevance`) cannot be shown, and why.

    Its `problem` is the reason. Kind and relevance are the row's own, also where no vocabulary has them.
    """
    nct_id, event_id = plain(str(row["nct_id"]), 20), str(row["event_id"])
    problem = plain(f"{type(error).__name__}: {error}", REASON)
    severity = row["severity"]
    event = Event(
        event_id=event_id,
        nct_id=nct_id,
        kind=cast("EventKind", plain(str(row["kind"]), 40)),
        severity=Severity(severity) if severity in tuple(Severity) else Severity.HIGH,
        field=str(row["field"] or ""),
        before=None,
        after=None,
        summary=f"An event of {nct_id} cannot be shown: {problem.rstrip('.')} (event {event_id[:EVENT_ID_SHOWN]}).",
        is_baseline=bool(row["is_baseline"]),
    )
    trial = TrialFacts(nct_id, title="", overall_status="", relevance=cast("Relevance", row["relevance"]))
    return NewsItem(event, row["observed_at"], trial, problem=problem)
