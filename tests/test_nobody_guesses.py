"""Nobody is left guessing: settings, watch files, numbers, dates and clocks that are wrong are answered with a sentence."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from support.disks import limited
from support.odd import (
    ALL,
    DAYS,
    Ears,
    MailSink,
    RawRegistry,
    as_text,
    column,
    completed,
    edited,
    last_line,
    number,
    order_in,
    record,
    rows,
    say,
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A warehouse of two nights, on the second of which trial 1 completed; commands by `kept.say`."""
    folder = tmp_path_factory.mktemp("kept")
    first = [record(1), record(2)]
    with RawRegistry([first, [completed(first[0]), first[1]]]) as registry:
        order = order_in(folder, registry.url)
        for registry.night in range(2):
            run_watch(order)
        usual = {"data_dir": order.data_dir.path, "watch": folder / "watch.toml", "api_url": registry.url}
        usual |= {"min_interval": 0, "retry_budget": 0, "report": False}

        def command(*words, **values):
            return say(*words, folder=folder, **usual | values)

        yield SimpleNamespace(say=command, folder=folder, order=order, registry=registry)


# Settings

COMMANDS = [
    ("events",), ("show", number(1)), ("status",), ("sql", "SELECT 1"), ("report",), ("digest", "--since", "2020-01-01"),
    ("links",), ("export", "exported"), ("backup", "saved.zip"), ("rebuild",), ("preview",), ("run", "--direct"),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_misspelt_setting_is_told_by_every_command_with_the_name_that_was_meant(kept, words):
    done = kept.say(*words, smtp_ulr="smtp://mail.example.org")
    assert done.returncode == 0, done.stderr
    assert "MSCWATCH_SMTP_ULR" in done.stderr
    assert "MSCWATCH_SMTP_URL" in done.stderr
    assert "mail.example.org" not in done.stderr


def test_a_misspelt_setting_spoils_no_json_and_fails_doctor(kept):
    assert json.loads(kept.say("run", "--direct", "--json", smtp_ulr="x").stdout)["outcome"] == "unchanged"
    done = kept.say("doctor", "--json", smtp_ulr="x")
    assert done.returncode == 1
    (failed,) = [check for check in json.loads(done.stdout)["checks"] if not check["good"]]
    assert "MSCWATCH_SMTP_ULR" in failed["detail"]
    assert "MSCWATCH_SMTP_URL" in failed["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "min_interval",
        "retry_budget",
        "report",
        "timeout",
        "cron",
        "timezone",
        "weekly",
        "api_url",
        "memory_limit",
    ],
)
def test_an_empty_setting_counts_as_not_set(kept, name):
    shown = json.loads(
        kept.say("doctor", "--json", **{"api_url": "http://127.0.0.1:9/api/v2", name: ""}).stdout
    )
    (setting,) = [one for one in shown["settings"] if one["name"] == f"MSCWATCH_{name.upper()}"]
    assert setting["origin"] == "default"
    assert kept.say("events", **{name: ""}).returncode == 0


@pytest.mark.parametrize(
    "words", [("run", "--direct"), ("doctor",), ("rebuild",)], ids=lambda words: words[0]
)
def test_a_memory_limit_that_is_none_is_named_and_no_backup_is_advised(kept, words):
    done = kept.say(*words, memory_limit="lots")
    assert done.returncode == (1 if words == ("doctor",) and "FAILED" in done.stdout else 2)
    assert "MSCWATCH_MEMORY_LIMIT" in done.stdout + done.stderr
    assert "backup" not in done.stderr


@pytest.mark.parametrize(
    ("watch", "words"),
    [
        (ALL + '[alerts]\nrelevance = ["cores"]\n', "alerts.relevance"),
        (ALL + '[alerts]\nkinds = ["complete"]\n', "alerts.kinds"),
        (ALL.replace('"msc-liver"', '"msc_livr"'), "msc_livr"),
        (ALL + '[[subscriptions]]\nchannel = "emial"\n', "emial"),
    ],
)
def test_a_word_of_the_watch_file_that_is_none_fails_doctor_as_it_fails_the_run(kept, watch, words):
    file = kept.folder / "wrong.toml"
    file.write_text(watch)
    run, doctor = (kept.say(*words, watch=file) for words in (("run", "--direct"), ("doctor", "--json")))
    assert (run.returncode, words in last_line(run.stderr)) == (2, True)
    assert doctor.returncode == 1
    assert words in doctor.stdout


