"""How a run went, in a few lines: for a terminal, a log and Prefect's pages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mscwatch.digest import markdown_escaped, plain, study_url, waits, words
from mscwatch.pipeline.context import RunResult
from mscwatch.vocabulary import PaperSource, SearchOutcome

EVENTS_SHOWN = 500  # rows of a table; `mscwatch events` lists all
TEXT_SHOWN = 400
SOURCES = {
    PaperSource.EUROPEPMC: "Europe PMC",
    PaperSource.PUBMED: "PubMed",
    PaperSource.PERSON: "an imported file",
}


def sentence(result: RunResult) -> str:
    """How the run went, in one line."""
    data = f"data of {result.data_timestamp:%Y-%m-%d %H:%M} UTC" if result.data_timestamp else "undated data"
    match result.outcome.value:
        case "unchanged":
            return f"Nothing new: the registry still shows its {data}."
        case "baseline":
            return f"Baseline: {trials(result.fetched)} recorded ({data}). From now on, changes are reported."
        case "published":
            what = ", ".join(f"{count} {words(kind)}" for kind, count in sorted(result.events.items()))
            return f"Published: {trials(result.fetched)} ({data}); {what or 'no event'}."
        case other:
            return f"Night {other}: {result.error}"


def trials(count: int | None) -> str:
    """A number of trials in words: `1 trial`, `3 trials`, `None trials` where it is not known."""
    return f"{count} trial{'' if count == 1 else 's'}"


def markdown(result: RunResult, events: Iterable[dict[str, Any]] = ()) -> str:
    """The line, the figures and the events (rows of `queries.events`) of the run as Markdown, with links to the trials.

    All text is escaped, as some of it comes from the registry.
    """
    rows = {
        "run": result.run_id,
        "outcome": result.outcome.value,
        "registry data": result.data_timestamp or "undated",
        "trials said / read": f"{result.total_count} / {result.fetched}" if result.fetched else "not asked",
        "new / changed": f"{result.new} / {result.changed}",
        "requests": result.requests,
        "alerts owed": result.owed,
    }
    lines = [f"## {result.watch}: {markdown_escaped(sentence(result))}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {markdown_escaped(str(value))} |" for name, value in rows.items()]
    if result.events:
        lines += ["", "| event | count |", "| --- | --- |"]
        lines += [f"| {markdown_escaped(kind)} | {count} |" for kind, count in sorted(result.events.items())]
    rows_of_events = [
        f"| [{row['nct_id']}]({row['url']}) | {row['kind']} | {row['summary']} | {row['brief_title']} |"
        for row in event_rows(events)
    ]
    if rows_of_events:
        lines += [
            "",
            "| trial | event | what happened | title |",
            "| --- | --- | --- | --- |",
            *rows_of_events,
        ]
    lines += [f"- {markdown_escaped(warning)}" for warning in result.warnings]
    return "\n".join(lines)


def event_rows(events: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """The events of a run (rows of `queries.events`) as a table of escaped texts, at most `EVENTS_SHOWN`."""
    shown = ("nct_id", "kind", "severity", "summary", "brief_title", "event_id")
    return [
        {name: markdown_escaped(plain(str(row[name] or ""), TEXT_SHOWN)) for name in shown}
        | {"url": study_url(str(row["nct_id"] or ""))}
        for row in islice(events, EVENTS_SHOWN)
    ]


def trial_event(row: dict[str, Any], watch: str) -> dict[str, Any]:
    """A row of `queries.events` as what Prefect's `emit_event` takes: `mscwatch.KIND` about `mscwatch.trial.NCT…`.

    The same event has the same id, so that Prefect keeps it once however often it is emitted.
    """
    return {
        "event": f"mscwatch.{row['kind']}",
        "resource": {
            "prefect.resource.id": f"mscwatch.trial.{row['nct_id']}",
            "prefect.resource.name": plain(str(row["brief_title"] or row["nct_id"]), TEXT_SHOWN),
            "mscwatch.watch": watch,
            "mscwatch.severity": row["severity"],
        },
        "occurred": row["observed_at"].replace(tzinfo=UTC),
        "payload": {
            "event_id": row["event_id"],
            "severity": row["severity"],
            "summary": plain(str(row["summary"] or ""), TEXT_SHOWN),
            "url": study_url(row["nct_id"]),
        },
        "id": uuid5(NAMESPACE_URL, f"mscwatch:{watch}:{row['event_id']}"),
    }


def last_good(night: dict[str, Any] | None) -> str:
    """The last good night (a row of `runs`) in one line."""
    if night is None:
        return "Last good night: none yet."
    stamp = night["data_timestamp"]
    data = f"registry data of {stamp:%Y-%m-%d %H:%M}" if stamp else "undated registry data"
    return f"Last good night: {night['started_at']:%Y-%m-%d %H:%M} UTC, {night['outcome']}, {data}."


def last_search(questions: Sequence[Mapping[str, Any]], waiting: int) -> str:
    """The last search for papers (rows of `searches` of one search), and how many links wait, in one line."""
    wait = f" {waits(waiting)}".rstrip()
    if not questions:
        return f"Papers: not searched yet.{wait}"
    first = questions[0]
    names = [SOURCES.get(name, name) for name in dict.fromkeys(question["source"] for question in questions)]
    hits = sum(question["hit_count"] or 0 for question in questions if question["subject"] != "articles")
    went = f"{hits} hits, {first['new']} new, proven"
    for question in questions:
        if question["outcome"] != SearchOutcome.PROVEN:
            why = "; ".join(question["reasons"]).rstrip(".") or "no reason noted"
            went = f"{question['outcome']}, so nothing of it was kept ({why})"
    return f"Papers: last searched {first['asked_at']:%Y-%m-%d %H:%M} UTC ({', '.join(names)}): {went}.{wait}"


def next_due(due: datetime) -> str:
    """The next scheduled night in one line; `due` is in the schedule's time zone."""
    return f"Next night due:  {due:%Y-%m-%d %H:%M} {due.tzinfo} ({due.astimezone(UTC):%Y-%m-%d %H:%M} UTC)."
