"""The attached table: every event as a row of CSV, with all that is known of its trial."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from mscwatch.digest.text import plain, study_url
from mscwatch.model import NewsItem, Product

CELL_LIMIT = 2000
# What a spreadsheet would take for a formula (OWASP, "CSV Injection"); Excel takes wide forms too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
AXES = (
    *(
        "indication_group",
        "aetiology",
        "cell_type",
        "cell_source",
        "donor",
        "product_form",
        "modification",
        "route",
    ),
    *("dose_low", "dose_high", "dose_unit", "infusions_max"),
)
COLUMNS = (
    *("event_id", "observed_at", "nct_id", "kind", "severity", "field", "before", "after", "summary", "why"),
    *("title", "overall_status", "lead_sponsor", "countries", "enrollment", "completion_date", "has_results"),
    *("publications", "conditions", "interventions", *AXES, "relevance", "url"),
)


def table(items: Sequence[NewsItem]) -> str:
    """Every item as a row (RFC 4180); names as in `events`, `trials` and `therapies`, lists joined by `; `."""
    out = io.StringIO()
    rows = csv.writer(out, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    rows.writerows([_cell(value) for value in _row(item)] for item in items)
    return out.getvalue()


def _row(item: NewsItem) -> tuple[Any, ...]:
    event, trial = item.event, item.trial
    return (
        *(event.event_id, item.observed_at.isoformat(sep=" "), event.nct_id, event.kind, event.severity),
        *(event.field, event.before, event.after, event.summary, " ".join(item.why)),
        *(trial.title, trial.overall_status, trial.lead_sponsor, trial.countries, trial.enrollment),
        *(
            trial.completion_date,
            trial.has_results,
            trial.publications,
            trial.conditions,
            trial.interventions,
        ),
        *_axes(trial.product),
        *(trial.relevance, study_url(event.nct_id)),
    )


def _axes(product: Product | None) -> list[Any]:
    return [getattr(product, axis) if product else None for axis in AXES]


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        value = "; ".join(value)
    return defused("" if value is None else plain(str(value), CELL_LIMIT))


def defused(text: str) -> str:
    """A cell of CSV that a spreadsheet shows and never computes: an apostrophe before what looks like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
