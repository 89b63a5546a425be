"""Who is told what, over nights on which channels work, fail and recover."""

from __future__ import annotations

import duckdb
import pytest

from mscwatch import channels
from mscwatch.channels.secrets import masked_address
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.store import working
from mscwatch.store.data_dir import DataDir
from mscwatch.vocabulary import RunOutcome
from support.records import edited, record, set_status
from support.sinks import ANNE, BERT, MailSink, WebhookSink, by_mail, free_port
from support.snapshots import nights, trials
from support.warehouse import rows, working_rows

FAILS = [(500, "oops")] * channels.ATTEMPTS  # all of a night's attempts
STATES = (
    "SELECT channel, recipient, state, attempts FROM deliveries JOIN events USING (event_id) ORDER BY ALL"
)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(channels, "FIRST_WAIT", 0.0)


@pytest.mark.slow
def test_the_baseline_is_one_summary_per_address(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        run_watch(order(registry.url, **by_mail(mail, ANNE, BERT), slack_webhook_url=slack.url))
    assert [recipient for recipient, _ in mail.mails] == [ANNE, BERT]
    assert "begins with 3 trials" in mail.mails[0][1].get_body(("plain",)).get_content()
    assert "NCT" not in mail.mails[0][1].get_body(("plain",)).get_content()
    assert len(slack.posts) == 1


def test_each_event_is_told_once_per_address_and_a_quiet_night_tells_nothing(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        tonight = order(registry.url, **by_mail(mail, ANNE, BERT), slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        result = run_watch(tonight)
        registry.advance()
        run_watch(tonight)
        run_watch(tonight)
    assert (result.exit_code, result.owed) == (0, 0)
    assert [recipient for recipient, _ in mail.mails] == [ANNE, BERT] * 2
    assert len(slack.posts) == 2
    assert mail.mails[2][1]["Subject"] == "mscwatch: 1 completed (All of it, 2022-10-07)"
    told = rows(tonight, STATES)
    assert [(channel, state, attempts) for channel, _, state, attempts in told] == [
        ("email", "sent", 1)
    ] * 2 + [("slack", "sent", 1)]
    assert rows(tonight, "SELECT DISTINCT shown FROM deliveries") == [("named",)]


@pytest.mark.slow
def test_a_webhook_that_fails_leaves_the_alert_owed_and_the_mail_told(order, registry):
    with MailSink() as mail, WebhookSink() as slack:
        tonight = order(registry.url, **by_mail(mail), slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        slack.statuses += FAILS
        result = run_watch(tonight)
        assert (result.outcome, result.exit_code, result.owed) == (RunOutcome.PUBLISHED, 5, 1)
        assert "HTTP 500; the next run tries again" in str(result.error)
        assert [state for _, _, state, _ in rows(tonight, STATES)] == ["sent", "owed"]
        again = run_watch(tonight)
        assert (again.outcome, again.exit_code) == (RunOutcome.UNCHANGED, 0)
    assert len(mail.mails) == 2
    assert len(slack.posts) == 2
    assert [state for _, _, state, _ in working_rows(tonight, STATES)] == ["sent", "sent"]


@pytest.mark.slow
def test_one_refused_recipient_does_not_stop_the_other(order, registry):
    with MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail, ANNE, BERT))
        run_watch(tonight)
        registry.advance()
        mail.refusals[ANNE] = ["550 no such user"]
        assert run_watch(tonight).exit_code == 5
    assert [recipient for recipient, _ in mail.mails] == [ANNE, BERT, BERT]
    errors = rows(tonight, "SELECT recipient, error FROM deliveries WHERE state = 'owed'")
    assert len(errors) == 1
    assert errors[0][0] == masked_address(ANNE)
    assert "550 no such user" in errors[0][1]


@pytest.mark.slow
def test_a_mail_server_that_is_down_for_two_nights_is_told_all_of_it_once(order):
    first = trials(3)
    second = [edited(first[0], set_status("COMPLETED")), *first[1:]]
    third = [second[0], edited(second[1], set_status("TERMINATED")), second[2]]
    with Replica(nights(first, second, third)) as registry:
        down = {
            "smtp_url": f"smtp://127.0.0.1:{free_port()}",
            "email_from": "m@example.org",
            "email_to": (ANNE,),
        }
        for _ in range(3):
            result = run_watch(order(registry.url, **down))
            registry.advance()
            assert result.exit_code == 5
        with MailSink() as mail:
            result = run_watch(order(registry.url, **by_mail(mail)))
    assert (result.outcome, result.exit_code) == (RunOutcome.UNCHANGED, 0)
    ((_, sent),) = mail.mails
    assert sent["Subject"].startswith("mscwatch: 1 completed, 1 terminated, first night read")


@pytest.mark.slow
def test_a_night_that_is_refused_still_sends_what_was_owed(order, registry):
    with WebhookSink() as slack:
        tonight = order(registry.url, slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        slack.statuses += FAILS
        run_watch(tonight)
        registry.advance()
        registry.intercept = lambda request: type(request.usual())(status=403, body=b"no")
        result = run_watch(tonight)
    assert result.exit_code == 4
    assert len(slack.posts) == 2
    assert "completed" in slack.posts[1]["text"]


@pytest.mark.slow
def test_what_was_in_doubt_when_the_process_died_is_owed_again(order, registry):
    with WebhookSink() as slack:
        tonight = order(registry.url, slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        slack.statuses += FAILS
        run_watch(tonight)
        with working.open_warehouse(DataDir(tonight.settings.data_dir)) as con:
            con.execute("UPDATE deliveries SET state = 'in_doubt' WHERE state = 'owed'")
        assert run_watch(tonight).exit_code == 0
    assert len(slack.posts) == 2
    assert working_rows(tonight, "SELECT DISTINCT state FROM deliveries") == [("sent",)]


@pytest.mark.slow
def test_a_mail_that_nobody_answered_for_comes_again_as_it_was_and_news_after_it(order):
    first = trials(3)
    second = [edited(first[0], set_status("COMPLETED")), *first[1:]]
    third = [second[0], edited(second[1], set_status("TERMINATED")), second[2]]
    with Replica(nights(first, second, third)) as registry, MailSink() as mail:
        tonight = order(registry.url, **by_mail(mail))
        run_watch(tonight)
        registry.advance()
        mail.stages["DATA"] = ["drop", "451 later", "451 later"]
        assert run_watch(tonight).exit_code == 5
        assert [state for _, _, state, _ in rows(tonight, STATES)] == ["in_doubt"]
        registry.advance()
        assert run_watch(tonight).exit_code == 0
    subjects = [sent["Subject"].removesuffix(")").rpartition(" ")[0] for _, sent in mail.mails[1:]]
    assert subjects == [
        f"mscwatch: 1 {kind} (All of it," for kind in ("completed", "completed", "terminated")
    ]
    ids = [sent["Message-ID"] for _, sent in mail.mails[1:]]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.slow
def test_a_channel_added_later_gets_no_backlog(order, first_night, registry):
    first_night(order(registry.url), registry)
    registry.advance()
    run_watch(order(registry.url))
    with WebhookSink() as slack:
        assert run_watch(order(registry.url, slack_webhook_url=slack.url)).exit_code == 0
    assert slack.posts == []


OTHER = record(
    9,
    identificationModule={"nctId": "NCT00000009", "briefTitle": "Aspirin for headache"},
    conditionsModule={"conditions": ["Headache"]},
    armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "Aspirin"}]},
)


@pytest.mark.slow
def test_a_trial_of_another_topic_is_stored_and_not_told(order):
    with (
        Replica(nights([OTHER], [edited(OTHER, set_status("COMPLETED"))])) as registry,
        WebhookSink() as slack,
    ):
        tonight = order(registry.url, slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.advance()
        result = run_watch(tonight)
    assert (result.events, result.news) == ({"completed": 1}, None)
    assert len(slack.posts) == 1


@pytest.mark.slow
def test_news_of_a_night_without_a_channel_that_nobody_is_to_be_shown_are_asked_for_once(order):
    with Replica(nights([OTHER], [edited(OTHER, set_status("COMPLETED"))])) as registry:
        tonight = order(registry.url)
        run_watch(tonight)
        registry.advance()
        result = run_watch(tonight)
    assert (result.events, result.news) == ({"completed": 1}, None)
    with duckdb.connect(str(tonight.data_dir.working), read_only=True) as con:
        assert con.execute("SELECT value FROM meta WHERE key = 'to_print'").fetchall() == [("",)]
