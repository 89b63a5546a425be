"""`mscwatch sql`: one query, or a prompt with history and completion."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Protocol

import typer

from mscwatch.cli import screen
from mscwatch.cli.published import banner
from mscwatch.cli.questions import AsCsv, AsJson
from mscwatch.errors import ConfigError, MscwatchError
from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection

SHOWN = 200
KEYWORDS = (
    "SELECT FROM WHERE GROUP BY ALL ORDER LIMIT JOIN LEFT USING ON AS AND OR NOT IN IS NULL LIKE ILIKE BETWEEN "
    "DISTINCT HAVING QUALIFY UNION WITH CASE WHEN THEN ELSE END COUNT DESC DESCRIBE SHOW TABLES SUMMARIZE UNNEST"
)
LEAVE = {"exit", "quit", ".exit", ".quit", r"\q"}


class Session(Protocol):
    """Asks a person for a line; raises `EOFError` at the end of input."""

    def prompt(self, message: str, /) -> str: ...


def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY]", help='One query; "-" reads it from standard input; none opens a prompt.'
        ),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Query the published warehouse; AACT's tables need no prefix."""
    data_dir = DataDir(load_settings().data_dir)
    if query is None:
        if as_json or as_csv or not sys.stdin.isatty():
            raise ConfigError(
                'A query is missing. Give one: `mscwatch sql "SELECT …"`, or "-" to read it from standard input.'
            )
        _converse(data_dir)
        return
    with queries.open_published(data_dir) as con:
        names, rows = queries.query(con, sys.stdin.read() if query == "-" else query)
        marked = banner(con)
    if as_json:
        screen.write_json([dict(zip(names, row, strict=True)) for row in rows])
    elif as_csv:
        screen.write_csv(names, rows)
    else:
        if marked:
            screen.say(marked)
        screen.show(names, rows)


def _converse(data_dir: DataDir) -> None:
    """Open DuckDB's own shell where it is installed, else our prompt; both are read-only."""
    with queries.open_published(data_dir) as con:
        if shell := shutil.which("duckdb"):
            con.close()
            published = str(data_dir.published)
            done = subprocess.run(  # noqa: S603  the user's own shell, on the user's own file
                [shell, "-readonly", "-cmd", "SET search_path = 'main,ctgov'", published], check=False
            )
            raise typer.Exit(done.returncode)
        facts = queries.facts(con)
        screen.say(
            facts.get("banner") or f"{facts.get('watch_title', '')}: data of {facts['data_timestamp']}"
        )
        screen.say(
            f"A query ends with a semicolon; Tab completes; the first {SHOWN} rows are shown; Ctrl-D leaves. "
            "The answers are of this night; for a newer one, leave and open the prompt again."
        )
        answer_all(_session(vocabulary(con)), con)


def answer_all(session: Session, con: Connection) -> None:
    """Answer queries until the person leaves; an error is printed, and the prompt goes on."""
    while True:
        try:
            text = session.prompt("mscwatch> ").strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if text.rstrip("; ").lower() in LEAVE:
            return
        if not text.strip("; "):
            continue
        try:
            names, rows = queries.query(con, text)
        except MscwatchError as error:
            screen.say(str(error))
            continue
        screen.show(names, rows[:SHOWN])
        if len(rows) > SHOWN:
            screen.say(f"{SHOWN} of {len(rows)} rows; `mscwatch sql --csv` gives all.")


def vocabulary(con: Connection) -> list[str]:
    """The words to complete: keywords, and every table, view, column and macro of the warehouse."""
    _, rows = queries.query(
        con,
        "SELECT table_name FROM information_schema.tables UNION SELECT column_name FROM information_schema.columns "
        "UNION SELECT function_name FROM duckdb_functions() WHERE NOT internal ORDER BY ALL",
    )
    return [*KEYWORDS.split(), *(name for (name,) in rows)]


def _session(words: list[str]) -> Session:
    """A prompt with history and completion; a query may take several lines, a semicolon ends it."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.application import get_app
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    file = Path(typer.get_app_dir("mscwatch")) / "sql_history"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        history: History = FileHistory(file)
    except OSError:
        history = InMemoryHistory()

    def is_open() -> bool:
        return is_unfinished(get_app().current_buffer.document.text)

    return PromptSession(
        history=history,
        completer=WordCompleter(words, ignore_case=True, pattern=re.compile(r"\w+")),
        complete_while_typing=False,
        multiline=Condition(is_open),
    )


def is_unfinished(text: str) -> bool:
    """Whether Enter begins another line: the text is a query without its semicolon, and does not say to leave."""
    typed = text.strip().lower()
    return bool(typed) and not typed.endswith(";") and typed not in LEAVE
