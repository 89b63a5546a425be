"""Schema `ctgov`: the registry's records as relational tables under AACT's names, filled by SQL made from a mapping.

The mapping `warehouse/ctgov.csv` says what each table and column holds. A row with an empty `column` describes a
table: its `path` is where the table's rows come from (empty: one row per record). Every other row is a column:

    protocolSection.designModule.studyType          a value, by its path from the record's root
    protocolSection.conditionsModule.conditions[]   a list; as a table's path, one row per element
    …interventions[].otherNames[]                   a list within a list, however deep; one row per innermost element
    …outcomesModule.{primary,secondary}Outcomes[]   alternatives, one after the other; a column repeats them, in the
                                                    same order, and an empty alternative is NULL
    path ; path                                     the same for a table whose sources have nothing in common
    =expression                                     SQL, in which a path stands for its value (as a source: a list)

A column's path that continues its table's path, or a list on the way to it, is read from the row's element. Any other
path is read from the record's root; one through a list that the table does not walk is the list of all its values. An
expression may also use `base` (the trial's number times a million), `position` (of the row among the trial's rows in
the table, from 1), `place` (in its own list), `parent` (place of the outermost element, where lists are nested),
`above` (place of the element one list further out), `branch` (which alternative, from 1), `element`, `nct_id` and
`partial_date(text)`. Every value is read as text and cast with TRY_CAST, so a malformed scalar becomes one NULL and
stops no run. An empty path is NULL: the column exists so that queries written for AACT work.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from operator import itemgetter

import duckdb

from mscwatch.store.sql import Connection

SECTIONS = "protocolSection|resultsSection|annotationSection|documentSection|derivedSection|hasResults"
# DuckDB stores long texts uncompressed by default; with zstd they take a fifth.
LONG = {"TEXT": "VARCHAR USING COMPRESSION zstd"}
PATH = re.compile(rf"\b(?:{SECTIONS})\b(?:[\w.]|\[\]|\{{[^}}]*\}})*")

LAST_UPDATE = "protocolSection.statusModule.lastUpdatePostDateStruct.date"  # of which `versions` has a column
LONGEST = (
    50_000  # most elements of an inner list: the base of the sort key `rank`; four levels fit into a BIGINT
)

PARTIAL_DATE = """
CREATE OR REPLACE TEMP MACRO partial_date(written) AS CASE length(written)
    WHEN 10 THEN TRY_CAST(written AS DATE)
    WHEN 7 THEN last_day(TRY_CAST(written || '-01' AS DATE))
    WHEN 4 THEN TRY_CAST(written || '-12-31' AS DATE)
