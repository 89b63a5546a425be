"""`mscwatch test-alert`: does an alert arrive?"""

from __future__ import annotations

import json

import pytest

from support.sinks import MailSink, WebhookSink

GONE = (404, "no_service")
MAIL = {"email_from": "mscwatch@example.org", "email_to": "anne@example.org,bert@example.org"}


def test_a_sample_marked_as_a_test_reaches_every_address_of_the_channel(mscwatch):
    with MailSink() as mail:
        done = mscwatch(
            "test-alert",
            "email",
            smtp_url=f"smtp://127.0.0.1:{mail.port}",
            operator_email_to="ops@example.org",
            **MAIL,
        )
    assert done.returncode == 0, done.stderr
    assert sorted(to for to, _ in mail.mails) == ["anne@example.org", "bert@example.org", "ops@example.org"]
    sent = mail.mails[0][1]
    assert sent["Subject"].startswith("[TEST] mscwatch: 1 completed")
    assert "TEST: no trial has changed" in " ".join(sent.get_body(("plain",)).get_content().split())
    assert "Sent to anne@example.org by email." in done.stdout


@pytest.mark.parametrize("channel", ["pigeon", "email"])
def test_a_channel_that_is_not_configured_is_exit_2_naming_those_that_are(mscwatch, channel):
    done = mscwatch("test-alert", channel, jsonl_file="news.jsonl")
    assert done.returncode == 2
    assert f"There is no channel '{channel}' (configured: jsonl)" in done.stderr


@pytest.mark.slow
def test_a_channel_that_refuses_is_exit_1_with_its_words_and_without_its_secret(mscwatch):
    with WebhookSink(GONE) as slack:
        done = mscwatch("test-alert", "slack", slack_webhook_url=slack.url, process=True)
    assert done.returncode == 1
    assert "404 no_service" in done.stderr
    assert "secret" not in done.stderr + done.stdout


@pytest.mark.slow
def test_success_switches_an_address_on_again_and_what_was_owed_is_sent(mscwatch, registry):
    def run():
        return mscwatch("run", "--direct", api_url=registry.url, slack_webhook_url=slack.url)

    with WebhookSink() as slack:
        assert run().returncode == 0
        registry.advance()
        slack.statuses += [GONE]
        assert run().returncode == 5
        doctor = mscwatch("doctor", "--json", api_url=registry.url, slack_webhook_url=slack.url)
        (shown,) = [one for one in json.loads(doctor.stdout)["checks"] if one["what"] == "channels"]
        assert (shown["good"], "mscwatch test-alert slack" in shown["detail"]) == (False, True)
        done = mscwatch("test-alert", "slack", slack_webhook_url=slack.url)
        assert done.returncode == 0, done.stderr
        assert "is switched on again" in done.stdout
        assert run().returncode == 0
    assert slack.posts[1]["text"].startswith("[TEST]")
    assert "1 completed" in slack.posts[2]["text"]
