"""Derives again everything that comes from the stored records: without network, events or messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mscwatch.errors import WarehouseError
from mscwatch.store import decisions, ledger, sql, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import counts, publish_copy
from mscwatch.watch import Watch


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: stored records, rows of `ctgov` made from them, trials and links that changed."""

    records: int
    rows: int
    readings_changed: int
    published: bool


def rebuild_derived(
    data_dir: DataDir, watch: Watch, decisions_file: Path, *, memory_limit: str, keep: int
) -> Rebuilt:
    """Recreate schema `ctgov`, relevance, therapies, seeds, views, macros and comments, then publish.

    What runs wrote (records, changes, events, deliveries, runs) stays as it is; a second rebuild changes nothing.
    `decisions_file` has people's decisions. Raises `WarehouseError` when there is no warehouse, `ConfigError` when it
    belongs to another watch or the decisions cannot be read, `LockedError` while a run is at work.
    """
    if not data_dir.working.exists():
        raise WarehouseError(
            f"There is no warehouse in the folder {data_dir.path}. Run `mscwatch run`, or restore a backup."
        )
    with locked(data_dir):
        with working.open_warehouse(data_dir, memory_limit) as con, sql.transaction(con):
            working.refuse_other_watch(sql.meta(con, "watch"), watch.name, data_dir.path)
            decided = decisions.load_or_restore(con, decisions_file)
            con.execute(
                "DELETE FROM meta WHERE key IN ('definitions', 'ctgov_mapping', 'plain_version', 'rules_hash')"
            )
        # Opening recreates what these keys do not confirm, and a run reads all trials again without `rules_hash`;
        # so the next opening or run completes a rebuild that was killed.
        with working.open_warehouse(data_dir, memory_limit) as con:
            changed = decisions.apply(con, decided, watch.relevance.rules)
            counted = counts(con)
            proven = ledger.last_trusted_run(con) is not None
        if proven:
            publish_copy(data_dir, keep)
    rows = sum(count for table, count in counted.items() if table.startswith("ctgov."))
    return Rebuilt(counted["main.watched"], rows, changed, proven)
