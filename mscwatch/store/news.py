"""What is told: events and notices out of the warehouse, each event with the facts of its trial and why it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import msgspec

from mscwatch.digest import significance
from mscwatch.model import Address, Event, NewsItem, Notice, Product, PublishedTrial, TrialFacts
from mscwatch.store.sql import Connection, dicts
from mscwatch.vocabulary import EventKind, LinkConfidence, Relevance, Severity

NEWS_NOTICES = ["baseline", "bulk", "weekly"]  # notices that go where news go; the others are the operator's

AXES = [axis.name for axis in fields(Product)]

# Papers of a trial's own (BACKGROUND is what it rests on), but for those that a person rejected.
PAPERS = """
SELECT nct_id, count(*) AS publications FROM publications
WHERE grade IN ('linked', 'accepted', 'to_confirm') GROUP BY nct_id
"""

NEWS = f"""
SELECT e.*, r.data_timestamp::DATE AS data_date,
    t.brief_title, t.overall_status, t.lead_sponsor, t.countries, t.enrollment, t.conditions,
    t.intervention_names, t.relevance, t.has_results,
    coalesce(t.completion_date, t.primary_completion_date) AS completion_date,
    coalesce(papers.publications, 0) AS publications, p.is_read, {", ".join(f"p.{name}" for name in AXES)}
FROM events AS e
LEFT JOIN runs AS r USING (run_id)
JOIN trials AS t USING (nct_id)
LEFT JOIN therapies AS p ON p.nct_id = e.nct_id
LEFT JOIN ({PAPERS}) AS papers ON papers.nct_id = e.nct_id
"""

# What only one relevant trial of the watch has, with its number.
ONLY = """
SELECT value, any_value(nct_id) FROM (
    SELECT unnest(p.{column}) AS value, nct_id FROM therapies AS p JOIN trials AS t USING (nct_id)
    WHERE t.relevance IN ('core', 'unsure')
) WHERE value NOT IN ('not_stated', 'other') GROUP BY value HAVING count(*) = 1
"""


def owed_news(con: Connection, address: Address, state: str) -> tuple[list[NewsItem], list[Notice]]:
    """What is owed, or in doubt (`state`), at one address: events with their trials' facts, and notices."""
    parameters = [state, address.channel, address.recipient]
    owed = "SELECT event_id FROM deliveries WHERE state = ? AND channel = ? AND recipient = ?"
    news = news_items(con, f"e.event_id IN ({owed})", parameters)
    notices = dicts(
        con, f"SELECT notice_id, kind, summary FROM notices WHERE notice_id IN ({owed})", parameters
    )
    return news, [msgspec.convert(row, Notice) for row in notices]


def news_between(
    con: Connection, since: datetime, until: datetime | None
) -> tuple[list[NewsItem], list[Notice]]:
    """Every event, and every notice that goes where news go, of the nights from `since` until before `until` (UTC)."""
    nights = {"since": since, "until": until}
    when = "{0} >= $since AND ($until IS NULL OR {0} < $until)"
    news = news_items(con, when.format("e.observed_at"), nights)
    notices = dicts(
        con,
        "SELECT n.notice_id, n.kind, n.summary FROM notices AS n JOIN runs AS r USING (run_id) "
        f"WHERE {when.format('r.started_at')} AND list_contains($kinds, n.kind) ORDER BY r.started_at, n.notice_id",
        nights | {"kinds": NEWS_NOTICES},
    )
    return news, [msgspec.convert(row, Notice) for row in notices]


def news_items(con: Connection, condition: str, parameters: Sequence[Any] | dict[str, Any]) -> list[NewsItem]:
    """Events that meet a condition over `e` (events), oldest first, each with its trial's facts and why it matters."""
    rows = dicts(con, f"{NEWS} WHERE {condition} ORDER BY e.observed_at, e.nct_id, e.kind", parameters)
    if not rows:
        return []
    around = _background(con)
    items = map(_news_item, rows)
    return [replace(item, why=significance.reasons(item, around)) for item in items]


def _background(con: Connection) -> significance.Background:
    published = dicts(
        con,
        "SELECT *, 'msc' AS cell_type, 'cells' AS product_form, 'none_stated' AS modification, "
        "NULL AS infusions_max FROM published_trials ORDER BY review_row",
    )
    only = {
        column: dict(con.execute(ONLY.format(column=column)).fetchall())
        for column in ("cell_source", "route")
    }
    return significance.Background(tuple(map(_published, published)), only["cell_source"], only["route"])


def _published(row: dict[str, Any]) -> PublishedTrial:
    named = ("review_row", "first_author", "year", "nct_id")
    return PublishedTrial(
        product=_product(row),
        link_confidence=LinkConfidence(row["link_confidence"]),
        **{name: row[name] for name in named},
    )


def _product(row: dict[str, Any]) -> Product:
    return msgspec.convert({axis: row[axis] for axis in AXES}, Product)


def _news_item(row: dict[str, Any]) -> NewsItem:
    event = Event(
        event_id=row["event_id"],
        nct_id=row["nct_id"],
        kind=EventKind(row["kind"]),
        severity=Severity(row["severity"]),
        field=row["field"],
        before=row["before"],
        after=row["after"],
        summary=row["summary"],
        is_baseline=row["is_baseline"],
    )
    trial = TrialFacts(
        nct_id=row["nct_id"],
        title=row["brief_title"] or "",
        overall_status=row["overall_status"] or "",
        lead_sponsor=row["lead_sponsor"],
        countries=tuple(row["countries"]),
        enrollment=row["enrollment"],
        conditions=tuple(row["conditions"]),
        interventions=tuple(row["intervention_names"]),
        relevance=Relevance(row["relevance"]),
        product=_product(row) if row["is_read"] else None,
        completion_date=row["completion_date"],
        has_results=row["has_results"],
        publications=row["publications"],
    )
    return NewsItem(event, row["observed_at"], trial, row["data_date"], row["retracted_by"])
