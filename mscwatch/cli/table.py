"""`mscwatch table`: the review's Table 2 as it would read today, and a person's yes or no to drafted rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import typer
from rich.padding import Padding
from rich.text import Text

from mscwatch.cli import screen
from mscwatch.cli.completion import drafted_papers
from mscwatch.cli.decide import decide
from mscwatch.cli.published import open_published
from mscwatch.cli.questions import AsCsv, AsJson, By, Reason, some_of
from mscwatch.digest import plain
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.report.living import beside, evidence, in_columns, markdown, remarks
from mscwatch.screening import cells
from mscwatch.screening.entries import RowDecision
from mscwatch.store import queries
from mscwatch.store.living import seen_abstract, table_rows
from mscwatch.store.sql import column_names
from mscwatch.vocabulary import RowOrigin

# The columns below the head of a row.
ON_A_LINE = (
    ("Disease",),
    ("Design", "Treated", "Control"),
    ("Source", "Route"),
    ("Dose", "Infusions"),
    ("Response",),
)
LONGEST = 1_000  # characters of one line
NOT_READ = "not_read"  # in place of the hash of an abstract, where no search has read one

table = typer.Typer(add_completion=False, rich_markup_mode=None)

Paper = Annotated[
    str,
    typer.Argument(metavar="PAPER", autocompletion=drafted_papers, help="PMID, DOI or paper_id of the row."),
]


@table.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    origin: Annotated[
        list[RowOrigin] | None, some_of(RowOrigin, metavar="ORIGIN", what="Only these rows")
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Markdown on stdout, for a manuscript.")
    ] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show the review's Table 2 as it reads today.

    Shows its printed rows, rows that people confirmed, and drafted rows with the words that each cell rests on. A
    drafted row counts nowhere until a person accepts it.
    """
    if context.invoked_subcommand:
        return
    with open_published() as con:
        rows = table_rows(con, [choice.value for choice in origin or []])
        names = column_names(con, "living_table")
        facts = queries.facts(con)
    if screen.wrote_data(names, rows, as_json=as_json, as_csv=as_csv):
        return
    if as_markdown:
        sys.stdout.write(markdown(rows, f"{facts.get('banner', '')} {facts.get('attribution', '')}".strip()))
    else:
        _print(rows, facts.get("banner", ""))


@table.command()
def accept(paper: Paper, reason: Reason = "", by: By = "") -> None:
    """The drafted row is right: it counts from now on."""
    _decide(paper, "accept", [{}], reason or "the row is as the paper states it", by)


@table.command()
def reject(paper: Paper, reason: Reason, by: By = "") -> None:
    """The paper has no row in this table."""
    _decide(paper, "reject", [{}], reason, by)


@table.command()
def correct(
    paper: Paper,
    corrections: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE...",
            help="Cells of the row, as n_treated=20 or dose='1e6 cells/kg'; lists with commas.",
        ),
    ],
    reason: Reason,
    by: By = "",
) -> None:
    """Set cells of a row."""
    cells_set = [{"field": name, "value": value} for name, value in dict(_parted(corrections)).items()]
    _decide(paper, "correct", cells_set, reason, by)


def _parted(corrections: list[str]) -> Iterator[tuple[str, Any]]:
    for text in corrections:
        name, equals, value = text.partition("=")
        name = name.strip().lower()
        if not equals:
            raise ConfigError(f"{text}: write it as FIELD=VALUE, such as n_treated=20.")
        if name not in (*cells.FIELDS, cells.DOSE):
            raise MscwatchError(
                f"A row has no cell {name}, so nothing was written. "
                f"Use one of {', '.join((*cells.FIELDS, cells.DOSE))}."
            )
        yield from cells.parted(name, value.strip()).items()


def _decide(
    paper: str,
    decision: Literal["accept", "reject", "correct"],
    about: list[dict[str, Any]],
    reason: str,
    by: str,
) -> None:
    """Write a decision on each of `about`, the row of a paper or its cells, with the hash of the abstract seen."""
    if not paper.strip():
        raise ConfigError("Give the PMID, the DOI or the paper_id of the row.")

    def entries_of(made: dict[str, Any]) -> list[RowDecision]:
        entries = [RowDecision(paper=paper, decision=decision, **part, **made) for part in about]
        with open_published() as con:
            seen = seen_abstract(con, entries[0].paper) or NOT_READ
        return [entry.model_copy(update={"seen": seen}) for entry in entries]

    decide(entries_of, reason, by)


def _print(rows: list[dict[str, Any]], banner: str) -> None:
    if not rows:
        screen.say("No row.")
        return
    console = screen.console()
    console.print(banner or f"{len(rows)} row(s): printed, then confirmed, then drafted.")
    for row in rows:
        shown = in_columns(row)
        head = [row["row_id"], row["origin"], shown["Paper"], row["nct_id"]]
        console.print(screen.entry(filter(None, head)))
        for line in _lines(row, shown):
            console.print(Padding(Text(plain(line, LONGEST)), (0, 0, 0, 4)))
    if any(row["origin"] == RowOrigin.DRAFTED for row in rows):
        console.print(
            'To decide a drafted row: mscwatch table accept PAPER, table reject PAPER --reason "…", or '
            'table correct PAPER FIELD=VALUE --reason "…".'
        )


def _lines(row: dict[str, Any], shown: dict[str, str]) -> Iterator[str]:
    """What stands below the head of a row: its cells as printed, or each with its words, and what to know of it."""
    if row["origin"] == RowOrigin.DRAFTED:
        yield from (f"{name}: {value} – “{words}”" for name, value, words in evidence(row))
        if registered := beside(row):
            yield f"not stated, but registered: {registered}"
    else:
        yield from ("; ".join(f"{name}: {shown[name]}" for name in names) for names in ON_A_LINE)
    if said := remarks(row):
        yield f"({said})"
