"""The registry's records as relational tables under AACT's names, filled by SQL that a mapping writes.

`warehouse/ctgov.csv` says what each table and column holds. A row with an empty `column` describes a table: its
`path` is where the table's rows come from (empty: one row per record). Every other row is a column. The notation:

    protocolSection.designModule.studyType          a value, by its path from the record's root
    protocolSection.conditionsModule.conditions[]   a list; as a table's path, one row per element
    …interventions[].otherNames[]                   a list within a list; one row per inner element
    …outcomesModule.{primary,secondary}Outcomes[]   alternatives, one after the other; a column repeats them, in the
                                                    same order, and an empty alternative is NULL
    path ; path                                     the same for a table whose sources have nothing in common
    =expression                                     SQL, in which a path stands for its value (as a source: a list)

A column's path that continues its table's path is read from the row's element, any other from the record's root.
Besides paths an expression may use `base` (the trial's number times a million), `position` (of the row among the
trial's rows of this table, from 1), `parent` (position of the outer element), `branch` (which alternative, from 1),
`element`, `nct_id` and `partial_date(text)`. Every value is read as text and cast with TRY_CAST, so one odd scalar
costs one NULL, never a night. An empty path is NULL: the column exists so that queries written for AACT run.
"""

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb

SECTIONS = "protocolSection|resultsSection|annotationSection|documentSection|derivedSection|hasResults"
PATH = re.compile(rf"\b(?:{SECTIONS})\b(?:[\w.]|\[\]|\{{[^}}]*\}})*")

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
    """Read the packaged mapping: every table, in the order in which the file has them."""
    text = resources.files("warehouse").joinpath("ctgov.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return tuple(
        Table(
            name=head["table"],
            columns=tuple(
                Column(row["column"], row["type"], row["path"], row["meaning"], row["unit"])
                for row in rows
                if row["table"] == head["table"] and row["column"]
            ),
            sources=_sources(head["path"]),
            meaning=head["meaning"],
        )
        for head in rows
        if not head["column"]
    )


def ddl() -> str:
    """Give the statements that create the schema and whatever tables it lacks."""
    statements = ["CREATE SCHEMA IF NOT EXISTS ctgov;"]
    for table in load_mapping():
        columns = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        statements.append(f'CREATE TABLE IF NOT EXISTS ctgov."{table.name}" ({columns});')
    return "\n".join(statements)


def comments() -> str:
    """Give the statements that attach each table's and column's meaning to it."""
    statements = []
    for table in load_mapping():
        statements.append(f'COMMENT ON TABLE ctgov."{table.name}" IS {_literal(table.meaning)};')
        for column in table.columns:
            meaning = column.meaning + (f" Unit: {column.unit}." if column.unit else "")
            statements.append(
                f'COMMENT ON COLUMN ctgov."{table.name}"."{column.name}" IS {_literal(meaning)};'
            )
    return "\n".join(statements)


def mapped_paths() -> set[str]:
    """Give every API path that the mapping reads, alternatives written out, list markers included."""
    written = {text for table in load_mapping() for text in table.sources}
    written |= {column.path for table in load_mapping() for column in table.columns}
    found = {path for text in written for match in PATH.findall(text) for path in _alternatives(match)}
    return {path for path in found if not path.endswith(".")}


