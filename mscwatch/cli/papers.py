"""`mscwatch papers`: the papers known of the topic or of some trials, a search for more, and the import of a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from mscwatch.cli import screen
from mscwatch.cli.published import banner, open_published
from mscwatch.cli.questions import AsCsv, AsJson, dated, number, some_of
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.store import queries
from mscwatch.vocabulary import PaperKind


def papers(
    nct_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[NCT...]", help="Only of these trials.")
    ] = None,
    kind: Annotated[list[PaperKind] | None, some_of(PaperKind)] = None,
    since: Annotated[datetime | None, dated("First seen on this day (UTC) or later.")] = None,
    search: Annotated[
        bool,
        typer.Option(
            "--search", help="Ask Europe PMC and PubMed now, as a night does; takes up to a minute."
        ),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            help="Take the papers of your own search: RIS, NBIB or CSV, as exported.",
        ),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List the papers known, with their trials.

    Shows what kind of paper each is, and how surely it belongs to a trial; the newest come first. With --search or
    --import it looks for new ones, publishes, and says what it found; the next night that publishes reports it.

    Exit code 1: no paper is known of the trials. Of --search: 0 done, 2 papers are switched off, 3 an answer was not
    trusted, 4 no usable answer, 6 a run is at work.
    """
    if search or file:
        if nct_ids or kind or since or as_csv or (search and file):
            raise ConfigError(
                "Use --search or --import FILE alone, or with --json; list the papers afterwards."
            )
        from mscwatch.cli.papers_by_hand import look  # what asks the services is slow to import

        look(file, as_json=as_json)
        return
    trials = [number(text) for text in nct_ids or []]
    with open_published() as con:
        rows = queries.known_papers(con, trials, [choice.value for choice in kind or []], since)
        heading = banner(con) or f"{len(rows)} paper(s), newest first."
    if screen.wrote_data([*queries.PAPER_COLUMNS, "trials"], rows, as_json=as_json, as_csv=as_csv):
        return
    if trials and not rows:
        raise MscwatchError(f"No paper is known of {', '.join(trials)}.")
    screen.say(heading if rows else "No paper.")
    for row in rows:
        screen.say(_lines(row))


def _lines(row: dict[str, Any]) -> Text:
    """A paper as a few lines: identifier, year and kind; title; its trials, each with how sure the link is."""
    marks = ["retracted"] * bool(row["is_retracted"]) + ["preprint"] * bool(row["is_preprint"])
    head = filter(None, [row["paper_id"], row["year"], row["kind"], *marks])
    title, trials = screen.cell(row["title"]), screen.cell(row["trials"])
    return screen.entry(head, title or "(no title)", trials or "no trial")