END"""


@dataclass(frozen=True)
class Column:
    """One column: its DuckDB type, where its value comes from, and what it means."""

    name: str
    type: str
    path: str
    meaning: str
    unit: str


@dataclass(frozen=True)
class Table:
    """One table of schema `ctgov`: its columns, and the places in a record that make its rows."""

    name: str
    columns: tuple[Column, ...]
    sources: tuple[str, ...]
    meaning: str


@cache
def load_mapping() -> tuple[Table, ...]:
    """Read the packaged mapping: every table, in the order of the file."""
    text = resources.files("mscwatch.warehouse").joinpath("ctgov.csv").read_text(encoding="utf-8")
    tables = groupby(csv.DictReader(text.splitlines()), key=itemgetter("table"))
    cells = itemgetter("column", "type", "path", "meaning", "unit")
    return tuple(
        Table(name, tuple(Column(*cells(row)) for row in columns), _sources(head["path"]), head["meaning"])
        for name, (head, *columns) in tables
    )


def ddl() -> str:
    """The statements that create the schema and any table that it lacks."""
    statements = ["CREATE SCHEMA IF NOT EXISTS ctgov;"]
    for table in load_mapping():
        columns = ", ".join(
            f'"{column.name}" {LONG.get(column.type, column.type)}' for column in table.columns
        )
        statements.append(f'CREATE TABLE IF NOT EXISTS ctgov."{table.name}" ({columns});')
    return "\n".join(statements)


def comments() -> str:
    """The statements that comment each table and column with its meaning, unit and source path."""
    statements = []
    for table in load_mapping():
        statements.append(_comment(f'TABLE ctgov."{table.name}"', table.meaning, "", " ".join(table.sources)))
        for column in table.columns:
            name = f'COLUMN ctgov."{table.name}"."{column.name}"'
            statements.append(_comment(name, column.meaning, column.unit, column.path))
    return "\n".join(statements)


def _comment(name: str, meaning: str, unit: str, path: str) -> str:
    paths = ", ".join(dict.fromkeys(PATH.findall(path)))
    text = meaning + (f" Unit: {unit}." if unit else "") + (f" Source: {paths}" if paths else "")
    quoted = text.replace("'", "''")
    return f"COMMENT ON {name} IS '{quoted}';"


def mapped_paths() -> set[str]:
    """Every API path that the mapping reads, as `paths_of` writes them."""
    return paths_of(load_mapping())


def paths_of(tables: Iterable[Table]) -> set[str]:
    """Every API path that some tables read, alternatives written out, list markers included."""
    written = {
        text for table in tables for text in (*table.sources, *(column.path for column in table.columns))
    }
    paths = {path for text in written for match in PATH.findall(text) for path in _alternatives(match)}
    return {path for path in paths if not path.endswith(".")}


def refresh(con: Connection, records: str) -> None:
    """Replace the rows of some trials in every table, within the caller's transaction.

    `records` names a table with the columns `nct_id` and `record` (JSON text), one row per trial.
    """
    with parsed(con, f"SELECT nct_id, record::VARCHAR AS record FROM {records}"):
        fill(con)


@contextmanager
def parsed(
    con: Connection,
    records: str,
    parameters: Mapping[str, object] | None = None,
    tables: Iterable[Table] | None = None,
) -> Iterator[None]:
    """Hold parsed records in the temporary table `ctgov_parsed` while the block runs, beside the macro `partial_date`.

    `records` is a query, with `parameters`, for `nct_id`, `record` (text) and any further columns of that table. What
    is parsed is what `tables` (if none are given: all) read, and the date of the last update.
    """
    paths = paths_of(load_mapping() if tables is None else tables) | {LAST_UPDATE}
    try:
        con.execute(PARTIAL_DATE)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE ctgov_parsed AS SELECT * EXCLUDE (record), "
            "json_transform(record, $shape) AS r,"
            f" TRY_CAST(substr(nct_id, 4) AS BIGINT) * 1000000 AS base FROM ({records})",
            {"shape": json.dumps(_shape(paths))} | dict(parameters or {}),
        )
        yield
    finally:
        with suppress(duckdb.Error):  # an aborted transaction refuses this, and its ROLLBACK drops both
            con.execute("DROP TABLE IF EXISTS temp.ctgov_parsed; DROP MACRO IF EXISTS temp.partial_date")


def fill(con: Connection, tables: Sequence[Table] | None = None) -> None:
    """Replace the rows of the trials in `ctgov_parsed`, in `tables` (if none are given: in all)."""
    tables = load_mapping() if tables is None else tables
    known = "SELECT 1 FROM ctgov.studies WHERE nct_id IN (SELECT nct_id FROM ctgov_parsed) LIMIT 1"
    is_known = bool(con.execute(known).fetchall())
    stated = _stated(con, tables)
    for table in tables:
        if is_known:
            con.execute(f'DELETE FROM ctgov."{table.name}" WHERE nct_id IN (SELECT nct_id FROM ctgov_parsed)')
        if not stated.isdisjoint(table.sources):
            con.execute(_insert(table))


def _stated(con: Connection, tables: Iterable[Table]) -> set[str]:
    """The sources that any record has: planning an INSERT without rows costs as much as one of a hundred records."""
    sources = list(dict.fromkeys(source for table in tables for source in table.sources))
    paths = {source: source.partition("[]")[0] for source in sources if source and not source.startswith("=")}
    counts = [f"count({_field('r', path)})" for path in paths.values()]
    (row,) = con.execute(f"SELECT {', '.join(['count(*)', *counts])} FROM temp.ctgov_parsed").fetchall()
    return {source for source in sources if source not in paths} | {
        source for source, count in zip(paths, row[1:], strict=True) if count
    }


def _shape(paths: set[str]) -> object:
    """Nest dotted paths: `{"a.b", "c[]"}` is `{"a": {"b": "VARCHAR"}, "c": ["VARCHAR"]}`."""
    below: dict[str, set[str]] = {}
    for path in sorted(paths - {""}):
        name, _, rest = path.partition(".")
        below.setdefault(name, set()).add(rest)
    if not below:
        return "VARCHAR"
    return {
        name.removesuffix("[]"): [_shape(rest)] if name.endswith("[]") else _shape(rest)
        for name, rest in below.items()
    }


@cache
def _insert(table: Table) -> str:
    """Write the INSERT that fills one table from `ctgov_parsed`."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(_value(column) for column in table.columns)
    rows = " UNION ALL BY NAME ".join(_rows(table, branch) for branch in range(len(table.sources)))
    if sum(len(_lists(source)) for source in table.sources) == 1:
        rows = f"SELECT *, place AS position FROM ({rows})"
    else:  # numbered separately and joined: a window over the rows would sort all their texts
        number, key = "row_number() OVER (PARTITION BY base ORDER BY branch, rank)", "base, branch, rank"
        rows = f"SELECT * FROM ({rows}) JOIN (SELECT {key}, {number} AS position FROM ({rows})) USING ({key})"
    return f'INSERT INTO ctgov."{table.name}" ({names}) SELECT {values} FROM ({rows})'


