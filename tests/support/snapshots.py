"""Nights of an embedded registry: so many trials, given records at a moment, or several nights in a row."""

from __future__ import annotations

from mscwatch.replica import Snapshot
from support.records import by_id, record

STAMP = "2022-10-06T09:00:05"
DAYS = (STAMP, "2022-10-07T09:00:05", "2022-10-10T09:00:05")


def trials(count, **values):
    """Records 1 to `count`; keyword arguments are those of `record`."""
    return [record(number, **values) for number in range(1, count + 1)]


def night(count, *more, stamp=STAMP, **aliases):
    """A night of `count` trials and some more records; keyword arguments are aliases of NCT numbers."""
    return Snapshot(stamp, by_id([*trials(count), *more]), aliases)


def night_at(moment, *records, **aliases):
    """A night of these records whose data have this moment."""
    return Snapshot(f"{moment:%Y-%m-%dT%H:%M:%S}", by_id(records), aliases)


def nights(*contents):
    """The nights of DAYS, as many as there are contents; each content is a list of records."""
    return [Snapshot(day, by_id(content)) for day, content in zip(DAYS, contents, strict=False)]
