"""The published file stays byte for byte what it was after a night that published nothing, whoever was told what."""

from __future__ import annotations

import pytest

from mscwatch.pipeline.run import run_watch
from support.odd import (
    ANNE,
    Ears,
    RawRegistry,
    column,
    completed,
    number,
    order_in,
    record,
)

FILES = ("mscwatch.duckdb", "mscwatch.duckdb.sha256")


class Places:
    """The published file and its hash, as they were when this was made."""

    def __init__(self, order):
        self._folder = order.data_dir.path
        self._before = self._now()

    def _now(self):
        previous = sorted(path.name for path in self._folder.glob("previous/*"))
        files = [(self._folder / name) for name in FILES]
        return [(file.read_bytes(), file.stat().st_ino, file.stat().st_mtime_ns) for file in files], previous

    def are_untouched(self):
        return self._now() == self._before


@pytest.fixture
def registry():
    first = [record(n) for n in range(1, 4)]
    second = [completed(first[0]), *first[1:]]
    with RawRegistry([first, second, [second[0], completed(second[1]), second[2]]]) as running:
        yield running


@pytest.fixture
def ears(tmp_path, monkeypatch):
    monkeypatch.setattr("mscwatch.channels.FIRST_WAIT", 0.0, raising=False)
    with Ears(tmp_path) as running:
        yield running


@pytest.fixture
def order(tmp_path, registry, ears):
    """An order whose first night was published and told."""
    one = order_in(tmp_path, registry.url, **ears.settings)
    assert run_watch(one).exit_code == 0
    return one


def test_a_refused_night_of_which_the_operator_heard(order, registry, ears):
    places = Places(order)
    registry.night = 1
    registry.envelope["totalCount"] = "4"
    assert run_watch(order).exit_code == 3
    assert "night refused" in ears.operator
    assert places.are_untouched()


def test_a_failed_night_of_which_the_operator_heard(order, registry, ears):
    places = Places(order)
    registry.version["dataTimestamp"] = ""  # no JSON any more
    assert run_watch(order).exit_code == 4
    assert "night failed" in ears.operator
    assert places.are_untouched()


@pytest.mark.slow
def test_an_unchanged_night_after_a_failed_one_of_which_the_operator_heard(order, registry, ears):
    """The night after a failed one reads again, and publishes; the one after that changes nothing."""
    registry.version["dataTimestamp"] = ""
    run_watch(order)
    registry.version.clear()
    assert str(run_watch(order).outcome) == "published"
    assert "working again" in ears.operator
    places = Places(order)
    assert str(run_watch(order).outcome) == "unchanged"
    assert places.are_untouched()


@pytest.mark.slow
def test_an_unchanged_night_that_sends_what_was_owed(order, registry, ears):
    """What it told reaches the published file with the next published night."""
    registry.night = 1
    ears.mail.stages["MAIL"] = ["450 later"] * 9
    assert run_watch(order).exit_code == 5
    ears.mail.stages.clear()
    places = Places(order)
    result = run_watch(order)
    assert (str(result.outcome), result.exit_code) == ("unchanged", 0)
    assert number(1) in ears.mailed(ANNE)
    assert places.are_untouched()
    owed = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"
    assert column(order, owed, file="working") == [0]
    registry.night = 2
    assert run_watch(order).exit_code == 0
    assert column(order, owed) == [0]


@pytest.mark.slow
def test_an_unchanged_night_on_which_a_channel_is_switched_off(order, registry, ears):
    registry.night = 1
    ears.slack.statuses += [(503, "later", {"Retry-After": "9999"})]
    assert run_watch(order).exit_code == 5
    ears.slack.statuses += [(404, "no_service")]
    places = Places(order)
    assert run_watch(order).exit_code == 5
    assert "switched off" in ears.operator
    assert places.are_untouched()


def test_an_unchanged_night_with_the_week_in_summary(order, registry, ears, tmp_path):
    weekly = order_in(tmp_path, registry.url, **ears.settings, weekly="mon")
    places = Places(order)
    result = run_watch(weekly)
    assert (str(result.outcome), result.exit_code) == ("unchanged", 0)
    assert "the week in summary" in ears.mailed(ANNE)
    assert places.are_untouched()


@pytest.mark.slow
def test_a_refused_night_that_sends_what_was_owed_before(order, registry, ears):
    registry.night = 1
    ears.mail.stages["MAIL"] = ["450 later"] * 9
    assert run_watch(order).exit_code == 5
    ears.mail.stages.clear()
    places = Places(order)
    registry.night = 2
    registry.envelope["totalCount"] = "4"
    assert run_watch(order).exit_code == 3
    assert number(1) in ears.mailed(ANNE)
    assert places.are_untouched()


def test_a_refused_first_night_publishes_nothing(tmp_path, registry, ears):
    registry.envelope["totalCount"] = "4"
    one = order_in(tmp_path, registry.url, **ears.settings)
    assert run_watch(one).exit_code == 3
    assert "night refused" in ears.operator
    assert not one.data_dir.published.exists()


@pytest.mark.slow
def test_refused_nights_are_in_the_published_runs_with_the_next_published_night(order, registry):
    registry.night = 1
    registry.envelope["totalCount"] = "4"
    run_watch(order)
    outcomes = "SELECT outcome FROM runs ORDER BY started_at"
    assert column(order, outcomes) == ["baseline"]
    registry.envelope.clear()
    run_watch(order)
    assert column(order, outcomes) == ["baseline", "refused", "published"]
