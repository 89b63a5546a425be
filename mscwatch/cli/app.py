"""All commands, in the order in which a newcomer meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from mscwatch import __version__
from mscwatch.cli import nights, operations, questions
from mscwatch.cli.demo import demo
from mscwatch.cli.digest import digest
from mscwatch.cli.explain import explain
from mscwatch.cli.history import history
from mscwatch.cli.links import links
from mscwatch.cli.preview import preview
from mscwatch.cli.prompt import sql
from mscwatch.cli.registry import registry
from mscwatch.cli.report import report
from mscwatch.cli.test_alert import test_alert

app = typer.Typer(
    name="mscwatch",
    help="A living table of mesenchymal stem cell trials for liver disease: reads ClinicalTrials.gov every night, "
    "names what changed, and tells people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mscwatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    pass


app.command()(demo)
app.command()(nights.run)
app.command()(nights.schedule)
app.command()(nights.status)
app.command()(questions.events)
app.command()(questions.show)
app.command()(explain)
app.command()(digest)
app.command()(sql)
app.command()(report)
app.command()(operations.export)
app.command()(preview)
app.add_typer(links, name="links")
app.command()(nights.doctor)
app.command()(test_alert)
app.command()(history)
app.command()(operations.rebuild)
app.command()(operations.backup)
app.command()(operations.restore)
app.command()(registry)