def refresh(con: duckdb.DuckDBPyConnection, records: str) -> None:
    """Replace the rows of some trials in every table, within the caller's transaction.

    `records` names a table with the columns `nct_id` and `record` (JSON text), one row per trial.
    """
    con.execute(PARTIAL_DATE)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE ctgov_parsed AS SELECT nct_id,"
        " TRY_CAST(substr(nct_id, 4) AS BIGINT) * 1000000 AS base,"
        f" json_transform(record, {_literal(json.dumps(_shape(mapped_paths())))}) AS r FROM {records}"
    )
    for table in load_mapping():
        con.execute(
            f'DELETE FROM ctgov."{table.name}" WHERE nct_id IN (SELECT nct_id FROM temp.ctgov_parsed)'
        )
        con.execute(_fill(table))
    con.execute("DROP TABLE temp.ctgov_parsed")
    con.execute("DROP MACRO temp.partial_date")


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
def _fill(table: Table) -> str:
    """Write the INSERT that fills one table from `ctgov_parsed`."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(_value(column) for column in table.columns)
    rows = " UNION ALL ".join(_rows(table, branch) for branch in range(len(table.sources)))
    return f'INSERT INTO ctgov."{table.name}" ({names}) SELECT {values} FROM ({rows})'


def _value(column: Column) -> str:
    """Write one column's expression over the values that `_rows` has read."""
    if column.name == "nct_id":  # the caller's key, by which rows are deleted, whatever the record says
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
    """Write the SELECT of one source's rows, with every value the columns need under its path as name."""
    source = table.sources[branch]
    needed = {path: None for column in table.columns for path in PATH.findall(column.path)}
    values = "".join(f', {_read(path, branch, source)} AS "{path}"' for path in needed)
    nested = source.count("[]") > 1 and not source.startswith("=")
    position = "row_number() OVER (PARTITION BY nct_id ORDER BY parent, place)" if nested else "place"
    return (
        f"SELECT nct_id, base, {branch + 1} AS branch, {position} AS position, parent, element{values}"
        f" FROM ({_elements(table, branch)}) WHERE element IS NOT NULL"
    )


def _elements(table: Table, branch: int) -> str:
    """Write the SELECT of one source's elements, each with its place among the record's elements.

    Lists are unnested beside `generate_subscripts`: WITH ORDINALITY gives the same rows by way of a join.
    """
    source = table.sources[branch]
    if not source:
        return "SELECT nct_id, base, r, NULL AS parent, 1 AS place, TRUE AS element FROM temp.ctgov_parsed"
    outer, marker, inner = (source, "", "") if source.startswith("=") else source.partition("[]")
    outer += marker
    place = " + ".join(
        [f"coalesce(len({_items(earlier)}), 0)" for earlier in table.sources[:branch]]
        + [f"generate_subscripts({_items(outer)}, 1)"]
    )
    elements = (
        f"SELECT nct_id, base, r, NULL AS parent, {place} AS place, unnest({_items(outer)}) AS element"
        " FROM temp.ctgov_parsed"
    )
    if inner:
        items = _field("element", inner)
        return (
            f"SELECT nct_id, base, r, place AS parent, generate_subscripts({items}, 1) AS place,"
            f" unnest({items}) AS element FROM ({elements})"
        )
    return elements


def _items(source: str) -> str:
    """Write the list of a source's elements in a record; a single value is a list of one."""
    if source.startswith("="):
        return PATH.sub(lambda path: _field("r", path[0]), source.removeprefix("="))
    value = _field("r", source)
    return value if source.endswith("[]") else f"CASE WHEN {value} IS NOT NULL THEN [{value}] END"


def _read(path: str, branch: int, source: str) -> str:
    """Write how a path is read: its alternative for the branch, from the element or from the root."""
    if "{" in path:
        path = _alternatives(path)[branch]
    if path.endswith("."):
        return "CAST(NULL AS VARCHAR)"
    if path == source or path.startswith(f"{source}."):
        return _field("element", path.removeprefix(source))
    return _field("r", path)


def _field(struct: str, path: str) -> str:
    """Write the access to a field of a struct: `r` and `a.b[]` give `r."a"."b"`."""
    names = path.removesuffix("[]").split(".")
    return struct + "".join(f'."{name}"' for name in names if name)


def _sources(path: str) -> tuple[str, ...]:
    """Take a table's path apart: `a.{b,c}[]` gives `a.b[]` and `a.c[]`; an empty path is the record itself."""
    return tuple(source for part in path.split(" ; ") for source in _alternatives(part))


def _alternatives(path: str) -> tuple[str, ...]:
    head, brace, rest = path.partition("{")
    if not brace:
        return (path,)
    choices, _, tail = rest.partition("}")
    return tuple(f"{head}{choice}{tail}" for choice in choices.split(","))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
