"""Addresses that refuse for good: switched off, told of elsewhere, and on again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mscwatch import channels
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.store import working
from mscwatch.vocabulary import RunOutcome
from support.records import edited, set_status
from support.sinks import ANNE, BERT, MailSink, WebhookSink, by_mail
from support.snapshots import nights, trials

GONE = (404, "no_service")
OPERATOR = "ops@example.org"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(channels, "FIRST_WAIT", 0.0)


@pytest.fixture
def registry():
    """Three trials of which one more completes every night."""
    contents = [trials(3)]
    for number in range(2):
        before = contents[-1]
        after = [edited(one, set_status("COMPLETED")) if n == number else one for n, one in enumerate(before)]
        contents.append(after)
    with Replica(nights(*contents)) as running:
        yield running


def ask(order, query):
    """Rows of the working file, which also knows nights that published nothing."""
    with working.open_warehouse(order.data_dir) as con:
        return con.execute(query).fetchall()


def subjects(sink, recipient):
    return [sent["Subject"] for to, sent in sink.mails if to == recipient]


def states(order):
    return ask(
        order,
        "SELECT channel, state, count(*) FROM deliveries JOIN events USING (event_id) GROUP BY ALL ORDER BY ALL",
    )


def text(sent):
    return " ".join(sent.get_body(("plain",)).get_content().split())


@pytest.mark.slow
def test_a_webhook_that_is_gone_is_left_alone_and_the_operator_hears_of_it_by_mail_once(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        tonight = order(
            registry.url, **by_mail(mail), operator_email_to=OPERATOR, slack_webhook_url=slack.url
        )
        run_watch(tonight)
        registry.advance()
        slack.statuses.append(GONE)
        first = run_watch(tonight)
        registry.advance()
        second, third = run_watch(tonight), run_watch(tonight)
    assert [night.exit_code for night in (first, second, third)] == [5, 5, 5]
    assert [night.owed for night in (first, second, third)] == [1, 2, 2]
    assert len(slack.posts) == 1
    assert "404 no_service" in str(third.error)
    assert "mscwatch test-alert slack" in str(third.error)
    (told,) = [sent for to, sent in mail.mails if to == OPERATOR]
    assert "a channel is switched off" in told["Subject"]
    assert "404 no_service" in text(told)
    assert len(subjects(mail, ANNE)) == 3
    assert states(tonight) == [("email", "sent", 2), ("slack", "owed", 2)]


@pytest.mark.slow
def test_a_new_webhook_in_place_of_the_one_that_is_gone_gets_what_was_owed(order, registry):
    with MailSink() as mail, WebhookSink() as old, WebhookSink() as new:
        run_watch(order(registry.url, **by_mail(mail), slack_webhook_url=old.url))
        registry.advance()
        old.statuses.append(GONE)
        run_watch(order(registry.url, **by_mail(mail), slack_webhook_url=old.url))
        tonight = order(registry.url, **by_mail(mail), slack_webhook_url=new.url)
        result = run_watch(tonight)
        assert (result.outcome, result.exit_code) == (RunOutcome.UNCHANGED, 0)
        run_watch(tonight)
    assert [post["text"] for post in new.posts] == ["mscwatch: 1 completed (All of it, 2022-10-07)"]
    assert states(tonight) == [("email", "sent", 1), ("slack", "sent", 1)]
    assert ask(tonight, "SELECT kind FROM notices ORDER BY run_id, kind") == [
        ("baseline",),
        ("channel_off",),
        ("channel_on",),
    ]
    assert "its setting changed" in text(mail.mails[-1][1])


@pytest.mark.slow
def test_an_unknown_recipient_is_left_alone_and_the_others_hear_of_it(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail, ANNE, BERT))
        run_watch(tonight)
        registry.advance()
        mail.refusals[ANNE] = ["550 no such user"]
        run_watch(tonight)
        registry.advance()
        result = run_watch(tonight)
        assert (result.exit_code, result.owed) == (5, 2)
        again = run_watch(order(registry.url, **by_mail(mail, BERT)))
        assert again.exit_code == 0
    assert len(subjects(mail, ANNE)) == 1
    assert len(subjects(mail, BERT)) == 3
    assert "550 no such user" in text([sent for to, sent in mail.mails if to == BERT][1])


@pytest.mark.slow
def test_refused_credentials_switch_off_every_recipient_after_one_attempt(order, registry):
    with MailSink(password="right") as mail, WebhookSink() as slack:
        wrong = by_mail(mail, ANNE, BERT) | {"smtp_url": f"smtp://me:wrong@127.0.0.1:{mail.port}"}
        result = run_watch(order(registry.url, **wrong, slack_webhook_url=slack.url))
        assert (result.exit_code, result.owed) == (5, 2)
        tried = len(mail.passwords)
        assert tried == 2  # one login, in both ways that the server offers
        assert f"{ANNE}, {BERT}" in str(slack.posts[-1])
        run_watch(order(registry.url, **wrong, slack_webhook_url=slack.url))
        assert len(mail.passwords) == tried
        right = wrong | {"smtp_url": f"smtp://me:right@127.0.0.1:{mail.port}"}
        assert run_watch(order(registry.url, **right, slack_webhook_url=slack.url)).exit_code == 0
    assert [to for to, _ in mail.mails] == [ANNE, BERT]
    noted = ask(order(registry.url), "SELECT * FROM notices") + ask(
        order(registry.url), "SELECT * FROM deliveries"
    )
    assert "wrong" not in str(noted)


@pytest.mark.slow
def test_a_mail_that_is_too_big_switches_nobody_off(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail))
        run_watch(tonight)
        registry.advance()
        mail.stages["DATA"] = ["552 too big"] * 2  # with the CSV and without
        assert run_watch(tonight).exit_code == 5
        assert ask(tonight, "SELECT * FROM switched_off") == []
        assert run_watch(tonight).exit_code == 0
    assert len(mail.mails) == 3  # the baseline, the notice of the refusal, the news


@pytest.mark.slow
def test_where_no_address_works_the_notice_is_kept_and_the_exit_code_says_it(order, registry):
    with WebhookSink(GONE) as slack:
        result = run_watch(order(registry.url, slack_webhook_url=slack.url))
    assert (result.outcome, result.exit_code, result.owed) == (RunOutcome.BASELINE, 5, 1)
    assert slack.posts == []


@pytest.mark.slow
def test_what_has_been_owed_for_thirty_nights_is_given_up_and_said_once(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        tonight = order(registry.url, **by_mail(mail), slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        slack.statuses.append(GONE)
        run_watch(tonight)
        age(tonight, nights=29)
        assert run_watch(tonight).exit_code == 5
        assert states(tonight) == [("email", "sent", 1), ("slack", "owed", 1)]
        age(tonight, nights=1)
        told = len(mail.mails)
        result = run_watch(tonight)
        assert (result.exit_code, result.owed) == (0, 0)
        assert states(tonight) == [("email", "sent", 1), ("slack", "gave_up", 1)]
        assert "waited 30 nights and are given up" in text(mail.mails[told][1])
        assert "404 no_service" in text(mail.mails[told][1])
        run_watch(tonight)
        assert len(mail.mails) == told + 1
    assert len(slack.posts) == 1


def age(order, nights):
    """Make every night so many days older, with an unchanged night on each day since."""
    with working.open_warehouse(order.data_dir) as con:
        con.execute("UPDATE runs SET started_at = started_at - to_days(?)", [nights])
        (newest,) = con.execute("SELECT max(started_at) FROM runs").fetchone()
        for day in range(1, nights):
            con.execute(
                "INSERT INTO runs BY NAME SELECT ? AS run_id, 'all' AS watch, ? AS started_at, 'unchanged' AS outcome, "
                "(SELECT max(data_timestamp) FROM runs) AS data_timestamp, "
                "(SELECT max(night_no) + 1 FROM runs) AS night_no",
                [f"aged-{newest}-{day}", newest + timedelta(days=day)],
            )


@pytest.mark.slow
def test_channels_added_later_get_no_backlog(order, first_night, registry, tmp_path):
    first_night(order(registry.url), registry)
    registry.advance()
    run_watch(order(registry.url))
    files = {"atom_file": tmp_path / "news.atom", "jsonl_file": tmp_path / "news.jsonl"}
    with WebhookSink() as sink:
        added = {name: str(path) for name, path in files.items()} | {
            "apprise_urls": sink.url.replace("http", "json")
        }
        tonight = order(registry.url, **added)
        assert run_watch(tonight).exit_code == 0
        assert sink.posts == []
        assert not any(path.exists() for path in files.values())
        registry.advance()
        assert run_watch(tonight).exit_code == 0
    for told in (str(sink.posts), *(path.read_text() for path in files.values())):
        assert "NCT00000002" in told
        assert "NCT00000001" not in told
