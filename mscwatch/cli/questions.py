"""Commands of the analyst: what happened, what is known of a trial, and any query."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from mscwatch import settings as configuration
from mscwatch.cli import screen
from mscwatch.cli.completion import trial_ids
from mscwatch.errors import MscwatchError
from mscwatch.model import Kind
from mscwatch.store import ask
from mscwatch.store.working import Connection

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV on stdout.")]


def events(
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Observed on or after this day, as 2026-11-01."
        ),
    ] = None,
    kind: Annotated[
        list[Kind] | None,
        typer.Option(metavar="KIND", help=f"Only this kind; may be repeated. One of {', '.join(Kind)}."),
    ] = None,
    trial: Annotated[
        list[str] | None,
        typer.Option(metavar="NCT", autocompletion=trial_ids, help="Only this trial; may be repeated."),
    ] = None,
    baseline: Annotated[bool, typer.Option("--baseline", help="Also what the first night recorded.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List what happened to the trials, newest first."""
    with ask.reader(configuration.load().data_dir) as con:
        rows = ask.events(
            con,
            since=since,
            kinds=[one.value for one in kind or []],
            trials=[one.upper() for one in trial or []],
            baseline=baseline,
        )
        banner = ask.meta(con).get("banner", "")
    if as_json:
        screen.write_json(rows)
    elif as_csv:
        screen.write_csv(list(rows[0]) if rows else ["observed_at"], (list(row.values()) for row in rows))
    elif rows:
        console = screen.console()
        console.print(banner or f"{len(rows)} event(s), newest first.")
        for row in rows:
            console.print(screen.event_lines(row), soft_wrap=True)
    else:
        screen.console().print("No event. The first night records trials without events; see --baseline.")


def show(
    nct_ids: Annotated[
        list[str], typer.Argument(metavar="NCT...", autocompletion=trial_ids, help="Trials, as NCT02223897.")
    ],
) -> None:
    """Show all that is known of a trial.

    Its facts, why it is relevant, its therapy with the words that was read from, versions, events and publications.
    """
    unknown = []
    with ask.reader(configuration.load().data_dir) as con:
        for nct_id in (one.upper() for one in nct_ids):
            trial = ask.trial(con, nct_id)
            if trial is None:
                unknown.append(nct_id)
            else:
                _show_one(con, trial)
    if unknown:
        msg = f"The watch has never seen {', '.join(unknown)}. Check the number, or the query of the watch."
        raise MscwatchError(msg)


def _show_one(con: Connection, trial: dict[str, Any]) -> None:
    console, nct_id = screen.console(), trial["nct_id"]
    facts = [(name, value) for name, value in trial.items() if value not in (None, [])]
    console.print(screen.table(("", nct_id), facts))
    if decided := ask.screening(con, nct_id):
        console.print(_table(decided, "Screening by a person"))
    if therapy := ask.therapy(con, nct_id):
        console.print(_table(therapy, "Therapy"))
    versions, papers = ask.history(con, nct_id), ask.papers(con, nct_id)
    console.print(_table(versions, "Versions"))
    console.print("Events", style="italic")
    for row in ask.events(con, trials=[nct_id], baseline=True):
        console.print(screen.event_lines(row), soft_wrap=True)
    if papers:
        console.print("Publications", style="italic")
    for row in papers:
        console.print(screen.paper_lines(row, "paper", "grade"), soft_wrap=True)


def _table(rows: list[dict[str, Any]], title: str) -> Table:
    return screen.table(list(rows[0]), (list(row.values()) for row in rows), title)
