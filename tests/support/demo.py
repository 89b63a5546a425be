"""The demo's three nights in a warehouse, as the questions of warehouse/examples are asked of it."""

from __future__ import annotations

import datetime as dt

import duckdb

from mscwatch.replica.demo import demo_nights
from mscwatch.store.data_dir import DataDir
from support.orders import run_nights

NIGHTS = [dt.datetime(2022, *day, 2) for day in ((9, 12), (10, 11), (10, 14))]
LAST = NIGHTS[-1].date()


def make_warehouse(folder):
    """The data directory after the demo's three nights, as if a month had passed between the first two."""
    run_nights(folder, demo_nights(), moments=NIGHTS)
    with duckdb.connect(str(DataDir(folder).published)) as con:  # the demo tells nobody and meets nothing odd
        con.execute(
            "INSERT INTO deliveries BY NAME SELECT event_id, 'email' AS channel, x.recipient, x.state, x.attempts"
            " FROM events, (VALUES ('a@example.org', 'sent', 1), ('b@example.org', 'owed', 2)) x(recipient, state, attempts)"
            " WHERE kind = 'completed'"
        )
        con.execute(
            "INSERT INTO issues SELECT run_id, 'NCT0000000' || n, 'a.b', 'value ' || n, 'odd'"
            " FROM runs, range(2, 4) AS t(n) WHERE outcome = 'baseline'"
        )
    return folder
