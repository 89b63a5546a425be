"""`mscwatch links`: links between trials and papers that wait for a person's yes or no."""

from __future__ import annotations

import getpass
from typing import Annotated, Literal

import typer

from mscwatch.cli import screen
from mscwatch.cli.questions import AsCsv, AsJson
from mscwatch.clock import utc_now
from mscwatch.errors import ConfigError, LockedError
from mscwatch.screening.decisions import LinkDecision
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.decisions import add_link, publish_links, unknown_decisions

links = typer.Typer(add_completion=False, rich_markup_mode=None)

NctId = Annotated[str, typer.Argument(metavar="NCT", help="The trial.")]
Paper = Annotated[str, typer.Argument(metavar="PAPER", help="PMID, or the code that the list shows.")]
Reason = Annotated[str, typer.Option(help="Why; stored with the decision.")]
By = Annotated[str, typer.Option(help="Who decides; default: the login name.")]


@links.callback(invoke_without_command=True)
def waiting(context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List links to papers that wait for a yes or no."""
    if context.invoked_subcommand:
        return
    settings = load_settings()
    with queries.open_published(DataDir(settings.data_dir)) as con:
        rows, unknown = queries.links(con), unknown_decisions(con)
        banner = queries.meta(con).get("banner", "")
    console = screen.console()
    if as_json:
        screen.write_json(rows)
    elif as_csv:
        screen.write_csv(list(rows[0]) if rows else ["nct_id"], (list(row.values()) for row in rows))
    elif rows:
        console.print(banner or f"{len(rows)} link(s) wait.")
        for row in rows:
            console.print(screen.paper_lines(row, "nct_id", "paper", "brief_title"), soft_wrap=True)
        console.print(
            'To decide one: mscwatch links accept NCT PAPER --reason "…", or links reject.', soft_wrap=True
        )
    else:
        console.print("No link waits.")
    if not (as_json or as_csv):
        for decision in unknown:
            console.print(
                f"Decided without effect: {screen.cell(decision)} ({settings.decisions}).", soft_wrap=True
            )


@links.command()
def accept(nct_id: NctId, paper: Paper, reason: Reason, by: By = "") -> None:
    """The paper reports this trial."""
    _decide("accept", nct_id, paper, reason, by)


@links.command()
def reject(nct_id: NctId, paper: Paper, reason: Reason, by: By = "") -> None:
    """The paper does not report this trial."""
    _decide("reject", nct_id, paper, reason, by)


def _decide(decision: Literal["accept", "reject"], nct_id: str, paper: str, reason: str, by: str) -> None:
    settings = load_settings()
    nct_id, file, data_dir = nct_id.upper(), settings.decisions, DataDir(settings.data_dir)
    if not reason.strip():
        raise ConfigError('A decision needs a reason: --reason "…".')
    with queries.open_published(data_dir) as con:
        if not queries.is_linked(con, nct_id, paper):
            raise ConfigError(
                f"Nothing links {nct_id} to paper {paper}. `mscwatch show {nct_id}` lists its papers."
            )
    link = LinkDecision(
        nct_id=nct_id,
        paper=paper,
        decision=decision,
        reason=reason,
        date=utc_now().date(),
        by=by or getpass.getuser(),
    )
    add_link(data_dir, file, link)
    try:
        publish_links(data_dir, file, settings.memory_limit, settings.keep_published)
        shown = "It holds from now on."
    except LockedError:
        shown = "A run is at work, so it holds from the next run on."
    screen.console().print(f"{decision}ed: {nct_id} and paper {paper}, in {file}. {shown}", soft_wrap=True)
