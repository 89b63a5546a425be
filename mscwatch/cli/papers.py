"""`mscwatch papers`: the papers known of the topic or of some trials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from mscwatch.cli import screen
from mscwatch.cli.questions import AsCsv, AsJson, day
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import PaperKind


def papers(
    nct_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[NCT...]", help="Only of these trials.")
    ] = None,
    kind: Annotated[
        list[PaperKind] | None,
        typer.Option(metavar="KIND", help=f"Only this kind; may be repeated. One of {', '.join(PaperKind)}."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(parser=day, metavar="DATE", help="First seen on this day (UTC) or later."),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the papers known, with their trials.

    Shows what kind of paper each is, and how surely it belongs to a trial; the newest come first.
    """
    trials = [number.strip().upper() for number in nct_ids or []]
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        rows = queries.known_papers(con, trials, [choice.value for choice in kind or []], since)
        banner = queries.meta(con).get("banner", "")
    if as_json:
        screen.write_json(rows)
    elif as_csv:
        screen.write_csv(list(rows[0]) if rows else ["paper_id"], (list(row.values()) for row in rows))
    elif rows:
        console = screen.console()
        console.print(banner or f"{len(rows)} paper(s), newest first.")
        for row in rows:
            console.print(_lines(row), soft_wrap=True)
    else:
        screen.console().print("No paper.")


def _lines(row: dict[str, Any]) -> Text:
    """A paper as a few lines: identifier, year and kind; title; its trials, each with how sure the link is."""
    marks = ["retracted"] * bool(row["is_retracted"]) + ["preprint"] * bool(row["is_preprint"])
    head = [row["paper_id"], row["year"], row["kind"], *marks]
    return Text("\n").join(
        [
            Text("  ".join(screen.cell(part) for part in head if part), style="bold"),
            Text(f"    {screen.cell(row['title']) or '(no title)'}"),
            Text(f"    {screen.cell(row['trials']) or 'no trial'}"),
        ]
    )
