"""The operator's commands: `run`, `schedule`, `status`, `doctor` and `history`."""

from __future__ import annotations

import logging
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

import typer

from mscwatch.cli import screen
from mscwatch.cli.completion import WatchName
from mscwatch.cli.published import banner
from mscwatch.clock import utc_now
from mscwatch.errors import NoPrefectError
from mscwatch.pipeline import summary
from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.pipeline.run import run_watch
from mscwatch.schedule import next_night
from mscwatch.settings import load_settings, show_settings
from mscwatch.store import addresses, paper_searches, queries
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from mscwatch.watches import load_watch

log = logging.getLogger(__name__)


def run(
    watch: WatchName = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Read every record, even if the registry shows the same data as last time."
        ),
    ] = False,
    accept: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help="Accept once a night that was refused for a bound of the watch (too few trials, a missing sentinel); "
            "the reason is stored with the night.",
        ),
    ] = "",
    direct: Annotated[
        bool, typer.Option("--direct", help="The same steps without Prefect; it starts faster.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run one night, now.

    Reads the registry, stores what changed, publishes, and sends the alerts that are owed.

    Exit codes: 0 done, 2 usage or settings, 3 the registry's answer was not trusted and nothing was published, 4 the
    registry gave no usable answer, 5 an alert is still owed, 6 another run is at work, 1 anything else.
    """
    screen.log_to_stderr()
    try:
        settings = load_settings(watch=watch or None)
        order = RunOrder(settings, load_watch(settings.watch), force=force, accept=accept.strip())
        result = run_order(order, direct=direct)
    except Exception as error:  # a program that reads the object gets one whatever happens
        if as_json:
            screen.write_json(_json_without_run(error))
        raise
    if as_json:
        screen.write_json(result.as_json())
    else:
        print_result(result)
    if result.error:
        raise result.error


def _json_without_run(error: Exception) -> dict[str, Any]:
    """What `run --json` prints when no run began: the keys of every run, with nothing counted."""
    nothing = RunResult("", "", utc_now(), RunOutcome.FAILED)
    return nothing.as_json() | {"run_id": None, "watch": None, "error": str(error)}


def run_order(order: RunOrder, *, direct: bool) -> RunResult:
    """Run once, as a Prefect flow or directly; directly too, with a warning, where Prefect cannot run it.

    Raises `ConfigError` or `LockedError` when the run cannot begin.
    """
    if direct:
        return run_watch(order)
    try:
        return _run_as_flow(order)
    except NoPrefectError as error:
        warning = f"This night runs directly, without Prefect: {error}."
    log.warning("%s", warning)
    result = run_watch(order)
    result.warnings.append(warning)
    return result


def _run_as_flow(order: RunOrder) -> RunResult:
    """Raises `NoPrefectError`, also for an installation of Prefect or settings of its own that do not work."""
    try:
        from mscwatch.flows.quiet import run_quietly
    except Exception as error:
        raise NoPrefectError(
            f"it cannot be imported ({type(error).__name__}); `prefect version` shows why"
        ) from error
    result: RunResult = run_quietly(order)
    return result


def print_result(result: RunResult) -> None:
    """Print the news that no channel was there for, how the run went, and its warnings."""
    if result.news:
        screen.say(result.news.text)
    if not result.error:
        screen.say(summary.sentence(result))
    for warning in result.warnings:
        screen.say(f"Warning: {warning}")


def schedule(
    prefect_yaml: Annotated[
        bool,
        typer.Option(
            "--prefect-yaml",
            help="Print a prefect.yaml for `prefect deploy` and workers instead, with these times and all watches.",
        ),
    ] = False,
) -> None:
    """Run a night whenever one is due, until Ctrl-C.

    Needs a Prefect server (`prefect server start`, and PREFECT_API_URL set to it). MSCWATCH_CRON and
    MSCWATCH_TIMEZONE set the times. Without Prefect, let cron or a systemd timer call `mscwatch run --direct`.
    """
    settings = load_settings()
    if prefect_yaml:
        from mscwatch.flows import deployments

        typer.echo(deployments.prefect_yaml(settings), nl=False)
        return
    watch = load_watch(settings.watch)
    from mscwatch.flows.serve import serve

    screen.say(f"Schedule of {watch.name}: {settings.cron} ({settings.timezone}). Ctrl-C ends it.")
    serve(name=watch.name, cron=settings.cron, timezone=settings.timezone, watch=settings.watch)


def status(
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many nights.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show the last nights, the next, papers, and what is owed."""
    settings = load_settings()
    with queries.open_newest(DataDir(settings.data_dir)) as con:
        nights, owed = queries.nights(con, limit), queries.owed_deliveries(con)
        good, papers = queries.last_good_night(con), paper_searches.state(con)
        marked = banner(con)
    people = addresses.people(DataDir(settings.data_dir))
    owed = [row | {"recipient": people.get(row["recipient"], row["recipient"])} for row in owed]
    due = next_night(settings.cron, settings.timezone, utc_now().replace(tzinfo=UTC))
    if as_json:
        shown = {"banner": marked, "next_run": due, "last_good": good, "nights": nights, "owed": owed}
        screen.write_json(shown | {"papers": papers._asdict()})
        return
    if marked:
        screen.say(marked)
    screen.say(summary.last_good(good))
    screen.say(summary.next_due(due))
    screen.say(screen.cell(summary.last_search(*papers)))
    names = ("night (UTC)", "outcome", "registry data", "read", "new", "changed")
    screen.show(names, map(_night_row, nights), "Last nights")
    for night in nights:
        if night["error"]:
            screen.say(f"{screen.cell(night['started_at'])}: {screen.cell(night['error'])}")
    if owed:
        screen.show_dicts(owed, "Still owed")
    else:
        screen.say("Nothing is owed to anybody.")


def _night_row(night: dict[str, Any]) -> tuple[Any, ...]:
    counts = "" if night["fetched"] is None else f"{night['fetched']} of {night['total_count']}"
    named = ("started_at", "outcome", "data_timestamp")
    return (*(night[name] for name in named), counts, night["new"], night["changed"])


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write the registry's answers to at most 20 requests there, for a report."
        ),
    ] = None,
) -> None:
    """Check settings, registry, paper sources, disk, channels.

    Prints every setting with its value (secrets masked) and where it came from; each failed check says what to do.
    """
    from mscwatch.pipeline.doctor import run_checks
    from mscwatch.pipeline.record_contact import record_contact

    settings = load_settings()
    checks, shown = run_checks(settings), show_settings(settings)
    if record:
        recorded = record_contact(settings, load_watch(settings.watch), record)
        typer.echo(recorded.sentence, err=True)
    if as_json:
        screen.write_json(
            {"settings": [row._asdict() for row in shown], "checks": [row._asdict() for row in checks]}
        )
    else:
        screen.show(("setting", "value", "from"), (row[:3] for row in shown), "Settings")
        rows = [("ok" if row.good else "FAILED", row.what, row.detail) for row in checks]
        screen.show(("", "check", "what was found"), rows, "Checks")
    if not all(row.good for row in checks):
        raise typer.Exit(1)


def history(
    nct_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NCT", help="Default: every core or unsure trial whose history was never read."
        ),
    ] = None,
) -> None:
    """Read how trials stood before the watch began; sends nothing.

    Makes one request per version of each trial. The endpoint is unofficial, and nights do not need it. After an
    error, the next reading goes on where this one stopped.
    """
    from mscwatch.pipeline.backfill import backfill_sentence, read_histories

    screen.log_to_stderr()
    settings = load_settings()
    done = read_histories(RunOrder(settings, load_watch(settings.watch)), nct_ids or ())
    screen.say(backfill_sentence(done))
