"""What the commands that take a person's decision share: it is written, applied, and told what it finds."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import Any

from mscwatch.cli import screen
from mscwatch.cli.questions import number
from mscwatch.clock import utc_now
from mscwatch.errors import ConfigError, LockedError, MscwatchError
from mscwatch.screening.entries import Entry, ReadingDecision
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.decisions import add, publish_decisions
from mscwatch.store.without_effect import in_words, without_effect
from mscwatch.therapy.corrections import FIELDS, field_name, is_field, plain_value


def decide(entries_of: Callable[[dict[str, Any]], Sequence[Entry]], reason: str, by: str) -> None:
    """Write decisions into the file, apply and publish them, and print what they are.

    `entries_of` makes them from `reason`, `date` and `by`, which each has. Raises `ConfigError` for a missing reason,
    a value that is not of the vocabulary, or what is decided already; then nothing is written. Raises `MscwatchError`
    where a decision is written and finds nothing to apply to.
    """
    settings = load_settings()
    file, data_dir = settings.decisions, DataDir(settings.data_dir)
    if not reason.strip():
        raise ConfigError('A decision needs a reason: --reason "…".')
    entries = entries_of({"reason": reason, "date": utc_now().date(), "by": by.strip() or _login_name()})
    queries.open_published(data_dir).close()  # without a warehouse there is nothing to decide about
    add(data_dir, file, entries)
    try:
        holds = publish_decisions(data_dir, file, settings.memory_limit, settings.keep_published)
        shown = (
            "It holds from now on; the page shows it after `mscwatch report`, or after the next night."
            if holds
            else "It holds from the next run on."
        )
    except LockedError:
        shown = "A run is at work, so it holds from the next run on."
    with queries.open_published(data_dir) as con:
        idle = without_effect(con, entries)
    without = {one.decision for one in idle}
    for entry in (entry for entry in entries if in_words(entry) not in without):
        screen.say(f"{screen.cell(entry.key)} {screen.cell(entry.outcome)}, in {file}. {shown}")
    if idle:
        raise MscwatchError(
            f"{'; '.join(map(str, idle))}. It is written in {file} and has no effect; correct or delete it there."
        )


def correct_reading(nct_ids: Sequence[str], corrections: Sequence[str], reason: str, by: str) -> None:
    """Write corrections such as `route=portal_vein` of one trial. Raises as `decide`, and for an unknown field."""
    if len(nct_ids) != 1:
        raise ConfigError("--correct is about one trial.")
    nct_id, values = number(nct_ids[0]), [text.partition("=") for text in corrections]
    for name, equals, _ in values:
        if not equals:
            raise ConfigError(f"--correct {name}: write it as FIELD=VALUE, such as route=portal_vein.")
        if not is_field(field_name(name)):
            raise MscwatchError(
                f"A therapy has no field {name}, so nothing was written. Use one of {', '.join(FIELDS)}."
            )

    def entries_of(made: dict[str, Any]) -> list[Entry]:
        return [
            ReadingDecision(nct_id=nct_id, field=name, value=plain_value(field_name(name), value), **made)
            for name, _, value in values
        ]

    decide(entries_of, reason, by)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container whose user has no name
        raise ConfigError('A decision needs a name: --by "…".') from error
