"""All commands, in the order in which a newcomer meets them."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mscwatch import __version__
from mscwatch.settings import unknown_variables

# Each command, with the module of this folder that holds it.
COMMANDS = {
    "demo": "demo",
    "run": "nights",
    "schedule": "nights",
    "status": "nights",
    "events": "questions",
    "show": "questions",
    "explain": "explain",
    "digest": "digest",
    "sql": "prompt",
    "report": "operations",
    "export": "operations",
    "mcp": "mcp",
    "preview": "preview",
    "links": "links",
    "papers": "papers",
    "table": "table",
    "doctor": "nights",
    "test-alert": "test_alert",
    "history": "nights",
    "rebuild": "operations",
    "backup": "operations",
    "restore": "operations",
    "registry": "registry",
}


class Commands(TyperGroup):
    """Imports a command's module only when the command runs: `events` need not wait for what `run` imports."""

    commands: Any  # the help, and "did you mean", need only their names

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": dict.fromkeys(COMMANDS)})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  as click calls it
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"mscwatch.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        if isinstance(command, typer.Typer):
            return typer.main.get_command(command)
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(cmd_name)(command)
        return typer.main.get_command(single)


app = typer.Typer(
    cls=Commands,
    name="mscwatch",
    help="A living table of mesenchymal stem cell trials for liver disease: reads ClinicalTrials.gov every night, "
    "names what changed, and tells people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"mscwatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: ARG001  typer makes the options of these
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,  # noqa: ARG001
) -> None:
    for sentence in unknown_variables():
        typer.echo(f"mscwatch: warning: {sentence}", err=True)
