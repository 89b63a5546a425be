"""Run orders for an embedded registry, and whole nights run from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.settings import Settings
from mscwatch.watches import load_watch

# Matches everything that the embedded registry holds, without bounds. It is not the review's: its claims and Table 2
# are a fifth of a small night.
WATCH = 'name = "all"\ntitle = "All of it"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'
TABLE = "[review]\ntable = true\n"
REVIEWED = WATCH + TABLE


def write_watch(folder, text=WATCH):
    """Write the file of a watch, `all.toml`; its path."""
    path = folder / "all.toml"
    path.write_text(text)
    return path


def order_for(url, watch, *, force=False, accept="", **values):
    """What a run is to do, for a registry at a URL and the file of a watch; keyword arguments are settings."""
    usual = {"min_interval": 0, "retry_budget": 0, "api_url": url}
    return RunOrder(Settings(**(usual | values)), load_watch(str(watch)), force=force, accept=accept)


def run_nights(folder, nights, *, moments=(), watch=REVIEWED, **values):
    """Run these nights in `folder`, each at its moment or at that of its data; the last order."""
    folder.mkdir(parents=True, exist_ok=True)
    watch_file = write_watch(folder, watch)
    moments = moments or [datetime.fromisoformat(night.data_timestamp) for night in nights]
    order = None
    with Replica(nights) as registry:
        for moment in moments:
            usual = order_for(registry.url, watch_file, **({"data_dir": folder} | values))
            order = replace(usual, clock=lambda moment=moment: moment)
            result = run_watch(order)
            assert result.error is None, result.error
            registry.advance()
    return order
