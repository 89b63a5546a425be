"""The analyst's commands `events` and `show`, and the options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from mscwatch.cli import screen
from mscwatch.cli.completion import trial_ids
from mscwatch.cli.published import banner, numbers, open_published, trial_of
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.record import nct_number
from mscwatch.store import queries
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import EventKind

AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
Reason = Annotated[str, typer.Option(help="Why; stored with the decision.")]
By = Annotated[str, typer.Option(help="Who decides; default: the login name.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV on stdout.")]


def number(nct_id: str) -> str:
    """The NCT number that a person typed. Raises `ConfigError` for a text that is none."""
    typed = nct_id.strip().upper()
    if nct_number(typed) != typed:
        raise ConfigError(f"{nct_id} is not an NCT number, such as NCT02223897.")
    return typed


def day(text: str) -> datetime:
    """The midnight at which a day such as 2026-11-01 begins, naive as the warehouse's UTC times are.

    Raises `typer.BadParameter` for another text.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2026-11-01.") from error


def dated(what: str) -> Any:
    """An option that takes a day."""
    return typer.Option(parser=day, metavar="DATE", help=what)


def some_of(words: Iterable[str], *, metavar: str = "KIND", what: str = "Only this kind") -> Any:
    """An option that takes words of a closed list."""
    return typer.Option(metavar=metavar, help=f"{what}; may be repeated. One of {', '.join(words)}.")


def events(
    since: Annotated[datetime | None, dated("Seen on this day (UTC) or later, such as 2026-11-01.")] = None,
    kind: Annotated[list[EventKind] | None, some_of(EventKind)] = None,
    trial: Annotated[
        list[str] | None,
        typer.Option(metavar="NCT", autocompletion=trial_ids, help="Only this trial; may be repeated."),
    ] = None,
    baseline: Annotated[bool, typer.Option("--baseline", help="Also what the first night found.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """List what happened to the trials, newest first."""
    with open_published() as con:
        rows = queries.events(
            con,
            since=since,
            kinds=[choice.value for choice in kind or []],
            trials=[each for nct_id in trial or [] for each in numbers(con, nct_id)],
            baseline=baseline,
        )
        heading = banner(con) or f"{len(rows)} event(s), newest first."
    if screen.wrote_data(queries.EVENT_COLUMNS, rows, as_json=as_json, as_csv=as_csv):
        return
    screen.say(heading if rows else "No event. --baseline also lists what the first night found.")
    for row in rows:
        screen.say(screen.event_lines(row))


def show(
    nct_ids: Annotated[
        list[str], typer.Argument(metavar="NCT...", autocompletion=trial_ids, help="Trials, as NCT02223897.")
    ],
    correct: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE",
            help="Set a field of the therapy, as route=portal_vein; lists with commas; may be repeated.",
        ),
    ] = None,
    reason: Reason = "",
    by: By = "",
) -> None:
    """Show all that is known of a trial.

    Shows its facts, why it is relevant, its therapy with the words that state it, its versions, events and
    publications. Times are UTC. With --correct it writes a person's correction into the decisions file instead.
    """
    if correct:
        from mscwatch.cli.decide import correct_reading

        correct_reading(nct_ids, correct, reason, by)
        return
    if reason or by:
        raise ConfigError("--reason and --by belong to a correction: --correct FIELD=VALUE.")
    unknown = []
    with open_published() as con:
        if marked := banner(con):
            screen.say(marked)
        for nct_id in nct_ids:
            known_as = numbers(con, nct_id)
            if trial := trial_of(con, known_as):
                _print_trial(con, trial, known_as)
            else:
                unknown.append(known_as[-1])
    if unknown:
        raise MscwatchError(
            f"The watch has never seen {', '.join(unknown)}. Check the number, or the query of the watch."
        )


def _print_trial(con: Connection, trial: dict[str, Any], known_as: Sequence[str]) -> None:
    """Print all of a trial, with the events that it had under any of these numbers."""
    nct_id = trial["nct_id"]
    for other in known_as:
        if other != nct_id:
            screen.say(f"{screen.cell(other)} is another number of {nct_id}.")
    screen.show(("", nct_id), [(name, value) for name, value in trial.items() if value not in (None, [])])
    if decided := queries.screening(con, nct_id):
        screen.show_dicts(decided, "Screening by a person")
    if therapy := queries.therapy(con, nct_id):
        screen.show_dicts(therapy, "Therapy")
    screen.show_dicts(queries.history(con, nct_id), "Versions")
    screen.say("Events", style="italic")
    for row in queries.events(con, trials=known_as, baseline=True):
        screen.say(screen.event_lines(row))
    if papers := queries.papers(con, nct_id):
        screen.say("Publications", style="italic")
    for row in papers:
        screen.say(screen.paper_lines(row, "paper", "grade", "kind"))
