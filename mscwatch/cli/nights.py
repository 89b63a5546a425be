"""Commands of the operator: run a night, see how nights went, find out what is wrong."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mscwatch import checkup, summary
from mscwatch import run as runs
from mscwatch import settings as configuration
from mscwatch import watch as watches
from mscwatch.cli import screen
from mscwatch.errors import MscwatchError
from mscwatch.store import ask
from mscwatch.tonight import NightResult, Order


def run(
    watch: Annotated[str, typer.Option(help="Packaged watch, or a path to a watch file.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Read even if the registry's data have not moved.")
    ] = False,
    accept: Annotated[
        str, typer.Option(metavar="REASON", help="Take a night that fails a bound, once.")
    ] = "",
    direct: Annotated[bool, typer.Option("--direct", help="The same steps without Prefect.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run one night, now."""
    screen.log_to_stderr()
    try:
        settings = configuration.load(**({"watch": watch} if watch else {}))
        result = night(settings, force=force, accept=accept, direct=direct)
    except MscwatchError as error:
        if as_json:
            screen.write_json({"run_id": None, "outcome": "failed", "error": str(error)})
        raise
    if as_json:
        screen.write_json(result.as_json())
    else:
        show_night(result, printed=not runs.channels_of(settings))
    if result.error:
        raise result.error


def night(settings: configuration.Settings, *, force: bool, accept: str, direct: bool) -> NightResult:
    """One night, as a flow or directly."""
    if direct:
        return runs.run_night(Order(settings, watches.load(settings.watch), force=force, accept=accept))
    from flows.quiet import run_quietly

    return run_quietly(settings.watch, force=force, accept=accept)


def show_night(result: NightResult, *, printed: bool) -> None:
    """The night in a line; its digest too when no channel is configured."""
    console = screen.console()
    if result.news and printed:
        console.print(result.news.text, soft_wrap=True)
    if not result.error:
        console.print(summary.sentence(result))
    for warning in result.warnings:
        console.print(f"Warning: {warning}")


def schedule() -> None:
    """Serve the nightly flow with Prefect, on the configured schedule, until Ctrl-C."""
    settings = configuration.load()
    watch = watches.load(settings.watch)
    from flows.serve import serve

    screen.console().print(f"Serving {watch.name}: {settings.cron} ({settings.timezone}). Ctrl-C ends it.")
    serve(name=watch.name, cron=settings.cron, timezone=settings.timezone, watch=settings.watch)


def status(
    limit: Annotated[int, typer.Option(help="How many nights.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show the last nights, what they proved, and what is owed to whom."""
    settings = configuration.load()
    with ask.newest(settings.data_dir) as con:
        nights, owed = ask.nights(con, limit), ask.owed(con)
        banner = ask.meta(con).get("banner", "")
    if as_json:
        screen.write_json({"banner": banner, "nights": nights, "owed": owed})
        return
    console = screen.console()
    if banner:
        console.print(banner)
    names = ("night (UTC)", "outcome", "registry data", "said / read", "new", "changed", "why")
    console.print(screen.table(names, map(_night_row, nights), "Last nights"))
    if owed:
        console.print(screen.table(list(owed[0]), (list(row.values()) for row in owed), "Still owed"))
    else:
        console.print("Nothing is owed to anybody.")


def _night_row(night: dict[str, Any]) -> tuple[Any, ...]:
    counts = "" if night["fetched"] is None else f"{night['total_count']} / {night['fetched']}"
    named = ("started_at", "outcome", "data_timestamp")
    return (*(night[name] for name in named), counts, night["new"], night["changed"], night["error"])


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check configuration, registry, disk, lock, warehouse and channels."""
    settings = configuration.load()
    found = checkup.examine(settings)
    shown = configuration.show(settings)
    if as_json:
        screen.write_json(
            {"settings": [row._asdict() for row in shown], "checks": [row._asdict() for row in found]}
        )
    else:
        console = screen.console()
        console.print(screen.table(("setting", "value", "from"), (row[:3] for row in shown), "Settings"))
        rows: list[tuple[Any, ...]] = [
            ("ok" if row.good else "FAILED", row.what, row.detail) for row in found
        ]
        console.print(screen.table(("", "check", "what was found"), rows, "Checks"))
    if not all(row.good for row in found):
        raise typer.Exit(1)
