"""Events over whole nights: the same however often a night is run, and taken back when the registry takes back."""

from __future__ import annotations

import itertools
import os
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mscwatch.pipeline import closing
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import publish, schema, sql, working
from support.records import edited, put, record, set_status
from support.sinks import WebhookSink
from support.warehouse import EVENTS, WRITTEN, answers, rows

pytestmark = pytest.mark.reviewed

CONDITIONS = "protocolSection.conditionsModule.conditions"
DELIVERIES = "SELECT kind, state FROM deliveries JOIN events USING (event_id) ORDER BY ALL"


def play(order, histories, *, again=(), run=lambda tonight, _: run_watch(tonight), **settings):
    """Nights in which each trial goes through its contents (the last stays); `again` are nights run twice.

    `run` runs a night of that number, from 0.
    """
    count = max(len(contents) for contents in histories)
    nights = []
    for number in range(count):
        contents = [history[min(number, len(history) - 1)] for history in histories]
        for trial, one in enumerate(contents, 1):
            contents[trial - 1] = edited(
                one, put("protocolSection.identificationModule.nctId", f"NCT{trial:08}")
            )
        day = date(2022, 10, 6) + timedelta(days=number)
        named = {f"NCT{trial:08}": one for trial, one in enumerate(contents, 1)}
        nights.append(Snapshot(f"{day}T09:00:05", named))
    tonight = None
    with Replica(nights) as registry:
        for number in range(count):
            tonight = order(registry.url, **settings)
            run(tonight, number)
            if number in again:
                assert run_watch(order(registry.url, force=True, **settings)).events == {}
            registry.advance()
    return tonight


EDITS = (
    set_status("SUSPENDED"),
    set_status("RECRUITING"),
    set_status("COMPLETED", lastUpdatePostDateStruct={"date": "2022-10-05"}),
    put("protocolSection.designModule.enrollmentInfo.count", 45),
    put(CONDITIONS, ["Hepatitis B", "Liver Cirrhosis"]),
    put("derivedSection.conditionBrowseModule.meshes", [{"id": "D008103"}]),
    put("protocolSection.outcomesModule", {"primaryOutcomes": [{"measure": "MELD"}]}),
)


def history(edits):
    contents = [record()]
    for edit in edits:
        contents.append(edited(contents[-1], edit))
    return contents


@pytest.mark.slow
@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    edits=st.lists(st.lists(st.sampled_from(EDITS), min_size=3, max_size=3), min_size=20, max_size=30),
    again=st.sets(st.integers(0, 3), min_size=1, max_size=3),
)
def test_nights_that_are_repeated_tell_what_they_tell_once(order, tmp_path_factory, edits, again):
    def season(again):
        folder = tmp_path_factory.mktemp("season")
        return rows(play(order, [history(one) for one in edits], again=again, data_dir=folder), EVENTS)

    assert season(()) == season(again)


class KilledError(BaseException):
    """The process is no more: not even the night's own way of closing a failed run gets to work."""


def killed(tonight, moment):
    """Run a night that dies at its moment of that number: before a step, or before a transaction ends.

    Whether it died; a night with fewer moments ends as usual. Nothing is written between two steps: the end of one is
    the moment before the next.
    """
    passed = itertools.count()
    dead = False

    def pass_moment():
        nonlocal dead
        dead = dead or next(passed) == moment
        if dead:
            raise KilledError

    def step(_, action, *, asks_registry=False):
        pass_moment()
        return action()

    @contextmanager
    def transaction(con):
        with usual(con):
            yield
            pass_moment()

    def close(*arguments):
        if dead:
            raise KilledError
        usually_closed(*arguments)

    usual, usually_closed = sql.transaction, closing.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            working, "open_warehouse", working.open_warehouse.plainly
        )  # the making of the file has moments too
        patch.setattr(sql, "transaction", transaction)
        patch.setattr(closing, "close", close)
        with suppress(KilledError):
            assert run_watch(tonight, step).error is None
    return dead


def run_undisturbed(tonight, number):
    """A night that has no moment of which the tests do not know."""
    assert not killed(tonight, len(NEXT_NIGHT) if number else MOMENTS)


# A first night applies each schema file in a transaction of its own: of these, as of one kind, four stand for all.
FILES = range(1, 1 + len(schema.sql_files("schema")))
SOME_FILES = {FILES[0], FILES[-1], *Random(len(FILES)).sample(FILES[1:-1], 2)}
MOMENTS = 16 + len(FILES)
FIRST_NIGHT = [moment for moment in range(MOMENTS) if moment in SOME_FILES or moment not in FILES]
NEXT_NIGHT = range(15)
SEASON = [history([EDITS[(trial + night) % len(EDITS)] for night in range(3)]) for trial in range(len(EDITS))]


