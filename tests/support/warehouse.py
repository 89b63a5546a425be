"""Questions to the warehouse of a run order, and the queries whose answers say what it holds."""

from __future__ import annotations

import hashlib

from mscwatch.store import catalog, queries, sql, working

EVENTS = "SELECT nct_id, kind, field, before, after, summary, event_id FROM events ORDER BY ALL"
WRITTEN = (
    EVENTS,
    "SELECT nct_id, version_no, content_hash, derived_hash, valid_to IS NULL FROM versions ORDER BY ALL",
    "SELECT event_id, channel, state, shown FROM deliveries ORDER BY ALL",
    "SELECT * FROM changes ORDER BY ALL",
    "SELECT kind, summary FROM notices ORDER BY ALL",
    "SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM trials ORDER BY nct_id",
)

NOT_OF_THE_DATA = " WHERE key <> 'to_print'"


def published(order):
    """A connection to the published file."""
    return queries.open_published(order.data_dir)


def rows(order, query, parameters=()):
    """The rows of a query on the published file."""
    with published(order) as con:
        return con.execute(query, parameters).fetchall()


def working_rows(order, query):
    """The rows of a query on the working file, which also has what unchanged nights told."""
    return answers(order.data_dir.working, [query])[query]


def answers(path, asked):
    """The rows of each of these queries on a file, by query."""
    with sql.open_read_only(path) as con:
        return {query: con.execute(query).fetchall() for query in asked}


def file_hash(order):
    return hashlib.sha256(order.data_dir.published.read_bytes()).hexdigest()


def change(order, statement):
    """Something goes wrong in the working file."""
    with working.open_warehouse(order.data_dir) as con:
        con.execute(statement)


def contents(path):
    """Every table and view of a file, as sorted rows; without the note of what is still to be printed, which comes last."""
    with sql.open_read_only(path) as con:
        return {
            name: sorted(
                map(
                    repr,
                    con.execute(f"FROM {name}{NOT_OF_THE_DATA if name == 'main.meta' else ''}").fetchall(),
                )
            )
            for name in (f"{relation.schema}.{relation.name}" for relation in catalog.relations(con))
        }
