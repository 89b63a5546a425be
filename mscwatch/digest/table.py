"""The CSV attached to a mail: one row per event, with the facts of its trial."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from mscwatch.digest.text import plain, study_url
from mscwatch.model import NewsItem, Product

CELL_LIMIT = 2000
# What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"). Excel also takes the full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
AXES = tuple(axis.name for axis in fields(Product))
COLUMNS = (
    *("event_id", "observed_at", "nct_id", "kind", "severity", "field", "before", "after", "summary", "why"),
    *("title", "overall_status", "lead_sponsor", "countries", "enrollment", "completion_date", "has_results"),
    *("publications", "conditions", "interventions", *AXES, "relevance", "url"),
)


def table(items: Sequence[NewsItem]) -> str:
    """CSV (RFC 4180) with a header and one row per item.

    Columns are named as in `events`, `trials` and `therapies`; lists are joined by `; `.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _row(item)] for item in items)
    return out.getvalue()


def _row(item: NewsItem) -> tuple[Any, ...]:
    event, trial = item.event, item.trial
    return (
        *(event.event_id, item.observed_at.isoformat(sep=" "), event.nct_id, event.kind, event.severity),
        *(event.field, event.before, event.after, event.summary, " ".join(item.why)),
        *(trial.title, trial.overall_status, trial.lead_sponsor, trial.countries, trial.enrollment),
        *(trial.completion_date, trial.has_results, trial.publications),
        *(trial.conditions, trial.interventions),
        *(getattr(trial.product, axis, None) for axis in AXES),
        *(trial.relevance, study_url(event.nct_id)),
    )


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        value = "; ".join(value)
    return defused("" if value is None else plain(str(value), CELL_LIMIT))


def defused(text: str) -> str:
    """`text` as a CSV cell that no spreadsheet computes: an apostrophe goes before what looks like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
