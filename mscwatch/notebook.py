"""The published warehouse for notebooks and scripts, as a DuckDB connection or a pandas frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from mscwatch import settings
from mscwatch.store.data_dir import DataDir
from mscwatch.store.queries import open_published
from mscwatch.store.sql import Connection


def connect(data_dir: str | Path | None = None) -> Connection:
    """A read-only connection to the published file, with AACT's schema `ctgov` on the search path.

    It shows the night that it opened; connect again for a newer one. `data_dir` is MSCWATCH_DATA_DIR by default.
    Raises `WarehouseError` when nothing is published there, and `ConfigError` for an unusable setting.
    """
    return open_published(DataDir(settings.load_settings(data_dir=data_dir).data_dir))


def frame(query: str, parameters: Any = (), *, data_dir: str | Path | None = None) -> pd.DataFrame:
    """The answer to a query on the published file as a pandas frame. Raises what `connect` and DuckDB raise."""
    with connect(data_dir) as con:
        return con.execute(query, parameters).df()
