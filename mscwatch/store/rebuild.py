"""Everything that can be derived from the stored records, derived anew: no network, no event, nobody told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mscwatch.errors import WarehouseError
from mscwatch.store import decisions, ledger, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import counts, publish_copy
from mscwatch.watch import Watch


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: stored records, rows made from them, trials and links that are read otherwise."""

    records: int
    rows: int
    readings_changed: int
    published: bool


def rebuild_derived(
    data_dir: DataDir, watch: Watch, decided: Path, *, memory_limit: str, keep: int
) -> Rebuilt:
    """Make schema `ctgov`, the readings, seeds, views, macros and comments anew, then publish.

    What nights wrote (records, changes, events, deliveries, runs) stays as it is; a second rebuild changes nothing.
    `decided` is the file of people's decisions. Raises `WarehouseError` where there is no warehouse, `ConfigError`
    where it is another watch's or the decisions cannot be read, `LockedError` while a run is at work.
    """
    if not data_dir.working.exists():
        msg = f"There is no warehouse in the folder {data_dir.path}. Run `mscwatch run`, or restore a backup."
        raise WarehouseError(msg)
    with locked(data_dir):
        with working.open_warehouse(data_dir, memory_limit) as con, working.transaction(con):
            working.refuse_other_watch(working.meta(con, "watch"), watch.name, data_dir.path)
            told = decisions.in_force(con, decided)
            con.execute("DELETE FROM meta WHERE key IN ('definitions', 'ctgov_mapping', 'rules_hash')")
        # Opening makes whatever the file does not say it has, and a night reads anew when it does not say by which
        # rules it was read; so what a killed rebuild leaves undone is done then.
        with working.open_warehouse(data_dir, memory_limit) as con:
            changed = decisions.apply(con, told, watch.relevance.rules)
            found = counts(con)
            proven = ledger.last_trusted_run(con) is not None
        if proven:
            publish_copy(data_dir, keep)
    rows = sum(count for table, count in found.items() if table.startswith("ctgov."))
    return Rebuilt(found["main.watched"], rows, changed, proven)
