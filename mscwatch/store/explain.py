"""Why an event was raised: the rule, both versions of the record, the night that saw it, and who was told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from mscwatch.changes.event import NCT_ID_PATH
from mscwatch.changes.rules import MEANINGS
from mscwatch.changes.status import STATUS_PATH
from mscwatch.errors import WarehouseError
from mscwatch.model import Record
from mscwatch.record import part
from mscwatch.store.sql import Connection, dicts
from mscwatch.vocabulary import EventKind

FIRST_SIGHT = (EventKind.NEW_TRIAL, EventKind.ENTERED_WATCH)

# The newest version that a night had seen; before a change, the newest in which something could be read.
AFTER = "valid_from <= $moment"
BEFORE = (
    "version_no < $newer AND coalesce(json_extract_string(record, '$.protocolSection.statusModule.overallStatus'), '') "
    "<> 'WITHHELD'"
)
SELECTOR = re.compile(r"\[(\w+)=(.*)\]$")


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the record, and what it says where the event looks."""

    version_no: int
    origin: str  # observed by a night, or from the registry's own history
    observed_at: datetime
    data_timestamp: datetime | None
    last_update_posted_date: date | None
    overall_status: str | None
    fragment: Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that answers "why was I told this?". Rows are as in the warehouse, JSON columns parsed."""

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
    """Everything about one event; the beginning of its id is enough. Raises `WarehouseError` for no or several."""
    event = _event(con, event_id.strip().lower())
    after = _side(con, event, AFTER, {"moment": event["observed_at"]})
    before = None
    if after and event["field"] != NCT_ID_PATH and event["kind"] not in FIRST_SIGHT:
        before = _side(con, event, BEFORE, {"newer": after.version_no})
    short = "SELECT event_id, kind, summary, observed_at FROM events WHERE {} = ? ORDER BY ALL"
    return Explanation(
        event=event,
        trial=_one(dicts(con, "SELECT * FROM trials WHERE nct_id = ?", [event["nct_id"]])),
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
        retracted_by=_one(dicts(con, short.format("event_id"), [event["retracted_by"]])) or None,
        retracts=dicts(con, short.format("retracted_by"), [event["event_id"]]),
    )


def fragment(record: Record, field: str) -> Any:
    """What a record says at an event's field: an API path, where `[key=value]` picks items of a list."""
    selector = SELECTOR.search(field)
    value = part(record, *SELECTOR.sub("", field).split("."))
    if selector and isinstance(value, list):
        key, wanted = selector.groups()
        return [item for item in value if isinstance(item, dict) and str(item.get(key)).strip() == wanted]
    return value


def _event(con: Connection, beginning: str) -> dict[str, Any]:
    found = dicts(
        con, "SELECT * FROM events WHERE starts_with(event_id, ?) ORDER BY event_id LIMIT 2", [beginning]
    )
    if not found:
        msg = (
            f'No event begins with "{beginning}". `mscwatch events` lists them with their ids, '
            "--baseline those of the first night too."
        )
        raise WarehouseError(msg)
    if len(found) > 1:
        some = " and ".join(row["event_id"] for row in found)
        msg = f'"{beginning}" is the beginning of several events, such as {some}. Give more of it.'
        raise WarehouseError(msg)
    return found[0]


def _side(con: Connection, event: dict[str, Any], condition: str, values: dict[str, Any]) -> Side | None:
    rows = dicts(
        con,
        "SELECT version_no, origin, observed_at, data_timestamp, last_update_posted_date, record FROM versions "
        f"WHERE nct_id = $nct_id AND {condition} ORDER BY version_no DESC LIMIT 1",
        {"nct_id": event["nct_id"]} | values,
    )
    if not rows:
        return None
    record = orjson.loads(rows[0].pop("record"))
    said = part(record, *STATUS_PATH.split("."))
    return Side(**rows[0], overall_status=said, fragment=fragment(record, event["field"]))


def _run(con: Connection, run_id: str) -> dict[str, Any]:
    run = _one(dicts(con, "SELECT * FROM runs WHERE run_id = ?", [run_id]))
    return run | {"proof": orjson.loads(run["proof"]) if run.get("proof") else None}


def _one(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return rows[0] if rows else {}