def written(order, folder, nights=4, **how):
    """What a season leaves, and that analysts have it: all but what the last, unchanged night told."""
    with WebhookSink() as slack:
        tonight = play(
            order, [one[:nights] for one in SEASON], data_dir=folder, slack_webhook_url=slack.url, **how
        )
    found = answers(tonight.data_dir.working, WRITTEN)
    shown = answers(
        tonight.data_dir.published, [query for query in WRITTEN if "FROM deliveries" not in query]
    )
    assert found == found | shown
    return list(found.values())


@pytest.fixture(scope="module")
def undisturbed():
    """Holds what a season of so many nights leaves that was never disturbed, once somebody has played it."""
    return {}


def a_season_of_killed_nights_is_the_season(order, tmp_path_factory, undisturbed, kills):
    """`kills`: for each night the moments at which it is killed, one run after the other, before it runs to its end."""

    died = []

    def run(tonight, number):
        died.extend(killed(tonight, moment) for moment in kills[number])
        assert run_watch(tonight).error is None

    nights = len(kills)
    if nights not in undisturbed:
        undisturbed[nights] = written(order, tmp_path_factory.mktemp("season"), nights, run=run_undisturbed)
    found = written(order, tmp_path_factory.mktemp("season"), nights, run=run)
    for ours, wanted in zip(found, undisturbed[nights], strict=True):
        assert [row for row in ours if row not in wanted] == []
        assert [row for row in wanted if row not in ours] == []
        assert len(ours) == len(wanted)
    assert any(died)


@pytest.mark.slow
@pytest.mark.parametrize("kills", [[[6, 13], [12], [7, 14], [10]]])
def test_nights_that_are_killed_and_run_again_leave_what_they_leave_undisturbed(
    order, tmp_path_factory, undisturbed, kills
):
    a_season_of_killed_nights_is_the_season(order, tmp_path_factory, undisturbed, kills)


@pytest.mark.slow
def test_a_night_that_was_killed_before_it_published_is_published_by_the_next_run(order):
    """Also where nothing is told, and the registry's data have not moved meanwhile."""

    def run(tonight, number):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(closing, "publish", _die)
            patch.setattr(closing, "close", _die)
            with suppress(KilledError):
                run_watch(tonight)
        before = rows(tonight, "SELECT count(*) FROM runs")[0][0] if number else 0
        assert run_watch(tonight).outcome == "unchanged"
        assert rows(tonight, "SELECT count(*) FROM runs")[0][0] == before + 2

    tonight = play(order, [[ACTIVE, edited(ACTIVE, set_status("COMPLETED"))]], run=run)
    assert rows(tonight, "SELECT kind FROM events ORDER BY observed_at") == [
        ("entered_watch",),
        ("completed",),
    ]


def test_a_night_that_was_killed_before_the_hash_lay_beside_the_file_is_put_right_by_the_next_run(order):
    with Replica([Snapshot("2022-10-06T09:00:05", {"NCT00000001": ACTIVE})]) as registry:
        tonight = order(registry.url)
        run_watch(tonight)
        places = tonight.data_dir
        places.published_hash.write_text("of the night before")
        os.utime(places.published_hash, (0, 0))
        assert run_watch(tonight).outcome == "unchanged"
    assert places.published_hash.read_text().startswith(publish.sha256(places.published))


def _die(*_):
    raise KilledError


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second"), [*itertools.zip_longest(FIRST_NIGHT, NEXT_NIGHT, fillvalue=MOMENTS)]
)
def test_no_moment_is_a_bad_one_to_be_killed_in(order, tmp_path_factory, undisturbed, first, second):
    a_season_of_killed_nights_is_the_season(order, tmp_path_factory, undisturbed, [[first], [second]])


def suspended(one):
    set_status("SUSPENDED", whyStopped="No funds")(one)


def reordered(one):
    one["protocolSection"]["conditionsModule"]["conditions"].reverse()


def reindexed(one):
    one["derivedSection"]["conditionBrowseModule"] = {"meshes": []}


def verified(one):
    one["protocolSection"]["statusModule"]["statusVerifiedDate"] = "2022-10"


def updated(day):
    return put("protocolSection.statusModule.lastUpdatePostDateStruct", {"date": f"2022-10-{day:02}"})


def away(one):
    one["protocolSection"]["identificationModule"]["briefTitle"] = "Something else"
    put(CONDITIONS, ["Headache"])(one)


ACTIVE, STOPPED = record(), edited(record(), suspended)
RETRACTED = [("suspended", True), ("retracted", False)]
STORIES = {
    "taken back": ([ACTIVE, STOPPED, ACTIVE], RETRACTED),
    "taken back, its order another": ([ACTIVE, STOPPED, edited(ACTIVE, reordered)], RETRACTED),
    "behind another order": ([ACTIVE, STOPPED, edited(STOPPED, reordered), ACTIVE], RETRACTED),
    "behind new terms": ([ACTIVE, STOPPED, edited(STOPPED, reindexed), ACTIVE], RETRACTED),
    "behind a verification": ([ACTIVE, STOPPED, edited(STOPPED, verified), ACTIVE], RETRACTED),
    "behind an update without content": ([ACTIVE, STOPPED, edited(STOPPED, updated(5)), ACTIVE], RETRACTED),
    "said, taken back, said, taken back": ([ACTIVE, STOPPED] * 2 + [ACTIVE], RETRACTED * 2),
    "back by an update": (
        [ACTIVE, STOPPED, edited(ACTIVE, updated(5))],
        [("suspended", False), ("status_changed", False)],
    ),
    "to and fro by updates": (
        [ACTIVE, edited(STOPPED, updated(3)), edited(ACTIVE, updated(4)), edited(STOPPED, updated(5))],
        [("suspended", False), ("status_changed", False), ("suspended", False)],
    ),
    "away, back suspended, not so": (
        [ACTIVE, edited(ACTIVE, away), STOPPED, ACTIVE],
        [("left_watch", False), ("returned", False), *RETRACTED],
    ),
}