def _value(column: Column) -> str:
    """Write one column's expression over the values that `_rows` has read."""
    if column.name == "nct_id":  # the caller's key, by which rows are deleted, not the record's own
        return "nct_id"
    if not column.path:
        return "NULL"
    if column.path.startswith("="):
        expression = PATH.sub(lambda path: f'"{path[0]}"', column.path.removeprefix("="))
        return f"TRY_CAST(({expression}) AS {column.type})"
    if column.type == "DATE":
        return f'partial_date("{column.path}")'
    return f'TRY_CAST("{column.path}" AS {column.type})'


def _rows(table: Table, branch: int) -> str:
    """Write the SELECT of one source's rows, in which every value that the columns need is named by its path.

    Lists are unnested from the outermost inwards. The values of an element are read before its own lists are unnested,
    so that the whole element is not copied to each of their rows. (WITH ORDINALITY would do this with a join.)
    """
    written = [path for column in table.columns for path in PATH.findall(column.path)]
    paths = {path: _alternatives(path)[branch if "{" in path else 0] for path in written}
    lists = _lists(table.sources[branch])
    kept, parent, rank = {"nct_id": "nct_id", "base": "base"}, "0", "0"
    struct, around, rows = "r", "", "temp.ctgov_parsed"
    for depth, inner in enumerate(lists):
        values = _values(paths, struct, around, lists)
        items = _items(struct, inner.removeprefix(around))
        place = {"parent": parent, "rank": rank, "place": f"generate_subscripts({items}, 1)"}
        rows = f"({_select(kept | values | place | {'element': f'unnest({items})'})} FROM {rows})"
        kept |= {path: f'"{path}"' for path in values}
        parent, rank = "parent" if depth else "place", f"rank * {LONGEST} + place"
        struct, around = "element", inner
    values = kept | _values(paths, struct, around, lists) | {"place": "place", "element": "element::VARCHAR"}
    order = {
        "branch": str(branch + 1),
        "parent": parent if len(lists) > 1 else "0",
        "rank": rank,
        "above": f"rank % {LONGEST}",
    }
    return f"{_select(values | order)} FROM {rows} WHERE element IS NOT NULL"


def _select(values: dict[str, str]) -> str:
    return "SELECT " + ", ".join(f'{value} AS "{name}"' for name, value in values.items())


def _values(paths: dict[str, str], struct: str, around: str, lists: list[str]) -> dict[str, str]:
    """Write the values that are read from the element `around`, and not from an element further in."""
    return {
        written: _field(struct, path.removeprefix(around)) if path[-1] != "." else "CAST(NULL AS VARCHAR)"
        for written, path in paths.items()
        if around == next((list_ for list_ in lists[::-1] if f"{path}.".startswith(f"{list_}.")), "")
    }


def _lists(source: str) -> list[str]:
    """Split a source into its lists: `a[].b[]` is `a[]` and, in it, `a[].b[]`; a whole record is a list of one."""
    if source.startswith("=") or "[]" not in source:
        return [source or "=[true]"]
    parts = source.split("[]")[:-1]
    return ["[]".join(parts[: number + 1]) + "[]" for number in range(len(parts))]


def _items(struct: str, source: str) -> str:
    """Write the list of a source's elements; a single value is a list of one."""
    if source.startswith("="):
        return PATH.sub(lambda path: _field(struct, path[0]), source.removeprefix("="))
    value = _field(struct, source)
    return value if source.endswith("[]") else f"CASE WHEN {value} IS NOT NULL THEN [{value}] END"


def _field(struct: str, path: str, depth: int = 0) -> str:
    """Write the access to a field: `r` and `a.b` give `r."a"."b"`, a path through a list the list of its values."""
    outer, _, inner = path.partition("[]")
    value = struct + "".join(f'."{name}"' for name in outer.split(".") if name)
    if not inner:
        return value
    values = f"list_transform({value}, lambda item{depth}: {_field(f'item{depth}', inner, depth + 1)})"
    return f"flatten({values})" if "[]" in inner else values


def _sources(path: str) -> tuple[str, ...]:
    return tuple(source for part in path.split(" ; ") for source in _alternatives(part))


def _alternatives(path: str) -> tuple[str, ...]:
    """Write alternatives out: `a.{b,c}[]` gives `a.b[]` and `a.c[]`."""
    head, brace, rest = path.partition("{")
    if not brace:
        return (path,)
    choices, _, tail = rest.partition("}")
    return tuple(f"{head}{choice}{tail}" for choice in choices.split(","))
