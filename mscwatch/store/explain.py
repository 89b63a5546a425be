"""Why an event was raised: the rule, both versions of the record, the run that saw it, and the deliveries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from mscwatch.changes.event import NCT_ID_PATH
from mscwatch.changes.publications import FIELD as PAPER_FIELD
from mscwatch.changes.rules import MEANINGS
from mscwatch.changes.status import STATUS_PATH
from mscwatch.errors import MscwatchError
from mscwatch.model import Record
from mscwatch.record import part
from mscwatch.store.queries import current_id, trial
from mscwatch.store.sql import Connection, dicts, first
from mscwatch.vocabulary import EventKind

FIRST_SIGHT = (EventKind.NEW_TRIAL, EventKind.ENTERED_WATCH)

# The newest version when the event was observed, and the newest readable one before that.
AFTER = "valid_from <= $moment"
BEFORE = (
    "version_no < $newer AND coalesce(json_extract_string(record, '$.protocolSection.statusModule.overallStatus'), '') "
    "<> 'WITHHELD'"
)
SELECTOR = re.compile(r"\[(\w+)=(.*)\]$")


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the record, with its status and the part that the event is about."""

    version_no: int
    origin: str  # "observed" by a run, or "history": the registry's own
    observed_at: datetime
    data_timestamp: datetime | None
    last_update_posted_date: date | None
    overall_status: str | None
    fragment: Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that answers "why did I get this?". Rows are as in the warehouse, with `runs.proof` parsed."""

    event: dict[str, Any]
    trial: dict[str, Any]
    rule: str
    before: Side | None
    after: Side | None
    run: dict[str, Any]
    deliveries: list[dict[str, Any]]
    retracted_by: dict[str, Any] | None
    retracts: list[dict[str, Any]]


def explain_event(con: Connection, event_id: str) -> Explanation:
    """Everything about one event. `event_id` may be the beginning of an id.

    Raises `MscwatchError` when no event has it, or several have.
    """
    event = _event(con, event_id.strip().lower())
    of_registry = event["field"] != PAPER_FIELD
    after = _side(con, event, AFTER, {"moment": event["observed_at"]}) if of_registry else None
    before = None
    if after and event["field"] != NCT_ID_PATH and event["kind"] not in FIRST_SIGHT:
        before = _side(con, event, BEFORE, {"newer": after.version_no})
    short = "SELECT event_id, kind, summary, observed_at FROM events WHERE {} = ? ORDER BY ALL"
    return Explanation(
        event=event,
        trial=trial(con, event["nct_id"]) or {},
        rule=MEANINGS[EventKind(event["kind"])],
        before=before,
        after=after,
        run=_run(con, event["run_id"]),
        deliveries=dicts(
            con,
            "SELECT channel, recipient, state, shown, attempts, first_tried_at, sent_at, error FROM deliveries "
            "WHERE event_id = ? ORDER BY ALL",
            [event["event_id"]],
        ),
        retracted_by=first(con, short.format("event_id"), [event["retracted_by"]]),
        retracts=dicts(con, short.format("retracted_by"), [event["event_id"]]),
    )


def fragment(record: Record, field: str) -> Any:
    """The value at an event's field: an API path, whose `[key=value]` at the end selects items of a list."""
    selector = SELECTOR.search(field)
    value = part(record, *SELECTOR.sub("", field).split("."))
    if selector and isinstance(value, list):
        key, text = selector.groups()
        return [item for item in value if isinstance(item, dict) and str(item.get(key)).strip() == text]
    return value


def _event(con: Connection, beginning: str) -> dict[str, Any]:
    events = dicts(
        con, "SELECT * FROM events WHERE starts_with(event_id, ?) ORDER BY event_id LIMIT 2", [beginning]
    )
    if not events and re.fullmatch(r"nct\d{8}", beginning):
        nct_id = beginning.upper()
        current = current_id(con, nct_id)
        now = f" (now {current})" if current != nct_id else ""
        raise MscwatchError(
            f"{nct_id}{now} is the number of a trial, not an event. "
            f"`mscwatch events --trial {nct_id}` lists the ids of its events."
        )
    if not events:
        raise MscwatchError(
            f'No event id begins with "{beginning}". `mscwatch events` lists the ids, '
            "with --baseline also those of the first night."
        )
    if len(events) > 1:
        some = " and ".join(event["event_id"] for event in events)
        raise MscwatchError(
            f'Several event ids begin with "{beginning}", such as {some}. Give more of the id.'
        )
    return events[0]


def _side(con: Connection, event: dict[str, Any], condition: str, values: dict[str, Any]) -> Side | None:
    row = first(
        con,
        "SELECT version_no, origin, observed_at, data_timestamp, last_update_posted_date, record FROM versions "
        f"WHERE nct_id = $nct_id AND {condition} ORDER BY version_no DESC",
        {"nct_id": event["nct_id"]} | values,
    )
    if row is None:
        return None
    record = orjson.loads(row.pop("record"))
    overall_status = part(record, *STATUS_PATH.split("."))
    return Side(**row, overall_status=overall_status, fragment=fragment(record, event["field"]))


def _run(con: Connection, run_id: str) -> dict[str, Any]:
    run = first(con, "SELECT * FROM runs WHERE run_id = ?", [run_id]) or {}
    return run | {"proof": orjson.loads(run["proof"]) if run.get("proof") else None}
