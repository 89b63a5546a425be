"""What the page's scripts know of each trial: behind every number stands a list of positions in this index. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mscwatch.model import QueryAnswer
from mscwatch.report.living import in_columns
from mscwatch.report.words import amount, guarded, label, shown

# A trial is a list of values in this order. `papers` holds (PMID, DOI, year) each; dates are ISO text.
COLUMNS = (
    *("id", "title", "sponsor", "status", "phase", "n", "disease", "cells", "route", "dose", "countries"),
    *("registered", "start", "end", "estimated", "results", "papers"),
)


def index_of(answers: Mapping[str, QueryAnswer]) -> list[dict[str, Any]]:
    """All that a number may lead to: the core trials, other trials of the page, and the rows of Table 2."""
    return [
        *map(_trial, answers["trials"].rows),
        *map(_other_trial, answers["others"].rows),
        *map(_row_of_the_table, answers["table2"].rows),
    ]


def compact(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The index as JSON holds it: names once, then a list of values per entry."""
    return {"columns": COLUMNS, "rows": [[entry.get(name, "") for name in COLUMNS] for entry in entries]}


def positions(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {entry["id"]: position for position, entry in enumerate(entries)}


def _trial(row: Mapping[str, Any]) -> dict[str, Any]:
    return _other_trial(row) | {
        "phase": "/".join(map(label, row["phases"])),
        "disease": label(row["indication_group"]),
        "cells": [label(source) for source in row["cell_source"]],
        "route": [label(route) for route in row["route"]],
        "dose": guarded(amount)(row["dose_low"], row["dose_high"], row["dose_unit"]),
        "countries": [shown(country) for country in row["countries"]],
        "start": _text(row["start_date"]),
        "estimated": int(row["completion_date_type"] == "ESTIMATED"),
        "results": _text(row["results_first_posted_date"]),
        "papers": [_paper(paper) for paper in row["papers"]],
    }


def _other_trial(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": _text(row["nct_id"]),
        "title": _text(row["brief_title"]),
        "sponsor": _text(row["lead_sponsor"]),
        "status": label(row["overall_status"]),
        "n": row["enrollment"],
        "registered": _text(row["study_first_posted_date"]),
        "end": _text(row["completion_date"]),
    }


def _row_of_the_table(row: Mapping[str, Any]) -> dict[str, Any]:
    printed = [row["n_treated"], row["n_control"]]
    return {
        "id": _text(row["row_id"]),
        "title": _text(f"{row['first_author'] or ''}: {row['title'] or ''}"),
        "status": f"Table 2, {shown(row['origin'])}",
        "n": sum(filter(None, printed)) if any(printed) else None,
        "disease": in_columns(row)["Disease"],
        "papers": [_paper(row)],
    }


def _paper(row: Mapping[str, Any]) -> list[Any]:
    return [_text(row["pmid"]), _text(row["doi"]), row["year"]]


def _text(value: Any) -> str:
    return str(shown(value))
