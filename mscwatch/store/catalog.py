"""The relations of an opened warehouse: names, columns, meanings, keys, and the links between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mscwatch.store.sql import Connection

HUB = {"main": "trials", "ctgov": "studies"}  # in each schema the relation that nct_id refers to


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: its schema, name, meaning, columns (name, type, meaning) and single-column key, if any."""

    schema: str
    name: str
    meaning: str
    columns: tuple[tuple[str, str, str], ...]
    key: str


def relations(con: Connection) -> list[Relation]:
    """Every relation of the current database, `main` first, by name; a meaning is empty where there is no comment."""
    keys = {
        (schema, name): columns[0]
        for schema, name, columns in con.execute(
            "SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints()"
            " WHERE database_name = current_database() AND constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        if len(columns) == 1
    }
    columns = {
        (schema, name): tuple((column, kind, meaning) for column, kind, meaning in listed)
        for schema, name, listed in con.execute(
            "SELECT schema_name, table_name,"
            " list([column_name, data_type, coalesce(comment, '')] ORDER BY column_index)"
            " FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal GROUP BY ALL"
        ).fetchall()
    }
    rows = con.execute(
        "SELECT schema_name, table_name, coalesce(comment, '') FROM duckdb_tables()"
        " WHERE database_name = current_database() AND NOT internal AND NOT temporary"
        " UNION ALL SELECT schema_name, view_name, coalesce(comment, '') FROM duckdb_views()"
        " WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
    ).fetchall()
    # unique, though not declared
    keys |= {(schema, name): "id" for schema, name, _ in rows if schema == "ctgov"}
    keys |= dict.fromkeys(HUB.items(), "nct_id")
    return [
        Relation(schema, name, meaning, columns[schema, name], keys.get((schema, name), ""))
        for schema, name, meaning in sorted(rows, key=lambda row: (row[0] != "main", row[1]))
    ]


def links(schema: list[Relation]) -> Iterator[tuple[Relation, str, Relation]]:
    """Each column of a schema's relations that refers to the key of another: relation, column, other relation."""
    for relation in schema:
        for column, _, _ in relation.columns:
            to = _target(column, schema)
            if to and to != relation:
                yield relation, column, to


def _target(column: str, schema: list[Relation]) -> Relation | None:
    """By name: `nct_id` refers to the hub, `arm_id` to `arms.id` or `some_arms.id`, `first_run_id` to `runs.run_id`."""
    if not column.endswith("_id"):
        return None
    if column == "nct_id":
        return next(to for to in schema if to.name in HUB.values())
    keys = {to: f"{to.name.removesuffix('s')}_id" if to.key == "id" else to.key for to in schema}
    named = [to for to, key in keys.items() if key == column or key.endswith(f"_{column}")]
    named += [
        to for to, key in keys.items() if to.key != "id" and column.endswith(f"_{key}") and key != "nct_id"
    ]
    return min(named, key=lambda to: len(to.name), default=None)
