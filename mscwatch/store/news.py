"""The content of digests: events with their trials' facts and why they matter, and notices, from the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import msgspec

from mscwatch import digest
from mscwatch.digest import significance
from mscwatch.model import Address, NewsItem, Notice, Product, PublishedTrial
from mscwatch.store.sql import Connection, Parameters, dicts

NEWS_NOTICES = ("baseline", "bulk", "weekly")  # for the readers of events; the others are the operator's
AXES = [axis.name for axis in fields(Product)]


def stated(column: str) -> str:
    """The SQL of a list of `trials` without the entries that the record leaves empty; a missing list has none."""
    return f"coalesce(list_filter(t.{column}, lambda entry: entry IS NOT NULL), [])"


# A trial's own papers of results: not the literature that it cites (BACKGROUND), its protocol, nor papers that a person
# rejected.
PAPERS = """
SELECT nct_id, count(*) AS publications, count(*) FILTER (WHERE counts) AS published FROM publications
WHERE counts OR (grade = 'to_confirm' AND kind IN ('results', 'secondary')) GROUP BY nct_id
"""

NEWS = f"""
SELECT e.*, r.data_timestamp::DATE AS data_date,
    coalesce(t.brief_title, '') AS title, coalesce(t.overall_status, '') AS overall_status, t.lead_sponsor,
    {stated("countries")} AS countries, t.enrollment,
    {stated("conditions")} AS conditions, {stated("intervention_names")} AS interventions,
    t.relevance, t.has_results,
    coalesce(t.completion_date, t.primary_completion_date) AS completion_date,
    coalesce(papers.publications, 0) AS publications, coalesce(papers.published, 0) AS published,
    coalesce(p.area, CASE WHEN p.indication_group <> 'none' THEN 'liver' END) AS area,
    p.is_read, {", ".join(f"p.{name}" for name in AXES)}
FROM events AS e
LEFT JOIN runs AS r USING (run_id)
LEFT JOIN trials AS t USING (nct_id)
LEFT JOIN therapies AS p ON p.nct_id = e.nct_id
LEFT JOIN ({PAPERS}) AS papers ON papers.nct_id = e.nct_id
"""

# Values that a single core or unsure trial has, with its NCT number.
ONLY = """
SELECT value, any_value(nct_id) FROM (
    SELECT unnest(p.{column}) AS value, nct_id FROM therapies AS p JOIN trials AS t USING (nct_id)
    WHERE t.relevance IN ('core', 'unsure')
) WHERE value NOT IN ('not_stated', 'other') GROUP BY value HAVING count(*) = 1
"""


def owed_news(con: Connection, address: Address, state: str) -> tuple[list[NewsItem], list[Notice]]:
    """The events and notices that one address has in a delivery state (owed or in doubt)."""
    parameters = [state, address.channel, address.recipient]
    owed = "SELECT event_id FROM deliveries WHERE state = ? AND channel = ? AND recipient = ?"
    news = news_items(con, f"e.event_id IN ({owed})", parameters)
    return news, _notices(con, f"n.notice_id IN ({owed}) ORDER BY n.rowid", parameters)


def news_between(
    con: Connection, since: datetime, until: datetime | None
) -> tuple[list[NewsItem], list[Notice]]:
    """The events, and the notices for their readers, of the runs from `since` (included) to `until` (not), UTC."""
    nights = {"since": since, "until": until}
    when = "{0} >= $since AND ($until IS NULL OR {0} < $until)"
    news = news_items(con, when.format("e.observed_at"), nights)
    condition = f"{when.format('r.started_at')} AND n.kind IN {NEWS_NOTICES} ORDER BY r.night_no, n.notice_id"
    return news, _notices(con, condition, nights)


def news_of_runs(con: Connection, run_ids: Sequence[str]) -> tuple[list[NewsItem], list[Notice]]:
    """The events that runs observed, and the notices in place of events (baseline, edited watch) that they wrote."""
    if not run_ids:
        return [], []
    items = news_items(con, "NOT e.is_baseline AND list_contains(?, e.run_id)", [list(run_ids)])
    condition = "list_contains(?, n.run_id) AND n.kind IN ('baseline', 'bulk') ORDER BY n.notice_id"
    return items, _notices(con, condition, [list(run_ids)])


def news_items(con: Connection, condition: str, parameters: Parameters) -> list[NewsItem]:
    """Events that meet an SQL condition on `e` (the table `events`), oldest first, as items of a digest.

    Each can be put into words: one that cannot is a plain item that says so.
    """
    if not con.execute(f"SELECT 1 FROM events AS e WHERE {condition} LIMIT 1", parameters).fetchall():
        return []  # mostly so, and to plan what follows takes 60 ms, for each address
    rows = dicts(con, f"{NEWS} WHERE {condition} ORDER BY e.observed_at, e.nct_id, e.kind", parameters)
    background = _background(con)
    return [_item(row, background) for row in rows]


def _notices(con: Connection, condition: str, parameters: Parameters) -> list[Notice]:
    """Notices that meet an SQL condition on `n` (the table `notices`) and `r` (the run that wrote each)."""
    notices = "SELECT n.notice_id, n.kind, n.summary FROM notices AS n LEFT JOIN runs AS r USING (run_id)"
    return [msgspec.convert(row, Notice) for row in dicts(con, f"{notices} WHERE {condition}", parameters)]


def _item(row: dict[str, Any], background: significance.Background) -> NewsItem:
    try:
        trial = row | {"product": row if row["is_read"] else None}
        item = msgspec.convert(row | {"event": row, "trial": trial}, NewsItem)
        item = replace(item, why=significance.reasons(item, background))
        digest.check(item)
    except Exception as error:  # noqa: BLE001  whatever it is: it must cost this event's line only
        return digest.plain_item(row, error)
    return item


def _background(con: Connection) -> significance.Background:
    published = dicts(
        con,
        "SELECT *, 'msc' AS cell_type, 'none_stated' AS modification FROM published_trials ORDER BY review_row",
    )
    rows = tuple(msgspec.convert(row | {"product": row}, PublishedTrial) for row in published)
    only = {name: con.execute(ONLY.format(column=name)).fetchall() for name in ("cell_source", "route")}
    return significance.Background(rows, dict(only["cell_source"]), dict(only["route"]))