@pytest.mark.slow
def test_what_each_history_is_called(order, watch_file):
    watch_file.write_text(watch_file.read_text().replace('term = "ALL"', 'cond = "liver"'))
    tonight = play(order, [contents for contents, _ in STORIES.values()])
    told = rows(
        tonight,
        "SELECT nct_id, kind, retracted_by IS NOT NULL FROM events WHERE NOT is_baseline "
        "ORDER BY observed_at, kind",
    )
    found = {
        name: [event for nct_id, *event in told if nct_id == f"NCT{trial:08}"]
        for trial, name in enumerate(STORIES, 1)
    }
    assert found == {name: [list(event) for event in events] for name, (_, events) in STORIES.items()}


@pytest.mark.slow
def test_each_event_is_taken_back_by_the_retraction_of_its_own_trial(order):
    tonight = play(order, [[ACTIVE, STOPPED, ACTIVE], [ACTIVE, STOPPED, STOPPED], [ACTIVE, STOPPED, ACTIVE]])
    pairs = (
        "SELECT a.nct_id, b.nct_id, b.kind FROM events AS a JOIN events AS b ON a.retracted_by = b.event_id"
    )
    assert sorted(rows(tonight, pairs)) == [
        (f"NCT0000000{trial}", f"NCT0000000{trial}", "retracted") for trial in (1, 3)
    ]


@pytest.mark.slow
def test_those_who_were_told_hear_of_the_retraction_though_it_is_no_kind_of_theirs(order, watch_file):
    watch_file.write_text(watch_file.read_text() + '[alerts]\nkinds = ["suspended"]\n')
    finished = edited(ACTIVE, set_status("COMPLETED"))
    with WebhookSink() as slack:
        histories = [[ACTIVE, STOPPED, ACTIVE], [ACTIVE, finished, ACTIVE]]
        tonight = play(order, histories, slack_webhook_url=slack.url)
    assert rows(tonight, DELIVERIES) == [("retracted", "sent"), ("suspended", "sent")]
    assert "took its answer back" in str(slack.posts[-1])


@pytest.mark.slow
def test_those_who_were_not_told_hear_of_no_retraction_and_what_is_owed_goes_with_it(order, watch_file):
    watch_file.write_text(watch_file.read_text() + '[alerts]\nkinds = ["suspended", "retracted"]\n')
    finished = edited(ACTIVE, set_status("COMPLETED"))
    histories = [[ACTIVE, STOPPED, ACTIVE], [ACTIVE, finished, ACTIVE]]
    with WebhookSink(*[(404, "no_service")] * 9) as slack:
        tonight = play(order, histories, slack_webhook_url=slack.url)
    assert rows(tonight, DELIVERIES) == [("retracted", "owed"), ("suspended", "owed")]


@pytest.mark.slow
def test_new_rules_wake_nobody_even_on_a_night_that_changes_the_record(order, watch_file):
    """Off by the old rules, unsure by the new ones: the record's change did not make it so."""
    off = edited(record(armsInterventionsModule={}), away)
    after = edited(off, put(CONDITIONS, ["Migraine"]))

    def with_new_rules(url, **values):
        made = order(url, **values)
        watch_file.write_text(watch_file.read_text().replace('rules = "msc-liver"', 'rules = "none"'))
        return made

    tonight = play(with_new_rules, [[off, after]])
    assert rows(tonight, "SELECT kind, is_baseline FROM events") == [("entered_watch", True)]
    assert rows(tonight, "SELECT relevance FROM trials") == [("unsure",)]


@pytest.mark.slow
def test_changes_carry_the_rule_that_decided(order):
    def all_of_it(one):
        for edit in (suspended, reordered, reindexed):
            edit(one)
        one["protocolSection"]["identificationModule"]["briefTitle"] += " "
        one["protocolSection"]["statusModule"]["startDateStruct"]["date"] = "2020-05-17"

    tonight = play(order, [[ACTIVE, edited(ACTIVE, all_of_it)]])
    assert rows(tonight, "SELECT rule, is_material FROM changes ORDER BY ALL") == [
        ("content", True),
        ("content", True),
        ("derived", False),
        ("markup", False),
        ("order", False),
        ("precision", False),
    ]
