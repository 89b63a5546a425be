"""Old numbers of merged trials lead to the trial: in `show`, `events`, `explain` and completion."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mscwatch.cli import completion
from mscwatch.cli.app import app
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import queries
from support.orders import order_for, write_watch
from support.records import edited, record, set_status

DAYS = ("2022-10-06T09:00:05", "2022-10-07T09:00:05", "2022-10-10T09:00:05")


def number(n):
    return f"NCT{n:08}"


def with_old_number(study, n):
    return edited(
        study, lambda it: it["protocolSection"]["identificationModule"].update(nctIdAliases=[number(n)])
    )


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Trial 8 is merged into 9 and 7 into 8 before; 77 was never seen; 11 claims the number of 1."""
    folder = tmp_path_factory.mktemp("merged")
    nine, ten = with_old_number(record(9), 8), with_old_number(record(10), 77)
    claims_one = with_old_number(record(11), 1)
    nights = [
        Snapshot(DAYS[0], {number(n): record(n) for n in (1, 7, 8, 9)}),
        Snapshot(
            DAYS[1],
            {number(n): record(n) for n in (1, 8, 9)},
            {number(7): number(8)},
        ),
        Snapshot(
            DAYS[2],
            {
                number(1): record(1),
                number(9): edited(nine, set_status("COMPLETED")),
                number(10): ten,
                number(11): claims_one,
            },
            {number(7): number(9)},
        ),
    ]
    with Replica(nights) as registry:
        order = order_for(registry.url, write_watch(folder), data_dir=folder / "data")
        for _ in nights:
            assert run_watch(order).exit_code == 0
            registry.advance()
    return order


@pytest.fixture
def say(merged, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(merged.data_dir.path))

    def run(*words):
        done = CliRunner().invoke(app, list(words))
        return str(done.exception) if isinstance(done.exception, Exception) else done.stdout

    return run


@pytest.mark.parametrize(("old", "current"), [(8, 9), (7, 9), (77, 10), (9, 9), (1, 1), (12345678, 12345678)])
def test_an_old_number_leads_to_the_number_of_today_and_any_other_to_itself(merged, old, current):
    with queries.open_published(merged.data_dir) as con:
        assert queries.current_id(con, number(old)) == number(current)


@pytest.mark.parametrize(("old", "current"), [(8, 9), (7, 9), (77, 10)])
def test_show_leads_to_the_trial_with_the_events_of_both_numbers(say, old, current):
    shown = say("show", f" {number(old).lower()} ")
    assert f"{number(old)} is another number of {number(current)}." in shown
    assert "Versions" in shown
    assert ("Merged into" in shown) == (old != 77)


def test_show_of_a_number_that_is_none_says_so(say):
    assert "never seen NCT55555555" in say("show", "NCT55555555")


def test_events_are_those_of_both_numbers(say):
    found = json.loads(say("events", "--trial", number(8).lower(), "--json"))
    assert {(event["nct_id"], event["kind"]) for event in found} == {
        (number(8), "merged"),
        (number(9), "completed"),
    }


def test_explain_says_what_to_give_instead_of_a_trials_number(say):
    told = say("explain", number(8))
    assert f"{number(8)} (now {number(9)}) is the number of a trial, not an event." in told
    assert f"mscwatch events --trial {number(8)}" in told
    assert "(now" not in say("explain", number(1))


@pytest.mark.usefixtures("say")
def test_completion_knows_old_numbers():
    assert {number(8), number(77), number(9)} <= set(completion.trial_ids("NCT000000"))
