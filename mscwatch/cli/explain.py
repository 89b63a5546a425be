"""Why an event was raised, for somebody who was told of it and knows nothing of this program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mscwatch.changes import diff
from mscwatch.changes.event import NCT_ID_PATH
from mscwatch.cli import screen
from mscwatch.cli.completion import event_ids
from mscwatch.cli.questions import AsJson
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.explain import Explanation, Side, explain_event

LINES = 30


def explain(
    event_id: Annotated[
        str,
        typer.Argument(
            metavar="EVENT_ID",
            autocompletion=event_ids,
            help="As a message or `mscwatch events` gives it; its beginning is enough.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Say why an event was raised.

    The rule, the record before and after, the night on which it was found, and who was told.
    """
    with queries.open_published(DataDir(load_settings().data_dir)) as con:
        found = explain_event(con, event_id)
        banner = queries.meta(con).get("banner", "")
    if as_json:
        screen.write_json({"banner": banner} | asdict(found))
        return
    console = screen.console()
    if banner:
        console.print(banner)
    for heading, lines in _chapters(found):
        console.print(heading, style="bold", soft_wrap=True)
        for line in lines:
            console.print(f"    {line}", soft_wrap=True)


def _chapters(found: Explanation) -> Iterator[tuple[str, list[str]]]:
    event, trial = found.event, found.trial
    yield (
        f"{event['nct_id']}: {event['kind']} (severity {event['severity']})",
        [
            screen.cell(trial.get("brief_title")),
            screen.cell(event["summary"]),
            f"{trial.get('url', '')}",
            f"event {event['event_id']}",
        ],
    )
    yield "The rule", [screen.cell(line) for line in found.rule.split("\n")]
    yield f"What the registry said at {screen.cell(event['field'])}", list(_record(found))
    yield "The night that saw it", list(_night(found))
    yield "Who was told", list(_told(found))
    yield "Whether it stands", list(_standing(found))


def _record(found: Explanation) -> Iterator[str]:
    before, after = found.before, found.after
    if after is None:
        yield "No version of this record is stored."
        return
    if before is None:
        yield _version("The record then", after)
        if found.event["field"] != NCT_ID_PATH:  # there the event is about the watch, not about the record
            yield from _json(after.fragment)
        return
    yield _version("Before", before)
    yield _version("After", after)
    for sign, value in _apart(before.fragment, after.fragment):
        yield from (f"{sign} {line}" for line in _json(value))


def _apart(before: Any, after: Any) -> Iterator[tuple[str, Any]]:
    """What differs, with a minus for what was and a plus for what is: items of a list, paths of an object."""
    if isinstance(before, dict) and isinstance(after, dict):
        for one in diff.differences(before, after):
            if one.is_material:
                yield "-", {one.path: one.before}
                yield "+", {one.path: one.after}
    elif isinstance(before, list) or isinstance(after, list):
        old, new = before or [], after or []
        yield from (("-", item) for item in old if item not in new)
        yield from (("+", item) for item in new if item not in old)
    else:
        yield "-", before
        yield "+", after


def _version(name: str, side: Side) -> str:
    if side.origin == "history":
        seen = f"from the registry's own history, shown there since {side.observed_at:%Y-%m-%d}"
    else:
        seen = (
            f"first read {screen.cell(side.observed_at)}, registry data of "
            f"{screen.cell(side.data_timestamp) or 'an unstated time'}"
        )
    return (
        f"{name}: version {side.version_no}, {seen}, last update posted "
        f"{screen.cell(side.last_update_posted_date) or 'never'}, status {screen.cell(side.overall_status) or 'none'}."
    )


def _json(value: Any) -> Iterator[str]:
    """A value as the registry writes it, cut where it would fill the screen; every line is harmless."""
    lines = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    for line in lines[:LINES]:
        yield line[: len(line) - len(line.lstrip())] + screen.cell(line)
    if len(lines) > LINES:
        yield f"… {len(lines) - LINES} more lines; --json shows all."


def _night(found: Explanation) -> Iterator[str]:
    run, nct_id = found.run, found.event["nct_id"]
    if found.event["origin"] == "history":
        yield f"None: the registry's own history tells it, from before the watch. {nct_id} was first seen by:"
    if not run:
        yield f"Run {found.event['run_id']} is not in the ledger."
        return
    proof = run["proof"] or {}
    yield (
        f"Run {run['run_id']}, begun {screen.cell(run['started_at'])} UTC, {run['outcome']}; "
        f"registry data of {screen.cell(run['data_timestamp']) or 'an unstated time'} UTC."
    )
    if proof:
        lacking = proof.get("missing") or []
        yield (
            f"Proof: the registry said {proof.get('total_count')} trials and {proof.get('distinct')} came; "
            f"{len(lacking)} of {proof.get('known')} known ones were missing."
        )
        if verdict := (proof.get("verdicts") or {}).get(nct_id):
            yield f"Asked for {nct_id} by itself, the registry answered: {screen.cell(verdict)}."
        if proof.get("accepted"):
            yield f"A person accepted this night: {screen.cell(proof['accepted'])}."


def _told(found: Explanation) -> Iterator[str]:
    for one in found.deliveries:
        who = f"{screen.cell(one['channel'])} to {screen.cell(one['recipient'])}"
        match one["state"]:
            case "sent":
                how = "named in the message" if one["shown"] != "counted" else "counted and attached"
                yield f"{who}: sent {screen.cell(one['sent_at'])} UTC, {how}."
            case "gave_up":
                yield f"{who}: given up after {one['attempts']} attempt(s): {screen.cell(one['error'])}"
            case _:
                yield f"{who}: still owed after {one['attempts']} attempt(s). {screen.cell(one['error'])}"
    if found.deliveries:
        return
    if found.event["is_baseline"]:
        yield "Nobody: what was there before the watch began is recorded and never told as news."
    else:
        yield (
            "Nobody: no channel was configured that night, or the watch's alerts leave out this kind or this trial "
            f"(its relevance now: {screen.cell(found.trial.get('relevance')) or 'none'})."
        )


def _standing(found: Explanation) -> Iterator[str]:
    if found.retracted_by:
        yield (
            f"No: event {found.retracted_by['event_id']} took it back on "
            f"{screen.cell(found.retracted_by['observed_at'])} UTC: {screen.cell(found.retracted_by['summary'])}"
        )
    else:
        yield "Yes: nothing took it back."
    for one in found.retracts:
        yield f"It takes back event {one['event_id']}: {one['kind']}, {screen.cell(one['summary'])}"
