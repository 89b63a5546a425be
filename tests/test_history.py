"""The registry's own history in the warehouse: it reaches back, tells nobody, and leaves the nights as they are."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.pipeline.backfill import backfill_sentence, read_histories
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Response
from mscwatch.settings import Settings
from mscwatch.store.data_dir import DataDir
from mscwatch.store.queries import open_published
from mscwatch.watches import load_watch
from support.histories import STORY, as_told, history_of, line, story, submitted
from support.records import edited, off_topic, put, record, set_status
from support.sinks import WebhookSink
from support.snapshots import night_at
from support.warehouse import rows

DAYS = (datetime(2022, 10, 6, 9), datetime(2022, 10, 7, 9), datetime(2022, 10, 10, 9))
PLAIN, FLIPPED, REPEATED, LATER, NO_HISTORY, MERGED, WITHHELD, OFF_TOPIC = range(1, 9)


def number(trial):
    return f"NCT{trial:08}"


def the_nights():
    """What three nights see, and what the registry tells of the time before, by trial."""
    flipped, repeated = story(FLIPPED), line(submitted("2018-03-01", "2018-03-05"), number=REPEATED)
    unknown = edited(flipped[-1], set_status("UNKNOWN", lastKnownStatus="RECRUITING"))
    suspended = edited(repeated[0], set_status("SUSPENDED"))
    later = story(LATER)
    completed = edited(edited(later[-1], submitted("2022-10-05", "2022-10-07")), set_status("COMPLETED"))
    blank = edited(story(WITHHELD)[-1], set_status("WITHHELD"))
    still = [record(NO_HISTORY), record(MERGED), blank, off_topic(OFF_TOPIC)]
    nights = [
        [STORY[-1], unknown, repeated[0], later[-1], *still],
        [edited(STORY[-1], set_status("SUSPENDED")), flipped[-1], suspended, completed, *still],
        [STORY[-1], unknown, repeated[0], completed, *still],
    ]
    told = as_told([*later, completed])
    told[0] = edited(told[0], set_status("PENDING"))
    told[0] = edited(
        told[0],
        put(
            "protocolSection.contactsLocationsModule",
            {
                "centralContacts": [{"name": "A person"}],
                "locations": [{"country": "Chile", "contacts": [{"name": "B person"}]}],
            },
        ),
    )
    past = {
        PLAIN: as_told(STORY),
        FLIPPED: flipped,  # whole records: what a night sees again has the very hash of the past
        REPEATED: [repeated[0], suspended, repeated[0]],
        LATER: told,
        WITHHELD: as_told(story(WITHHELD)),
        OFF_TOPIC: as_told([off_topic(OFF_TOPIC, statusModule=STORY[0]["protocolSection"]["statusModule"])]),
    }
    return nights, {number(trial): versions for trial, versions in past.items()}


def forwarded(nct_id, _):
    where = {"Location": f"/api/int/studies/{number(PLAIN)}/history"}
    return Response(301, where) if nct_id == number(MERGED) else None


class World:
    """A warehouse after three nights, with the history read after the first one or never."""

    def __init__(self, folder, *, read):
        watch = folder / "all.toml"
        watch.write_text(
            'name = "all"\ntitle = "All"\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n'
        )
        contents, past = the_nights()
        nights = [night_at(day, *content) for day, content in zip(DAYS, contents, strict=True)]
        self.asked = []
        with Replica(nights, intercept=history_of(past, self._note)) as registry, WebhookSink() as slack:
            settings = Settings(
                data_dir=folder / "data",
                min_interval=0,
                retry_budget=0,
                api_url=registry.url,
                slack_webhook_url=slack.url,
            )
            self.order = RunOrder(settings, load_watch(str(watch)))
            self._run()
            self.first = self.contents()
            if read:
                self.done = read_histories(self.order)
                self.once, self.requests = self.contents(), len(self.asked)
                self.again = read_histories(self.order)
                self.twice = self.contents()
            for _ in nights[1:]:
                registry.advance()
                self._run()
        self.posts = slack.posts

    def _note(self, nct_id, version):
        self.asked.append((nct_id, version))
        return forwarded(nct_id, version)

    def _run(self):
        assert run_watch(self.order).error is None

    def rows(self, query, *parameters):
        return rows(self.order, query, parameters)

    def contents(self):
        queries = {
            "versions": "SELECT * EXCLUDE (valid_from) FROM versions",
            "changes": "FROM changes",
            "events": "FROM events",
            "deliveries": "FROM deliveries",
            "trials": "FROM trials",
        }
        return {name: sorted(self.rows(query), key=str) for name, query in queries.items()}


@pytest.fixture(scope="module")
def with_history(tmp_path_factory):
    return World(tmp_path_factory.mktemp("with"), read=True)


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    return World(tmp_path_factory.mktemp("without"), read=False)


@pytest.fixture
def commands(with_history, monkeypatch):
    """Run a command of the program on that warehouse, with a registry at a URL."""
    data_dir = with_history.order.settings.data_dir

    def run(url, *words):
        monkeypatch.setenv("MSCWATCH_DATA_DIR", str(data_dir))
        monkeypatch.setenv("MSCWATCH_WATCH", str(data_dir.parent / "all.toml"))
        monkeypatch.setenv("MSCWATCH_API_URL", url)
        monkeypatch.setenv("MSCWATCH_MIN_INTERVAL", "0")
        return CliRunner().invoke(app, list(words))

    return run


def test_three_versions_reach_back_to_the_registration(with_history):
    assert with_history.rows(
        "SELECT version_no, origin, registry_version, valid_from::DATE::VARCHAR, valid_to::DATE::VARCHAR, "
        "last_update_posted_date::VARCHAR FROM versions WHERE nct_id = ? AND version_no < 2 ORDER BY 1",
        number(PLAIN),
    )[:2] == [
        (-1, "history", 0, "2018-03-05", "2019-05-06", "2018-03-05"),
        (0, "history", 1, "2019-05-06", "2021-04-01", "2019-05-06"),
    ]
    first = "SELECT origin, valid_from::DATE::VARCHAR, observed_at > '2022-01-01' FROM versions WHERE nct_id = ? AND version_no = 1"
    assert with_history.rows(first, number(PLAIN)) == [("observed", "2021-04-01", True)]
    told = (
        "SELECT answer, versions_told, versions_kept, first_shown_on::VARCHAR FROM histories WHERE nct_id = ?"
    )
    assert with_history.rows(told, number(PLAIN)) == [("told", 3, 2, "2018-03-05")]
    assert str(with_history.done.reaches_back_to) == "2018-03-05"


def test_an_outcome_exchanged_before_the_watch_began_is_baseline_and_nobody_is_told(with_history, without):
    past = "SELECT kind, observed_at::DATE::VARCHAR, is_baseline FROM events WHERE origin = 'history' AND nct_id = ? ORDER BY observed_at"
    assert with_history.rows(past, number(PLAIN)) == [
        ("status_changed", "2019-05-06", True),
        ("primary_outcome_changed", "2021-04-01", True),
    ]
    told = "SELECT count(*) FROM deliveries JOIN events USING (event_id) WHERE origin = 'history'"
    assert with_history.rows(told) == [(0,)]
    assert with_history.posts == without.posts


def test_the_record_as_it_was_before_we_began(with_history):
    def stood(day):
        query = "SELECT overall_status, version_no, in_watch FROM trials_as_of(?) WHERE nct_id = ?"
        return with_history.rows(query, day, number(PLAIN))

    with pytest.raises(duckdb.Error, match="the watch began on 2018-03-05"):
        stood("2018-03-04")
    assert stood("2018-03-05") == [("NOT_YET_RECRUITING", -1, False)]
    assert stood("2021-03-31") == [("RECRUITING", 0, False)]
    assert stood("2022-10-05") == [("RECRUITING", 1, False)]
    assert stood("2999-01-01")[0][2]
    headline = "SELECT overall_status FROM ctgov.studies_as_of('2018-12-31') WHERE nct_id = ?"
    assert with_history.rows(headline, number(PLAIN)) == [("NOT_YET_RECRUITING",)]
    between = "SELECT DISTINCT kind FROM events_between('2019-01-01', '2020-01-01')"
    assert with_history.rows(between) == [("status_changed",)]


def test_the_nights_after_a_reading_are_what_they_would_have_been(with_history, without):
    """Also where a night sees again what the history tells word for word, or what it ended with."""
    events = "SELECT event_id, kind, is_baseline FROM events WHERE origin = 'observed' ORDER BY ALL"
    found = with_history.rows(events)
    assert found == without.rows(events)
    assert {kind for _, kind, _ in found} >= {"suspended", "status_changed", "retracted", "completed"}
    for query in (
        "SELECT event_id, channel, state FROM deliveries WHERE event_id IN (SELECT event_id FROM events) ORDER BY ALL",
        "SELECT nct_id, version_no, content_hash FROM versions WHERE version_no > 0 ORDER BY ALL",
        "SELECT * FROM changes WHERE from_version > 0 ORDER BY ALL",
        "SELECT * EXCLUDE (first_seen_at, last_seen_at) FROM trials ORDER BY nct_id",
    ):
        assert with_history.rows(query) == without.rows(query)


def test_what_is_known_stays_as_it_is_and_a_second_reading_adds_nothing(with_history):
    for name, before in with_history.first.items():
        assert [row for row in before if row not in with_history.once[name]] == []
    assert len(with_history.once["versions"]) > len(with_history.first["versions"])
    assert with_history.twice == with_history.once
    assert len(with_history.asked) == with_history.requests
    assert backfill_sentence(with_history.again).startswith("No history to read")


def test_what_the_registry_has_no_history_of_is_noted_and_not_asked_again(with_history):
    answers = dict(with_history.rows("SELECT nct_id, answer FROM histories"))
    assert answers == {
        **dict.fromkeys(map(number, (PLAIN, FLIPPED, REPEATED, LATER, WITHHELD)), "told"),
        number(NO_HISTORY): "not_found",
        number(MERGED): "forwarded",
    }
    said = backfill_sentence(with_history.done)
    assert said.startswith("Read the history of 5 trial(s): ")
    assert said.endswith("The registry has no history of 1 trial(s). 1 trial(s) were merged into others.")


def test_what_was_submitted_after_the_first_night_is_not_asked_for(with_history):
    later = [version for nct_id, version in with_history.asked if nct_id == number(LATER)]
    assert later == [None, 0, 1, 2, 3]  # the last one was submitted before that night and posted after it
    kept = "SELECT registry_version FROM versions WHERE nct_id = ? AND origin = 'history' ORDER BY 1"
    assert with_history.rows(kept, number(LATER)) == [(0,), (1,)]


def test_contacts_of_the_past_are_dropped_and_what_was_not_understood_is_an_issue(with_history):
    stored = " ".join(text for (text,) in with_history.rows("SELECT record::VARCHAR FROM versions"))
    assert "Chile" in stored
    assert "person" not in stored
    assert with_history.rows("SELECT nct_id, value FROM issues WHERE value = 'PENDING'") == [
        (number(LATER), "PENDING")
    ]


def test_a_trial_off_the_topic_is_read_when_it_is_named(with_history, commands):
    """A sentence says what came of it, and `show_settings` and `explain` tell of the past."""
    _, past = the_nights()
    with Replica([night_at(DAYS[0], record())], intercept=history_of(past)) as registry:
        done = commands(registry.url, "history", "nct8")
    assert done.exit_code == 0, done.output
    assert "Read the history of 1 trial(s): 1 earlier version(s) back to 2018-03-05" in done.output
    assert "primary_outcome_changed" in commands("http://127.0.0.1/v2", "show", number(WITHHELD)).output
    query = "SELECT event_id FROM events WHERE nct_id = ? AND kind = 'primary_outcome_changed'"
    (event,) = with_history.rows(query, number(WITHHELD))
    explained = commands("http://127.0.0.1/v2", "explain", *event).output
    assert "Before: version -1, from the registry's own history, shown there since 2019-05-06" in explained
    assert "After: version 0" in explained
    assert "Nobody: what was there before the watch began" in explained


def test_the_file_with_a_history_hangs_together(with_history):
    with open_published(DataDir(with_history.order.settings.data_dir)) as con:
        lost = con.execute(
            "SELECT count(*) FROM changes AS c WHERE NOT EXISTS "
            "(FROM versions AS v WHERE v.nct_id = c.nct_id AND v.version_no = c.to_version)"
        ).fetchall()
        overlapping = con.execute(
            "SELECT count(*) FROM versions AS a JOIN versions AS b ON a.nct_id = b.nct_id "
            "AND b.version_no = a.version_no + 1 WHERE a.valid_to <> b.valid_from"
        ).fetchall()
    assert (lost, overlapping) == ([(0,)], [(0,)])
