"""`mscwatch links`: links between trials and papers that wait for a person's yes or no."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mscwatch.cli import screen
from mscwatch.cli.decide import decide
from mscwatch.cli.published import banner, open_published
from mscwatch.cli.questions import AsCsv, AsJson, By, Reason, number
from mscwatch.errors import ConfigError
from mscwatch.screening.entries import LinkDecision, paper_number
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.decisions import load
from mscwatch.store.without_effect import without_effect

links = typer.Typer(add_completion=False, rich_markup_mode=None)

NctId = Annotated[str, typer.Argument(metavar="NCT", help="The trial.")]
Paper = Annotated[
    str,
    typer.Argument(
        metavar="PAPER", help="PMID or DOI, also of a paper that nothing lists; or a code of the list."
    ),
]


@links.callback(invoke_without_command=True)
def waiting(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List links to papers that wait for a yes or no."""
    if context.invoked_subcommand:
        return
    file = load_settings().decisions
    with open_published() as con:
        rows, idle = queries.links(con), without_effect(con, load(file).entries())
        heading = banner(con) or f"{len(rows)} link(s) wait."
    if screen.wrote_data(queries.LINK_COLUMNS, rows, as_json=as_json, as_csv=as_csv):
        return
    screen.say(heading if rows else "No link waits.")
    for row in rows:
        screen.say(screen.paper_lines(row, "nct_id", "paper", "brief_title"))
    if rows:
        screen.say('To decide one: mscwatch links accept NCT PAPER --reason "…", or links reject.')
    for one in idle:
        screen.say(f"Decided without effect: {screen.cell(one.decision)}: {screen.cell(one.why)} ({file}).")


@links.command()
def accept(nct_id: NctId, paper: Paper, reason: Reason, by: By = "") -> None:
    """The paper reports this trial."""
    _decide("accept", nct_id, paper, reason, by)


@links.command()
def reject(nct_id: NctId, paper: Paper, reason: Reason, by: By = "") -> None:
    """The paper does not report this trial."""
    _decide("reject", nct_id, paper, reason, by)


def _decide(decision: Literal["accept", "reject"], nct_id: str, paper: str, reason: str, by: str) -> None:
    if paper_number(paper) is None:
        raise ConfigError(
            f"{paper} is neither a PMID, such as 17903050, nor a DOI, such as 10.1002/hep.22338, nor a code that "
            "`mscwatch links` shows."
        )
    decide(
        lambda made: [LinkDecision(nct_id=number(nct_id), paper=paper, decision=decision, **made)], reason, by
    )
