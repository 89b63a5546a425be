"""What all commands print with: a console, progress lines, and tables that hostile text cannot break."""

from __future__ import annotations

import csv
import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from mscwatch.digest import plain, printable
from mscwatch.digest.table import defused

CELL = 400
SHORT = 20  # characters; a column of such values is not wrapped
NUMBER = re.compile(r"-?[0-9][0-9.,]*|")


class _Console(Console):
    """A console on which no text from outside acts: it prints strings without control and format characters."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def console() -> Console:
    return _Console(highlight=False, markup=False, emoji=False)


def say(text: str | Text, style: str | None = None) -> None:
    """Print a text. The terminal wraps its lines, so that none is broken where the output goes into a file."""
    console().print(text, style=style, soft_wrap=True)


def show(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    console().print(table(names, rows, title))


def show_dicts(rows: Sequence[dict[str, Any]], title: str) -> None:
    """Print rows, of which there is at least one, as a table whose columns are their keys."""
    show(list(rows[0]), (list(row.values()) for row in rows), title)


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


def entry(head: Iterable[Any], *lines: str, last: str = "") -> Text:
    """An entry of a list: its values in bold, then lines that are indented, the `last` of them dim."""
    parts = [Text("  ".join(map(cell, head)), style="bold"), *(Text(f"    {line}") for line in lines)]
    return Text("\n").join([*parts, *([Text(f"    {last}", style="dim")] if last else [])])


def event_lines(row: dict[str, Any]) -> Text:
    """An event as a few lines: when, which trial, what, and the id that `explain` takes."""
    head = (f"{row['observed_at']:%Y-%m-%d}", row["nct_id"], row["kind"])
    return entry(head, cell(row["brief_title"]), cell(row["summary"]), last=f"event {row['event_id']}")


def paper_lines(row: dict[str, Any], *head: str) -> Text:
    """A row of `publications` as a few lines: the columns `head`, the citation, the reason, and who decided."""
    decided = f"{cell(row['decided_by'])}, {cell(row['decided_on'])}" if row.get("decided_by") else ""
    citation = cell(row["citation"]) or "(no citation)"
    return entry((row[name] for name in head), citation, cell(row["reason"]), last=decided)


class Rows:
    """Rows as a table; as one value per line where the terminal is too narrow for that without breaking a word."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
        self.names, self.rows, self.title = names, rows, title

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        columns = list(zip(self.names, *self.rows, strict=True))
        short = [max(map(len, column)) <= SHORT for column in columns]
        least = sum(
            max(len(text) for value in column for text in ([value] if whole else value.split() or [""]))
            for column, whole in zip(columns, short, strict=True)
        )
        if least + 3 * len(columns) + 1 > options.max_width:
            yield from self._lines()
            return
        grid = Table(title=Text(self.title) if self.title else None, title_justify="left", show_lines=False)
        for column, whole in zip(columns, short, strict=True):
            are_numbers = all(NUMBER.fullmatch(value) for value in column[1:])
            justify: JustifyMethod = "right" if are_numbers and len(column) > 1 else "left"
            grid.add_column(Text(column[0]), overflow="fold", no_wrap=whole, justify=justify)
        for row in self.rows:
            grid.add_row(*map(Text, row))
        yield grid

    def _lines(self) -> Iterator[Text]:
        if self.title:
            yield Text(self.title, style="italic")
        widest = max(map(len, self.names))
        for row in self.rows:
            cells = zip(self.names, row, strict=True)
            yield Text("\n".join(f"{name:<{widest}}  {value}" for name, value in cells))
            yield Text("")


def table(names: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> Rows:
    """A table for `Console.print`: a number, a date or an identifier is never broken, nor is a word."""
    return Rows([cell(name) for name in names], [[cell(value) for value in row] for row in rows], cell(title))


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


def wrote_data(names: Sequence[str], rows: Sequence[dict[str, Any]], *, as_json: bool, as_csv: bool) -> bool:
    """Write rows on stdout as a program asked for them; False where none did."""
    if as_json:
        write_json(rows)
    elif as_csv:
        write_csv(names, (list(row.values()) for row in rows))
    return as_json or as_csv


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
