"""An event that cannot be put into words costs its own line in every form of a message, and nothing else."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from mscwatch.changes import plan
from mscwatch.channels import atom, jsonl, others, slack
from mscwatch.digest import compose
from mscwatch.pipeline.run import run_watch
from mscwatch.report.words import guarded
from mscwatch.store import news, working
from mscwatch.vocabulary import EventKind
from mscwatch.watch import Alerts
from support.odd import RawRegistry, case_file, completed, number, order_in, record

NEWS = (1, 2, 3)
POISONS = {
    "the reasons": "mscwatch.digest.significance.reasons",
    "the facts": "mscwatch.digest.item._facts",
    "the table": "mscwatch.digest.table._row",
    "the order": "mscwatch.digest.unshown.importance",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A warehouse on whose second night three trials completed."""
    folder = tmp_path_factory.mktemp("night")
    first = [record(n) for n in NEWS]
    with RawRegistry([first, [completed(study) for study in first]]) as registry:
        order = order_in(folder, registry.url)
        for registry.night in range(2):
            assert run_watch(order).exit_code == 0
    return order.data_dir


def items(data_dir, *statements):
    """The night's news, after changes to the ledger that are rolled back."""
    with working.open_warehouse(data_dir) as con:
        con.execute("BEGIN")
        for statement in statements:
            con.execute(statement, [number(2)])
        try:
            return news.news_items(con, "NOT e.is_baseline", [])
        finally:
            con.execute("ROLLBACK")


def forms(found):
    """Every form of a message of these items, as texts on one line."""
    message = compose(found, [], title="MSC", night="2022-10-07")
    yield " ".join(message.text.split())
    yield message.html
    yield message.csv
    yield json.dumps(slack.payload(message))
    yield atom.feed(message, [], datetime(2022, 10, 7)).decode()
    yield "".join(jsonl._line(line).decode() for line in jsonl.lines(message))
    yield others.body(message, 20, 4000)


def assert_only_one_is_plain(found):
    assert [item.event.nct_id for item in found if item.problem] == [number(2)]
    for form in forms(found):
        assert f"n event of {number(2)} cannot be shown" in form
        assert form.count("cannot be shown:") == form.count(f"n event of {number(2)} cannot be shown:")
        for n in NEWS:
            assert number(n) in form


@pytest.mark.parametrize("place", POISONS)
def test_an_exception_anywhere_in_the_wording_of_one_event_costs_its_line_only(data_dir, monkeypatch, place):
    *module, name = POISONS[place].split(".")
    real = getattr(__import__(".".join(module), fromlist=[name]), name)

    def poisoned(item, *more):
        if item.event.nct_id == number(2) and not item.problem:
            raise TypeError("sequence item 0: expected str instance, NoneType found")
        return real(item, *more)

    monkeypatch.setattr(POISONS[place], poisoned)
    found = items(data_dir)
    assert_only_one_is_plain(found)
    assert "TypeError: sequence item 0" in found[1].problem


@pytest.mark.parametrize(
    "damage",
    ["kind = 'birthday'", "field = chr(8238)", "kind = 'completed\n\x1b[31m'"],
)
def test_odd_rows_of_events_cost_their_line_only(data_dir, damage):
    found = items(data_dir, f"UPDATE events SET {damage} WHERE NOT is_baseline AND nct_id = ?")
    assert [item.event.nct_id for item in found] == [number(n) for n in NEWS]
    if damage.startswith("field"):  # odd, but it can be shown
        assert [item.problem for item in found] == ["", "", ""]
    else:
        assert_only_one_is_plain(found)
    assert not any("\x1b" in form for form in forms(found))


def test_an_event_whose_trial_is_not_in_the_warehouse_is_shown_plainly(data_dir):
    assert_only_one_is_plain(items(data_dir, "DELETE FROM watched WHERE nct_id = ?"))


def test_a_kind_that_nobody_knows_is_told_and_one_that_is_left_out_is_not(data_dir):
    found = items(data_dir, "UPDATE events SET kind = 'birthday' WHERE NOT is_baseline AND nct_id = ?")
    alerts = Alerts(kinds=(EventKind.TERMINATED,))
    assert [item.event.kind for item in plan.alerts_among(found, alerts)] == ["birthday"]


@pytest.mark.slow
def test_a_new_trial_with_an_intervention_without_a_name_is_told(tmp_path):
    nights = [
        [json.loads(line) for line in case_file(f"poison_new_night{night}.ndjson").read_text().splitlines()]
        for night in (1, 2)
    ]
    with RawRegistry(nights) as registry:
        order = order_in(tmp_path, registry.url)
        for registry.night in range(2):
            result = run_watch(order)
            assert result.exit_code == 0
    assert "NCT90000872" in result.news.text
    assert "cannot be shown" not in result.news.text


def test_a_value_that_the_page_cannot_show_costs_its_cell_only():
    assert guarded(lambda _: 1 / 0)("x") == "(cannot be shown)"
    assert guarded(str.upper)("x") == "X"


def test_a_message_without_its_table_promises_none(data_dir):
    found = items(data_dir) * 100
    for attached in (True, False):
        message = compose(found, [], title="MSC", night="2022-10-07", attached=attached)
        assert bool(message.csv) == attached
        assert ("attached" in message.text) == attached
        assert ("attached" in message.html) == attached
        assert "in the warehouse" in " ".join(message.text.split())
