"""The published file, as commands read it: the one of the settings, and a trial by any of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mscwatch.settings import load_settings
from mscwatch.store import queries
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection


def open_published() -> Connection:
    """The published file, read-only. Raises `WarehouseError` where there is none."""
    return queries.open_published(DataDir(load_settings().data_dir))


def banner(con: Connection) -> str:
    """What heads all output of a warehouse whose changes are invented; else nothing."""
    return queries.facts(con).get("banner", "")


def numbers(con: Connection, nct_id: str) -> list[str]:
    """The number that a trial has now and, where another one was typed, that old one."""
    typed = nct_id.strip().upper()
    return list(dict.fromkeys((queries.current_id(con, typed), typed)))


def trial_of(con: Connection, known_as: Sequence[str]) -> dict[str, Any] | None:
    """The row of `trials` of the first of these numbers that has one."""
    return next((trial for number in known_as if (trial := queries.trial(con, number))), None)
