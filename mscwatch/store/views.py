"""Views hidden by temporary tables, so that what is asked of them, or made of them, does not plan them anew each time.

A temporary table of the same name hides a view, also from the views that are made of it. DuckDB plans a view, with all
that it is made of, for each query that names it; on a small warehouse that takes longer than to count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from mscwatch.store.sql import Connection


def source(schema: str, name: str) -> str:
    """A relation as a query names it: one of `main` without its schema, or no table would hide it."""
    return f'"{name}"' if schema == "main" else f'{schema}."{name}"'


def hide(con: Connection, view: str, part: str = "") -> None:
    """Hide a view by its rows as of now, or by a part of them (`WHERE …`, `LIMIT …`)."""
    con.execute(f"CREATE TEMP TABLE {view} AS FROM main.{view} {part}")


def show(con: Connection, views: Iterable[str]) -> None:
    """Show hidden views again."""
    for view in views:
        con.execute(f"DROP TABLE temp.{view}")


@contextmanager
def computed_once(con: Connection, views: Iterable[str]) -> Iterator[None]:
    """Hide views, each after those that it is made of, while the block asks queries about them.

    After an error they stay hidden until the caller's transaction is rolled back, or the connection closed.
    """
    hidden = list(views)
    for view in hidden:
        hide(con, view)
    yield
    show(con, hidden)


def answers(con: Connection, queries: Iterable[str], columns: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    """The one row of each query, by the query's text; `columns` are the names and types of its values.

    All are asked in one statement: to plan each by itself takes half as long again.
    """
    asked = list(dict.fromkeys(queries))
    values = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns.items())
    each = (
        f"SELECT {place} AS place, {values} FROM (\n{query}\n) AS answer({', '.join(columns)})"
        for place, query in enumerate(asked)
    )
    return {asked[place]: tuple(row) for place, *row in con.execute(" UNION ALL ".join(each)).fetchall()}
