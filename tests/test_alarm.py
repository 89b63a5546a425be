"""What the operator hears while nothing can be written, and how a run knows that its working file is whole."""

from __future__ import annotations

import pytest

from mscwatch.errors import WarehouseError
from mscwatch.pipeline.run import run_watch
from mscwatch.store import damage, working
from support.disks import limited
from support.odd import OPERATOR, Ears, RawRegistry, column, completed, number, order_in, record

FIRST = 65_536  # bytes: less than a working file has, so DuckDB can write none of its blocks at the end


@pytest.fixture
def registry():
    with RawRegistry([[record(1)], [completed(record(1))]]) as running:
        yield running


def heard(ears):
    """The subjects of what the operator got."""
    return [mail["Subject"] for to, mail in ears.mail.mails if to == OPERATOR]


@pytest.mark.slow
def test_a_full_disk_is_told_once_and_once_more_when_there_is_room(tmp_path, registry):
    with Ears(tmp_path) as ears:
        order = order_in(tmp_path, registry.url, **ears.settings)
        run_watch(order)
        registry.night = 1
        for _ in range(2):
            with (
                limited(FIRST),
                pytest.raises(WarehouseError, match="Make room"),
            ):
                run_watch(order)
        (subject,) = heard(ears)
        assert "night failed" in subject
        assert "Make room" in ears.operator
        assert run_watch(order).exit_code == 0
        assert ears.deaf_to(number(1)) == []
        assert len(heard(ears)) == 2
        assert "working again" in ears.operator
    kinds = "SELECT kind FROM notices WHERE kind <> 'baseline' ORDER BY kind"
    assert column(order, kinds, file="working") == ["failed", "recovered"]
    assert not order.data_dir.alarm.exists()


@pytest.mark.slow
def test_an_alarm_that_reached_nobody_is_owed_by_the_next_run(tmp_path, registry):
    with Ears(tmp_path) as ears:
        order = order_in(tmp_path, registry.url, **ears.settings)
        run_watch(order)
        ears.mail.refusals[OPERATOR] = ["550 not now"]
        with limited(FIRST), pytest.raises(WarehouseError, match="Make room"):
            run_watch(order)
        assert "night failed" not in ears.operator
        assert run_watch(order).exit_code == 0
        assert "night failed" in ears.operator


@pytest.mark.slow
def test_a_file_that_is_as_the_last_run_left_it_is_not_read_again(tmp_path, registry, monkeypatch):
    order, read = order_in(tmp_path, registry.url), []
    run_watch(order)
    unreadable = damage.unreadable
    monkeypatch.setattr(damage, "unreadable", lambda path: read.append(path) or unreadable(path))
    run_watch(order)
    assert read == []
    with working.open_warehouse(order.data_dir) as con:  # as a command does
        con.execute("INSERT INTO meta VALUES ('later', 'yes')")
    run_watch(order)
    assert read == [order.data_dir.working]
