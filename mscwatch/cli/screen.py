"""What all commands print with: a console, progress lines, and tables that hostile text cannot break."""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from mscwatch.digest import plain, printable
from mscwatch.digest.table import defused

CELL = 400
NARROW = frozenset({"nct_id", "kind", "outcome", "new", "changed", "read", "observed_at", "event_id"})


class _Console(Console):
    """A console on which no text from outside acts: it prints strings without control and format characters."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


class _Formatter(logging.Formatter):
    """Log lines without control and format characters."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def console() -> Console:
    return _Console(highlight=False, markup=False, emoji=False)


def log_to_stderr() -> None:
    """Send the progress of a run to stderr: rich lines on a terminal, plain dated lines in a log."""
    logger = logging.getLogger("mscwatch")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    if sys.stderr.isatty():
        handler: logging.Handler = RichHandler(
            console=Console(stderr=True), show_path=False, show_level=False, log_time_format="[%H:%M:%S]"
        )
        handler.setFormatter(_Formatter("%(message)s"))
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers = [handler]


def cell(value: Any) -> str:
    """A value as a table shows it, at most `CELL` characters, without control and bidirectional characters."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return plain("; ".join(cell(item) for item in value), CELL)
        case _:
            return plain(str(value), CELL)


def event_lines(row: dict[str, Any]) -> Text:
    """An event as a few lines: when, which trial, what, and the id that `explain` takes."""
    head = f"{row['observed_at']:%Y-%m-%d}  {cell(row['nct_id'])}  {cell(row['kind'])}"
    lines = [
        Text(head, style="bold"),
        Text(f"    {cell(row['brief_title'])}"),
        Text(f"    {cell(row['summary'])}"),
    ]
    return Text("\n").join([*lines, Text(f"    event {row['event_id']}", style="dim")])


def paper_lines(row: dict[str, Any], *head: str) -> Text:
    """A row of `publications` as a few lines: the columns `head`, the citation, the reason, and who decided."""
    lines = [
        Text("  ".join(cell(row[name]) for name in head), style="bold"),
        Text(f"    {cell(row['citation']) or '(no citation)'}"),
        Text(f"    {cell(row['reason'])}"),
    ]
    if row.get("decided_by"):
        lines.append(Text(f"    {cell(row['decided_by'])}, {cell(row['decided_on'])}", style="dim"))
    return Text("\n").join(lines)


def table(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> Table:
    grid = Table(title=Text(cell(title)) if title else None, title_justify="left", show_lines=False)
    for name in names:
        grid.add_column(Text(cell(name)), overflow="fold", no_wrap=name in NARROW)
    for row in rows:
        grid.add_row(*(Text(cell(value)) for value in row))
    return grid


def write_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV on stdout, without control and format characters; a text keeps its lines.

    A cell, or a line of one, that a spreadsheet would take for a formula gets an apostrophe.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([_csv_cell(name) for name in names])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)


def write_json(value: Any) -> None:
    """JSON on stdout; times in ISO 8601. Characters that act on a terminal are escaped, as JSON allows everywhere."""
    text = json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2)
    if printable(text) != text:
        text = "".join(letter if printable(letter) == letter else json.dumps(letter)[1:-1] for letter in text)
    sys.stdout.write(text + "\n")


def _csv_cell(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | Decimal() | date():
            return value
        case list() | tuple():
            return _csv_cell("; ".join(str(item) for item in value))
        case _:
            first, *others = printable(str(value)).split("\n")
            harmless = (f"'{line}" if line.lstrip().startswith(("=", "@")) else line for line in others)
            return "\n".join([defused(first), *harmless])


def _jsonable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
