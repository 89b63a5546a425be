"""`mscwatch rebuild`: everything derived is made anew, and nothing else."""

from __future__ import annotations

import pytest

from mscwatch.errors import ConfigError, LockedError, WarehouseError
from mscwatch.store import rebuild, working
from mscwatch.store.data_dir import locked
from support.warehouse import change, contents, file_hash


def rebuilt(order):
    return rebuild.rebuild_derived(
        order.data_dir, order.watch, order.settings.decisions, memory_limit="700MB", keep=3
    )


@pytest.mark.slow
def test_a_rebuild_makes_everything_derived_anew_and_nothing_else(two_nights):
    wanted = contents(two_nights.data_dir.working)
    change(
        two_nights,
        "DELETE FROM ctgov.conditions; UPDATE ctgov.studies SET overall_status = 'X'; DELETE FROM published_trials;"
        "CREATE OR REPLACE VIEW trials AS SELECT 1 AS nothing; DROP TABLE ctgov.keywords;"
        "DELETE FROM therapies WHERE nct_id = 'NCT00000002'; UPDATE therapies SET cell_type = 'other';"
        "UPDATE watched SET relevance = 'off', relevance_reason = 'because' WHERE nct_id = 'NCT00000001'",
    )
    done = rebuilt(two_nights)
    assert (done.records, done.readings_changed, done.published) == (3, 1, True)
    assert contents(two_nights.data_dir.working) == wanted
    assert contents(two_nights.data_dir.published) == wanted
    again = rebuilt(two_nights)
    assert (again.rows, again.readings_changed) == (done.rows, 0)
    assert contents(two_nights.data_dir.working) == wanted


@pytest.mark.slow
def test_a_rebuild_that_is_killed_goes_on_when_the_file_is_next_opened(two_nights, monkeypatch):
    wanted = contents(two_nights.data_dir.working)
    with monkeypatch.context() as patch:
        patch.setattr("mscwatch.store.ctgov.refresh", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rebuilt(two_nights)
    assert contents(two_nights.data_dir.published) == wanted
    with working.open_warehouse(two_nights.data_dir):
        pass
    found = contents(two_nights.data_dir.working)
    assert {name for name in wanted if found[name] != wanted[name]} == {
        "main.meta"
    }  # the next night reads anew
    rebuilt(two_nights)
    assert contents(two_nights.data_dir.working) == wanted


def test_a_rebuild_waits_for_nobody_and_takes_no_other_watchs_data(two_nights, order, tmp_path, watch_file):
    with locked(two_nights.data_dir), pytest.raises(LockedError):
        rebuilt(two_nights)
    other = tmp_path / "other.toml"
    other.write_text(watch_file.read_text().replace('"all"', '"other"'))
    kept = file_hash(two_nights)
    with pytest.raises(ConfigError, match="belongs to the watch all, not to other"):
        rebuilt(order("http://127.0.0.1:9", watch=other))
    with pytest.raises(WarehouseError, match="There is no warehouse"):
        rebuilt(order("http://127.0.0.1:9", data_dir=tmp_path / "nowhere"))
    assert file_hash(two_nights) == kept
