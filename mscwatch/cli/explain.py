"""`mscwatch explain`: why an event was raised, for a reader who does not know this program."""

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
from mscwatch.cli.published import banner, open_published
from mscwatch.cli.questions import AsJson
from mscwatch.store.explain import Explanation, Side, explain_event

LINES = 30


def explain(
    event_id: Annotated[
        str,
        typer.Argument(
            metavar="EVENT_ID",
            autocompletion=event_ids,
            help="As a message or `mscwatch events` prints it; its beginning is enough.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Say why an event was raised.

    Shows the rule, the record before and after, the night that found it, and who was told.
    """
    with open_published() as con:
        explanation, marked = explain_event(con, event_id), banner(con)
    if as_json:
        screen.write_json({"banner": marked} | asdict(explanation))
        return
    if marked:
        screen.say(marked)
    for heading, lines in _chapters(explanation):
        screen.say(heading, style="bold")
        for line in lines:
            screen.say(f"    {line}")


def _chapters(explanation: Explanation) -> Iterator[tuple[str, list[str]]]:
    event, trial = explanation.event, explanation.trial
    yield (
        f"{event['nct_id']}: {event['kind']} (severity {event['severity']})",
        [
            screen.cell(trial.get("brief_title")),
            screen.cell(event["summary"]),
            f"{trial.get('url', '')}",
            f"event {event['event_id']}",
        ],
    )
    yield "The rule", [screen.cell(line) for line in explanation.rule.split("\n")]
    yield f"What the registry said at {screen.cell(event['field'])}", list(_record(explanation))
    yield "The night that saw it", list(_night(explanation))
    yield "Who was told", list(_deliveries(explanation))
    yield "Whether it stands", list(_retraction(explanation))


def _record(explanation: Explanation) -> Iterator[str]:
    before, after = explanation.before, explanation.after
    if after is None:
        yield "No version of this record is stored."
        return
    if before is None:
        yield _version("The record then", after)
        if explanation.event["field"] != NCT_ID_PATH:  # else the event is about the watch, not the record
            yield from _json(after.fragment)
        return
    yield _version("Before", before)
    yield _version("After", after)
    for sign, value in _differences(before.fragment, after.fragment):
        yield from (f"{sign} {line}" for line in _json(value))


def _differences(before: Any, after: Any) -> Iterator[tuple[str, Any]]:
    """What differs, with a minus for the old and a plus for the new: items of a list, paths of an object."""
    if isinstance(before, dict) and isinstance(after, dict):
        for change in diff.differences(before, after):
            if change.is_material:
                yield "-", {change.path: change.before}
                yield "+", {change.path: change.after}
    elif isinstance(before, list) or isinstance(after, list):
        old, new = before or [], after or []
        yield from (("-", item) for item in old if item not in new)
        yield from (("+", item) for item in new if item not in old)
    else:
        yield "-", before
        yield "+", after


def _version(name: str, side: Side) -> str:
    if side.origin == "history":
        source = f"from the registry's own history, shown there since {side.observed_at:%Y-%m-%d}"
    else:
        source = (
            f"first read {screen.cell(side.observed_at)}, registry data of "
            f"{screen.cell(side.data_timestamp) or 'an unstated time'}"
        )
    return (
        f"{name}: version {side.version_no}, {source}, last update posted "
        f"{screen.cell(side.last_update_posted_date) or 'never'}, status {screen.cell(side.overall_status) or 'none'}."
    )


def _json(value: Any) -> Iterator[str]:
    """A value as lines of JSON, cut after `LINES`, without control characters."""
    lines = json.dumps(value, ensure_ascii=False, indent=2).split("\n")
    for line in lines[:LINES]:
        yield line[: len(line) - len(line.lstrip())] + screen.cell(line)
    if len(lines) > LINES:
        yield f"… {len(lines) - LINES} more lines; --json shows all."


def _night(explanation: Explanation) -> Iterator[str]:
    run, nct_id = explanation.run, explanation.event["nct_id"]
    if explanation.event["origin"] == "history":
        yield f"None: it comes from the registry's own history, before the watch began. {nct_id} was first seen by:"
    if not run:
        yield f"Run {explanation.event['run_id']} is not in the ledger."
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


def _deliveries(explanation: Explanation) -> Iterator[str]:
    for delivery in explanation.deliveries:
        who = f"{screen.cell(delivery['channel'])} to {screen.cell(delivery['recipient'])}"
        match delivery["state"]:
            case "sent":
                how = "named in the message" if delivery["shown"] != "counted" else "counted and attached"
                yield f"{who}: sent {screen.cell(delivery['sent_at'])} UTC, {how}."
            case "gave_up":
                yield f"{who}: given up after {delivery['attempts']} attempt(s): {screen.cell(delivery['error'])}"
            case _:
                yield f"{who}: still owed after {delivery['attempts']} attempt(s). {screen.cell(delivery['error'])}"
    if explanation.deliveries:
        return
    if explanation.event["is_baseline"]:
        yield "Nobody: what was there before the watch began is recorded and never sent."
    else:
        yield (
            "Nobody: no channel was configured that night, or the watch's alerts leave out this kind or this trial "
            f"(its relevance now: {screen.cell(explanation.trial.get('relevance')) or 'none'})."
        )


def _retraction(explanation: Explanation) -> Iterator[str]:
    if by := explanation.retracted_by:
        when, why = screen.cell(by["observed_at"]), screen.cell(by["summary"])
        yield f"No: event {by['event_id']} took it back on {when} UTC: {why}"
    else:
        yield "Yes: nothing took it back."
    for event in explanation.retracts:
        yield f"It takes back event {event['event_id']}: {event['kind']}, {screen.cell(event['summary'])}"