def test_the_nearest_rules_and_kinds_are_named(kept):
    file = kept.folder / "wrong.toml"
    for wrong, meant in (
        (ALL.replace('"msc-liver"', '"msc_livr"'), "msc-liver"),
        (ALL + '[alerts]\nkinds = ["complete"]\n', "completed"),
    ):
        file.write_text(wrong)
        assert meant in last_line(kept.say("run", "--direct", watch=file).stderr)


@pytest.mark.slow
def test_people_with_names_in_their_addresses_get_their_mail(tmp_path):
    with RawRegistry([[record(1)]]) as registry, MailSink() as mail:
        order_in(tmp_path, registry.url)
        done = say(
            "run", "--direct", folder=tmp_path,
            data_dir=tmp_path / "data", watch=tmp_path / "watch.toml", api_url=registry.url, min_interval=0, report=False,
            smtp_url=f"smtp://127.0.0.1:{mail.port}", email_from="MSC Watch <m@example.org>",
            email_to='Anne <anne@example.org>, "Bert, of the ward" <bert@example.org>',
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(to for to, _ in mail.mails) == ["anne@example.org", "bert@example.org"]
    assert {str(sent["From"]) for _, sent in mail.mails} == {"MSC Watch <m@example.org>"}
    assert "Bert, of the ward" in str(mail.mails[1][1]["To"])


# Numbers of trials that were merged


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Trial 8 was merged into trial 9, which bears its number as an alias."""
    folder = tmp_path_factory.mktemp("merged")
    aliased = edited(
        record(9),
        lambda copy: copy["protocolSection"]["identificationModule"].update(nctIdAliases=[number(8)]),
    )
    nights = [
        Snapshot(DAYS[0], {number(n): record(n) for n in (1, 8, 9)}),
        Snapshot(DAYS[1], {number(1): record(1), number(9): aliased}),
        Snapshot(DAYS[2], {number(1): record(1), number(9): completed(aliased), number(10): renamed()}),
    ]
    with Replica(nights) as registry:
        order = order_in(folder, registry.url)
        for _ in nights:
            assert run_watch(order).exit_code == 0
            registry.advance()
    values = {"data_dir": order.data_dir.path, "watch": folder / "watch.toml"}
    return lambda *words: say(*words, folder=folder, **values)


def renamed():
    """A trial that no night saw under its old number, 77."""
    return edited(
        record(10),
        lambda copy: copy["protocolSection"]["identificationModule"].update(nctIdAliases=[number(77)]),
    )


@pytest.mark.parametrize(("alias", "current"), [(8, 9), (77, 10)])
def test_show_leads_from_an_old_number_to_the_trial(merged, alias, current):
    done = merged("show", number(alias))
    assert done.returncode == 0, done.stderr
    assert number(current) in done.stdout
    assert number(alias) in done.stdout


def test_events_lead_from_an_old_number_to_the_trial(merged):
    found = json.loads(merged("events", "--trial", number(8).lower(), "--json").stdout)
    assert {(event["nct_id"], event["kind"]) for event in found} == {
        (number(8), "merged"),
        (number(9), "completed"),
    }


def test_explain_takes_a_number_of_a_trial_and_says_what_to_give(merged):
    (event,) = json.loads(merged("events", "--kind", "merged", "--json").stdout)
    assert number(9) in merged("explain", event["event_id"]).stdout
    done = merged("explain", number(8))
    assert number(9) in done.stdout + done.stderr
    assert "should not happen" not in done.stderr


# Days and clocks


def test_a_day_before_the_watch_began_is_answered_never_with_silence(kept):
    done = kept.say("sql", "--json", "SELECT * FROM trials_as_of(DATE '2019-01-01')")
    answer = done.stdout + done.stderr
    assert "[]" not in answer
    assert "began" in answer or "begin" in answer or "first night" in answer


CLOCK = datetime(2026, 11, 10, 15, 30)


@pytest.mark.slow
@pytest.mark.parametrize("moved", [-timedelta(days=1), timedelta(days=365 * 70)], ids=["back", "forward"])
def test_a_clock_that_was_set_leaves_nights_in_their_order(tmp_path, moved):
    first = [record(1), record(2)]
    second = [completed(first[0]), first[1]]
    with RawRegistry([first, second, [second[0], completed(second[1])]]) as registry:
        order = order_in(tmp_path, registry.url)
        results = []
        for registry.night, now in enumerate((CLOCK, CLOCK + moved, CLOCK + timedelta(days=2))):
            results.append(run_watch(replace(order, clock=lambda now=now: now)))
        registry.night = 2
        later = CLOCK + timedelta(days=3)
        unchanged = run_watch(replace(order, clock=lambda: later))
    assert [result.exit_code for result in results] == [0, 0, 0]
    assert [result.events for result in results[1:]] == [{"completed": 1}, {"completed": 1}]
    assert str(unchanged.outcome) == "unchanged"
    assert rows(order, "SELECT nct_id FROM versions WHERE valid_to < valid_from") == []
    gaps = (
        "SELECT nct_id FROM (SELECT *, lag(valid_to) OVER (PARTITION BY nct_id ORDER BY version_no) AS ended "
        "FROM versions) WHERE version_no > 1 AND valid_from <> ended"
    )
    assert rows(order, gaps) == []  # each version begins where the one before it ended
    assert column(order, "SELECT count(*) FROM versions WHERE valid_to IS NULL") == [2]
    values = {"data_dir": order.data_dir.path, "watch": tmp_path / "watch.toml"}
    status = json.loads(say("status", "--json", folder=tmp_path, **values).stdout)
    assert status["last_good"]["run_id"] == unchanged.run_id
    numbered = [night["run_id"] for night in status["nights"]]
    assert numbered == sorted(
        numbered, reverse=True
    )  # ids, as names of folders, sort by the order of the nights
    assert numbered == [unchanged.run_id, *(result.run_id for result in reversed(results))]


# A disk without room


@pytest.fixture
def filled(tmp_path):
    """Run a second night whose disk is full from the end of a step on, and a third with room; no report, these settings."""

    def run(last, **settings):
        with RawRegistry([[record(1)], [completed(record(1))]]) as registry:
            order = order_in(tmp_path, registry.url, **settings)
            run_watch(order)
            registry.night = 1
            room = limited(65_536)

            def step(name, action, *, asks_registry=False):
                result = action()
                if name == last:
                    room.__enter__()
                return result

            try:
                full = run_watch(order, step)
            finally:
                room.__exit__(None, None, None)
            values = {
                "data_dir": order.data_dir.path,
                "watch": tmp_path / "watch.toml",
                "api_url": registry.url,
            }
            again = say(
                "run", "--direct", folder=tmp_path, min_interval=0, report=False, **values, **settings
            )
        return order, full, again

    return run


@pytest.mark.slow
def test_a_disk_that_fills_after_the_commit_hides_nothing(filled):
    """The JSON once said that nothing happened, the operator never heard, and the news was never printed."""
    order, full, again = filled("commit")
    assert full.exit_code == 1
    told = full.as_json()
    assert (told["changed"], told["events"]) == (1, {"completed": 1})
    assert "room" in told["error"] or "space" in told["error"].casefold()
    assert again.returncode == 0, again.stderr
    assert number(1) in again.stdout
    assert column(order, "SELECT overall_status FROM trials") == ["COMPLETED"]


@pytest.mark.slow
def test_the_operator_hears_of_a_disk_that_was_full(filled, tmp_path):
    with Ears(tmp_path) as ears:
        _, full, again = filled("commit", **ears.settings)
    assert full.exit_code == 1
    assert again.returncode == 0, again.stderr
    assert ears.deaf_to(number(1)) == []
    assert "failed" in ears.operator or "room" in ears.operator


# What `registry` serves


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}\n', b"[1, 2]\n", b'{"protocolSection": 5}\n', b"no JSON\n", b"\xff\xfe\n", b'"NCT00000001"\n',
        gzip.compress(as_text(record(1)) + b"\n")[:-20],
    ],
)  # fmt: skip
def test_records_that_are_no_studies_are_refused_with_the_file_and_the_reason(tmp_path, content, monkeypatch):
    monkeypatch.setattr(Replica, "__enter__", lambda _: pytest.fail("it was served"))
    file = tmp_path / ("records.ndjson.gz" if content.startswith(b"\x1f\x8b") else "records.ndjson")
    file.write_bytes(content)
    done = say("registry", "--records", file, folder=tmp_path)
    assert done.returncode == 2
    assert last_line(done.stderr).startswith("mscwatch: ")
    assert file.name in done.stderr
    assert "Aborted" not in done.stderr
