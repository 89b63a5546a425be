"""`mscwatch preview`: what a watch would match now; it writes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from mscwatch.cli import screen
from mscwatch.cli.completion import WatchName
from mscwatch.cli.questions import AsCsv, AsJson
from mscwatch.model import Record
from mscwatch.pipeline import summary, wiring
from mscwatch.record import overall_status, part, record_nct_id
from mscwatch.record.plain import plain_record
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.judgement import judge
from mscwatch.settings import load_settings
from mscwatch.store import decisions
from mscwatch.watches import load_watch

COLUMNS = ("nct_id", "relevance", "reason", "indication_group", "overall_status", "brief_title")
ORDER = ("core", "unsure", "adjacent", "off")


def preview(
    watch: WatchName = "",
    all_: Annotated[bool, typer.Option("--all", help="Also what is off the topic.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show what a watch would match now, and why; writes nothing."""
    settings = load_settings(watch=watch or None)
    topic = load_watch(settings.watch)
    for warning in topic.query.warnings():
        typer.echo(f"Warning: {warning}", err=True)
    client = wiring.registry_client(settings)
    pages = client.pages(topic.query.parameters(), settings.page_size)
    decided = decisions.load(settings.decisions)
    records = (plain_record(record).record for page in pages for record in page.records)
    rows = [_row(record, topic.relevance.rules, decided) for record in records]
    counts = Counter(row["relevance"] for row in rows)
    shown = [row for row in rows if all_ or row["relevance"] != "off"]
    shown.sort(key=lambda row: (ORDER.index(row["relevance"]), row["nct_id"]))
    if screen.wrote_data(COLUMNS, shown, as_json=as_json, as_csv=as_csv):
        return
    for row in shown:
        named = f"{screen.cell(row['brief_title'])} ({screen.cell(row['overall_status'])})"
        screen.say(screen.entry((row["nct_id"], row["relevance"], row["reason"]), named))
    counted = ", ".join(f"{counts[name]} {name}" for name in ORDER)
    screen.say(f"{topic.title}: {summary.trials(len(rows))} now ({counted}).")


def _row(record: Record, rules: str, decided: Decisions) -> dict[str, Any]:
    reading = judge(record, record_nct_id(record) or "", rules, decided)
    values = (
        record_nct_id(record) or "?",
        reading.relevance,
        reading.reason,
        reading.indication_group,
        overall_status(record),
        part(record, "protocolSection", "identificationModule", "briefTitle"),
    )
    return dict(zip(COLUMNS, values, strict=True))
